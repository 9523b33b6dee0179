/** The stored form of records: nodes of other releases read it, and leave records that they cannot read alone. */
import { describe, expect, it } from 'vitest';
import { decodeMessage, decodeRecord, encodeBody, encodeMessage } from '../../../src/adapters/redis/codec.js';
import type { PresenceRecord } from '../../../src/presence/types.js';

const HEAD = '1|2|900|700|800|900|1|';

const ana: PresenceRecord = {
  userId: 'ana',
  generation: 2,
  revision: 900,
  revisions: { status: 700, lastSeen: 800, activity: 900 },
  chosen: 'AWAY',
  chosenAsOf: 701,
  message: { text: 'out|side', emoji: null, expiresAt: 1_000 },
  messageAsOf: 702,
  lastSeen: 600,
  sessions: [
    {
      id: 'tab',
      device: 'WEB',
      startedAt: 100,
      connections: ['node.1/7'],
      graceUntil: null,
      leaseUntil: 950,
      knownLiveAt: 110,
      activeAt: 120,
      reportedIdle: true,
      inferredIdle: false,
      inferIdleAt: 1_200,
      activities: [
        { type: 'PLAYING', name: 'Go', details: null, startedAt: 130, startedAtGiven: true, expiresAt: null },
      ],
      places: [],
      tray: [],
      gateways: [],
      deviceAsOf: 121,
      activitiesAsOf: 122,
      idleAsOf: 123,
      leaseAsOf: 124,
      placesAsOf: 0,
      trayAsOf: 0,
      touchedAt: 125,
    },
  ],
  hostProvided: [{ source: 'studio', activities: [] }],
  hostProvidedAsOf: 500,
  revoked: [{ connectionId: 'node.2/1', at: 400 }],
};

/** The same user at a place, with the tray open. */
const there: PresenceRecord = {
  ...ana,
  sessions: ana.sessions.map((session) => ({
    ...session,
    places: [{ conversationId: 'post|42', enteredAt: 126 }],
    placesAsOf: 127,
    tray: ['node.1/7'],
    trayAsOf: 128,
  })),
};

const ACTIVITY = '{"type":"PLAYING","name":"Go","details":null,"startedAt":130,"startedAtGiven":true,"expiresAt":null}';

const BODY =
  '{"userId":"ana","chosen":"AWAY","chosenAsOf":701,"message":{"text":"out|side","emoji":null,"expiresAt":1000},' +
  '"messageAsOf":702,"lastSeen":600,"sessions":[{"id":"tab","device":"WEB","startedAt":100,"connections":["node.1/7"],' +
  '"graceUntil":null,"leaseUntil":950,"knownLiveAt":110,"activeAt":120,"saysIdle":true,"quiet":false,"quietAt":1200,' +
  `"activities":[${ACTIVITY}],"deviceAsOf":121,"activitiesAsOf":122,"idleAsOf":123,"leaseAsOf":124,"spokeAt":125}],` +
  '"hosted":[{"source":"studio","activities":[]}],"hostedAsOf":500,"withdrawn":[{"connectionId":"node.2/1","at":400}]}';

/** As releases wrote it that did not store when each part was reported, and no revoked connections. */
const EARLIER_BODY =
  '{"userId":"ana","chosen":"AWAY","message":null,"lastSeen":600,"sessions":[{"id":"tab","device":"WEB","startedAt":100,' +
  '"connections":["node.1/7"],"graceUntil":null,"leaseUntil":950,"knownLiveAt":110,"activeAt":120,"saysIdle":null,' +
  `"quiet":true,"quietAt":null,"activities":[${ACTIVITY}]}],"hosted":[]}`;

describe('a record', () => {
  it('is stored as it always was', () => {
    expect(encodeBody(ana)).toBe(BODY);
  });

  it('is read as it was stored', () => {
    expect(decodeRecord(HEAD + BODY)).toEqual(ana);
  });

  it('of an earlier release, without the moment of each report, has what it reported as of the latest activity', () => {
    const [session] = ana.sessions;
    expect(decodeRecord(HEAD + EARLIER_BODY)).toEqual({
      ...ana,
      chosenAsOf: 900,
      message: null,
      messageAsOf: 900,
      sessions: [
        {
          ...session,
          reportedIdle: null,
          inferredIdle: true,
          inferIdleAt: null,
          deviceAsOf: 120,
          activitiesAsOf: 120,
          idleAsOf: 120,
          leaseAsOf: 120,
          touchedAt: 120,
        },
      ],
      hostProvided: [],
      hostProvidedAsOf: 0,
      revoked: [],
    });
  });

  it('of an unknown format is UNAVAILABLE', () => {
    expect(() => decodeRecord(`2${HEAD.slice(1)}${BODY}`)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });
});

describe('a session that was at a place, or had the tray open', () => {
  const body = encodeBody(there);

  it('is stored with both, beside what earlier releases read', () => {
    const both =
      ',"places":[{"conversationId":"post|42","enteredAt":126}],"placesAsOf":127,"tray":["node.1/7"],"trayAsOf":128}],"hosted"';
    expect(body).toBe(BODY.replace('}],"hosted"', both));
    expect(decodeRecord(HEAD + body)).toEqual(there);
  });

  it('is known to have left and closed them', () => {
    const left = {
      ...there,
      sessions: there.sessions.map((session) => ({ ...session, places: [], tray: [] })),
    };
    expect(decodeRecord(HEAD + encodeBody(left))).toEqual(left);
  });
});

describe('a message', () => {
  it('is its format and JSON', () => {
    expect(encodeMessage(['ana', true, 5])).toBe('1|["ana",true,5]');
    expect(decodeMessage('1|["ana",false]')).toEqual(['ana', false]);
  });

  it('of an unknown format is UNAVAILABLE', () => {
    expect(() => decodeMessage('2|[]')).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });
});
