import { expect, it } from 'vitest';
import { decodeRecord, encodeBody } from '../../../src/adapters/redis/codec.js';
import type { PresenceRecord } from '../../../src/presence/types.js';
import { activity, NOON, record, session } from '../../support/builders.js';

const { revision, revisions } = record();
const HEAD = `1|1|${revision}|${revisions.status}|${revisions.lastSeen}|${revisions.activity}|1|`;

const ana: PresenceRecord = record({
  chosenAsOf: NOON - 3,
  messageAsOf: NOON - 2,
  sessions: [
    session({
      activities: [{ ...activity(), startedAt: NOON, startedAtGiven: true }],
      deviceAsOf: NOON + 1,
      activitiesAsOf: NOON + 2,
      idleAsOf: NOON + 3,
      leaseAsOf: NOON + 4,
      touchedAt: NOON + 5,
    }),
  ],
});

it('reads a record as it was written', () => {
  expect(decodeRecord(HEAD + encodeBody(ana))).toEqual(ana);
});

it('reads a record of an earlier release, which does not say when each thing was said: when it was last heard of', () => {
  const body = JSON.parse(encodeBody(ana));
  for (const field of ['chosenAsOf', 'messageAsOf', 'hostedAsOf', 'withdrawn']) delete body[field];
  for (const field of ['deviceAsOf', 'activitiesAsOf', 'idleAsOf', 'leaseAsOf', 'spokeAt'])
    delete body.sessions[0][field];
  const { activeAt } = ana.sessions[0]!;
  const asOf = { deviceAsOf: activeAt, activitiesAsOf: activeAt, idleAsOf: activeAt, leaseAsOf: activeAt };
  expect(decodeRecord(HEAD + JSON.stringify(body))).toEqual({
    ...ana,
    chosenAsOf: revision,
    messageAsOf: revision,
    sessions: [{ ...ana.sessions[0], ...asOf, touchedAt: activeAt }],
  });
});
