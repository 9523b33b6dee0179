import { describe, expect, it } from 'vitest';
import { recordWith, sameRecord, sameSession, sessionWith } from '../../src/presence/copies.js';
import type { Activity, PresenceRecord, Session } from '../../src/presence/types.js';

/** Every field set, so that a field which is added to the types is asked about here as well. */
const ACTIVITY: Required<Activity> = {
  type: 'PLAYING',
  name: 'chess',
  details: null,
  startedAt: 5,
  startedAtGiven: false,
  expiresAt: null,
};
const SESSION: Required<Session> = {
  id: 'a',
  device: 'WEB',
  startedAt: 1,
  connections: ['node/1'],
  graceUntil: null,
  leaseUntil: 9,
  knownLiveAt: 2,
  activeAt: 3,
  reportedIdle: null,
  inferredIdle: false,
  inferIdleAt: null,
  activities: [ACTIVITY],
  places: [{ conversationId: 'post', enteredAt: 6 }],
  tray: ['node/1'],
  gateways: ['socket-1'],
  deviceAsOf: 4,
  activitiesAsOf: 5,
  idleAsOf: 6,
  leaseAsOf: 7,
  placesAsOf: 9,
  trayAsOf: 10,
  touchedAt: 8,
};
const RECORD: Required<PresenceRecord> = {
  userId: 'alice',
  generation: 1,
  revision: 7,
  revisions: { status: 7, lastSeen: 6, activity: 5 },
  chosen: 'ONLINE',
  chosenAsOf: 6,
  message: { text: 'hi', emoji: null, expiresAt: null },
  messageAsOf: 5,
  lastSeen: null,
  sessions: [SESSION],
  hostProvided: [{ source: 'calls', activities: [ACTIVITY] }],
  hostProvidedAsOf: 3,
  revoked: [{ connectionId: 'node/2', at: 4 }],
};

/** Something else of whatever kind. */
const other = (value: unknown): unknown => {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return `${value}'`;
  return value === null ? 1 : null;
};

/** The same thing, made anew, with one field at a time changed to something else. */
const changedOnce = <T extends object>(thing: T): readonly (readonly [string, T])[] =>
  Object.entries(thing).map(([field, value]) => {
    const copy = structuredClone(thing);
    const changed = Array.isArray(value) ? [] : other(value);
    return [field, { ...copy, [field]: changed }] as const;
  });

describe('copies of sessions and records', () => {
  it('have all that was there', () => {
    expect(sessionWith(SESSION, {})).toEqual(SESSION);
    expect(recordWith(RECORD, {})).toEqual(RECORD);
  });

  it.each(changedOnce(SESSION))('take a changed %s of a session over, also a null', (_, changed) => {
    expect(sessionWith(SESSION, changed)).toEqual(changed);
  });

  it.each(changedOnce(RECORD))('take a changed %s of a record over, also a null', (_, changed) => {
    expect(recordWith(RECORD, changed)).toEqual(changed);
  });
});

describe('sessions and records', () => {
  it('are the same where each field is, whether or not they are one object', () => {
    expect(sameSession(SESSION, structuredClone(SESSION))).toBe(true);
    expect(sameRecord(RECORD, structuredClone(RECORD))).toBe(true);
  });

  it.each(changedOnce(SESSION))('differ in a %s of a session', (_, changed) => {
    expect(sameSession(SESSION, changed)).toBe(false);
    expect(sameRecord(RECORD, { ...RECORD, sessions: [changed] })).toBe(false);
  });

  it.each(changedOnce(ACTIVITY))('differ in a %s of an activity', (_, changed) => {
    expect(sameSession(SESSION, { ...SESSION, activities: [changed] })).toBe(false);
    expect(sameRecord(RECORD, { ...RECORD, hostProvided: [{ source: 'calls', activities: [changed] }] })).toBe(false);
  });

  it.each(changedOnce(RECORD).filter(([field]) => !field.startsWith('revision')))(
    'differ in a %s of a record, but not in when it was committed',
    (_, changed) => {
      expect(sameRecord(RECORD, changed)).toBe(false);
      expect(sameRecord(RECORD, { ...RECORD, revision: 8, revisions: { status: 8, lastSeen: 8, activity: 8 } })).toBe(
        true,
      );
    },
  );

  it.each(['text', 'emoji', 'expiresAt'] as const)('differ in the %s of a message', (field) => {
    const message = RECORD.message && { ...RECORD.message, [field]: other(RECORD.message[field]) };
    expect(sameRecord(RECORD, { ...RECORD, message })).toBe(false);
  });
});
