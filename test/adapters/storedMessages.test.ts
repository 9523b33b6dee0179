/** The stored form of messages: nodes of other releases, and rows of the change log, have these very names. */
import { describe, expect, it } from 'vitest';
import {
  accessChangeOf,
  sessionsEndedOf,
  storedAccessChange,
  storedSessionsEnded,
} from '../../src/adapters/storedMessages.js';
import type { AccessChange, SessionsEnded } from '../../src/presence/ports/bus.js';

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
];

const ENDED: readonly (readonly [SessionsEnded, string])[] = [
  [{ userId: 'ana', connectionIds: ['node.1/7'] }, '{"userId":"ana","connectionIds":["node.1/7"]}'],
  [
    { userId: 'ana', connectionIds: [], revoked: { sessionIds: ['phone'], revision: 5 } },
    '{"userId":"ana","connectionIds":[],"withdrawn":{"sessionIds":["phone"],"revision":5}}',
  ],
];

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
