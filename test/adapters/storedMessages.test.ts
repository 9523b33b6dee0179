/** The stored form of messages: nodes of other releases, and rows of the change log, have these very names. */
import { describe, expect, it } from 'vitest';
import {
  accessChangeOf,
  sessionsEndedOf,
  socialChangeOf,
  socialTopicOf,
  storedAccessChange,
  storedSessionsEnded,
  storedSocialChange,
} from '../../src/adapters/storedMessages.js';
import type { AccessChange, SessionsEnded } from '../../src/presence/ports/bus.js';
import type { SocialChange } from '../../src/social/ports/socialBus.js';

const CHANGES: readonly (readonly [AccessChange, string])[] = [
  [
    { kind: 'relation', users: ['ana', 'bo'], mayRevoke: true },
    '{"kind":"relation","users":["ana","bo"],"narrows":true}',
  ],
  [
    { logId: '7', kind: 'user', userId: 'ana', mayRevoke: false, deleted: true },
    '{"logId":"7","kind":"user","userId":"ana","deleted":true,"narrows":false}',
  ],
  [
    { kind: 'circle', id: 'team', changed: ['ana'], members: ['ana', 'bo'], mayRevoke: true },
    '{"kind":"circle","id":"team","changed":["ana"],"members":["ana","bo"],"narrows":true}',
  ],
  [
    { logId: '8', kind: 'conversation', id: 'room', changed: [], members: ['bo'], mayRevoke: false },
    '{"logId":"8","kind":"conversation","id":"room","changed":[],"members":["bo"],"narrows":false}',
  ],
  [
    {
      ...{ kind: 'conversation', id: 'post', changed: [], members: [], mayRevoke: true },
      use: { before: { open: false, ownerId: 'ana', audience: 'MUTUALS' }, deleted: true, below: 9 },
    },
    '{"kind":"conversation","id":"post","changed":[],"members":[],"use":{"before":{"open":false,"ownerId":"ana","audience":"MUTUALS"},"deleted":true,"below":9},"narrows":true}',
  ],
];

const ENDED: readonly (readonly [SessionsEnded, string])[] = [
  [{ userId: 'ana', connectionIds: ['node.1/7'] }, '{"userId":"ana","connectionIds":["node.1/7"]}'],
  [
    { userId: 'ana', connectionIds: [], revoked: { sessionIds: ['phone'], revision: 5 } },
    '{"userId":"ana","connectionIds":[],"withdrawn":{"sessionIds":["phone"],"revision":5}}',
  ],
];

const SOCIAL: readonly (readonly [SocialChange, string, string])[] = [
  [
    {
      logId: '9',
      kind: 'act',
      act: {
        id: 'like:1',
        verb: 'like',
        actorId: 'ana',
        objectId: 'post',
        objectType: 'Post',
        text: null,
        data: null,
        audience: 'MUTUALS',
        at: 5,
        seq: 6,
      },
      gone: true,
      withObject: true,
    },
    '{"logId":"9","kind":"act","act":{"id":"like:1","verb":"like","actorId":"ana","objectId":"post","objectType":"Post","text":null,"data":null,"audience":"MUTUALS","at":5,"seq":6},"gone":true,"withObject":true}',
    'acts:ana',
  ],
  [
    {
      kind: 'act',
      act: {
        ...{ id: 'like:2', verb: 'like', actorId: 'ana', objectId: 'post', objectType: null, text: null, data: null },
        ...{ audience: 'FOLLOWERS', at: 5, seq: 6 },
      },
      gone: true,
      use: { open: false, ownerId: 'bo', audience: null },
    },
    '{"kind":"act","act":{"id":"like:2","verb":"like","actorId":"ana","objectId":"post","objectType":null,"text":null,"data":null,"audience":"FOLLOWERS","at":5,"seq":6},"gone":true,"use":{"open":false,"ownerId":"bo","audience":null}}',
    'acts:ana',
  ],
  [{ kind: 'tray', userId: 'ana', revision: 7 }, '{"kind":"tray","userId":"ana","revision":7}', 'tray:ana'],
  [
    { kind: 'mute', userId: 'ana', target: { kind: 'object', id: 'post' }, muted: true },
    '{"kind":"mute","userId":"ana","target":{"kind":"object","id":"post"},"muted":true}',
    'tray:ana',
  ],
  [
    { kind: 'counts', counts: { objectId: 'post', all: [{ name: 'like', value: 3 }], asOf: 8 } },
    '{"kind":"counts","counts":{"objectId":"post","all":[{"name":"like","value":3}],"asOf":8}}',
    'counts:post',
  ],
];

describe('a social change', () => {
  it.each(SOCIAL)('of kind $kind is stored by these names', (change, stored) => {
    expect(JSON.stringify(storedSocialChange(change))).toBe(stored);
  });

  it.each(SOCIAL)('of kind $kind is read as it was stored, beside fields of a newer release', (change, stored) => {
    expect(socialChangeOf({ ...JSON.parse(stored), more: true })).toEqual(change);
  });

  it.each(SOCIAL)('of kind $kind has its topic', (change, _, topic) => {
    expect(socialTopicOf(change)).toBe(topic);
  });

  it('of a kind that this release does not know is refused', () => {
    expect(() => socialChangeOf(JSON.parse('{"kind":"wave","userId":"ana"}'))).toThrow('newer release');
  });
});

describe('an access change', () => {
  it.each(CHANGES)('of kind $kind is stored as it always was', (change, stored) => {
    expect(JSON.stringify(storedAccessChange(change))).toBe(stored);
  });

  it.each(CHANGES)('of kind $kind is read as it was stored', (change, stored) => {
    expect(accessChangeOf(JSON.parse(stored))).toEqual(change);
  });

  it('is read whatever the order of its fields, as an earlier release wrote them', () => {
    const stored = '{"kind":"user","userId":"ana","narrows":true,"deleted":false}';
    const change = { kind: 'user', userId: 'ana', mayRevoke: true, deleted: false };
    expect(accessChangeOf(JSON.parse(stored))).toEqual(change);
  });
});

describe('the end of sessions', () => {
  it.each(ENDED)('is stored as it always was: %j', (ended, stored) => {
    expect(JSON.stringify(storedSessionsEnded(ended))).toBe(stored);
  });

  it.each(ENDED)('is read as it was stored: %j', (ended, stored) => {
    expect(sessionsEndedOf(JSON.parse(stored))).toEqual(ended);
  });
});
