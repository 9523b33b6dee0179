import { describe, expect, it } from 'vitest';
import { connect, disconnect, endSession, heartbeat, setPresence, tick } from '../../src/presence/record.js';
import { nodeLost, restoreConnection } from '../../src/presence/recovery.js';
import { newSession } from '../../src/presence/session.js';
import { type Cause, transitions } from '../../src/presence/transitions.js';
import { DEFAULT_TIMINGS, type PresenceRecord } from '../../src/presence/types.js';
import { record as recordOf } from '../support/unit/builders.js';

const NOW = 1_000_000;
const { graceMs, sessionTtlMs } = DEFAULT_TIMINGS;

const empty = recordOf();
const connected = (record: PresenceRecord, sessionId: string, now = NOW) =>
  connect(record, { connectionId: `node/${sessionId}`, sessionId, device: null }, now).record;
const left = (record: PresenceRecord, sessionId: string, now = NOW, timings = DEFAULT_TIMINGS) =>
  disconnect(record, { connectionId: `node/${sessionId}`, aliveAt: now }, now, timings).record;
/** The transitions of a commit, in short. */
const transitionsOf = (before: PresenceRecord, after: PresenceRecord, cause?: Cause) =>
  transitions(before, after, cause).map((transition) =>
    'sessionId' in transition
      ? [transition.kind, transition.sessionId, ...('why' in transition ? [transition.why] : [])]
      : 'from' in transition
        ? [transition.kind, transition.from, transition.to]
        : [transition.kind],
  );

describe('the transitions of a commit', () => {
  it('a session starts, and its user is seen', () => {
    expect(transitionsOf(empty, connected(empty, 'a'))).toEqual([
      ['session started', 'a'],
      ['status changed', 'OFFLINE', 'ONLINE'],
    ]);
  });

  it.each(['closed', 'lost'] as const)('a connection that is %s leaves its session in grace, unseen', (cause) => {
    const live = connected(empty, 'a');
    expect(transitionsOf(live, left(live, 'a'), cause)).toEqual([['session in grace', 'a', cause]]);
  });

  it('a session is resumed, unseen', () => {
    const inGrace = left(connected(empty, 'a'), 'a');
    expect(transitionsOf(inGrace, connected(inGrace, 'a', NOW + 1))).toEqual([['session resumed', 'a']]);
  });

  it('a grace is over, and a lease has expired', () => {
    const inGrace = left(connected(empty, 'a'), 'a');
    expect(transitionsOf(inGrace, tick(inGrace, NOW + graceMs).record)).toEqual([
      ['session ended', 'a', 'grace over'],
      ['status changed', 'ONLINE', 'OFFLINE'],
    ]);
    const sessionReference = { sessionId: 'a', connectionId: null, newSessionId: 'a' };
    const leased = heartbeat(empty, { idle: false, sessionReference }, NOW, DEFAULT_TIMINGS).record;
    expect(transitionsOf(leased, tick(leased, NOW + sessionTtlMs).record)[0]).toEqual([
      'session ended',
      'a',
      'expired',
    ]);
  });

  it('without a grace, what would have begun one ends the session', () => {
    const live = connected(empty, 'a');
    const gone = left(live, 'a', NOW, { ...DEFAULT_TIMINGS, graceMs: 0 });
    expect(transitionsOf(live, gone, 'lost')[0]).toEqual(['session ended', 'a', 'lost']);
  });

  it('a session is ended on purpose', () => {
    const live = connected(empty, 'a');
    expect(transitionsOf(live, endSession(live, 'a', NOW + 1).record, 'ended')[0]).toEqual([
      'session ended',
      'a',
      'ended',
    ]);
  });

  it('the twenty-first session replaces one, without a change of status', () => {
    const ids = Array.from({ length: 20 }, (_, i) => `s${i}`);
    const full = ids.reduce((record, id, i) => connected(record, id, NOW + i), empty);
    expect(transitionsOf(full, connected(full, 'new', NOW + 100))).toEqual([
      ['session ended', 's0', 'replaced'],
      ['session started', 'new'],
    ]);
  });

  it('a lost node leaves its sessions in grace, and a restored session was not started', () => {
    const live = connected(empty, 'a');
    const lost = nodeLost(live, { incarnation: 'node', aliveAt: NOW }, NOW + 1, DEFAULT_TIMINGS).record;
    expect(transitionsOf(live, lost, 'node lost')).toEqual([['session in grace', 'a', 'node lost']]);
    const back = restoreConnection(empty, { session: newSession('a', NOW), connectionId: 'node/a' }, NOW + 1).record;
    expect(transitionsOf(empty, back, 'restored')[0]).toEqual(['session put back', 'a']);
  });

  it('a user who hides goes OFFLINE, and no later command changes that status', () => {
    const live = connected(empty, 'a');
    const sessionReference = { sessionId: 'a', connectionId: null, newSessionId: 'a' };
    const hidden = setPresence(live, { status: 'INVISIBLE', sessionReference }, NOW + 1, DEFAULT_TIMINGS).record;
    expect(transitionsOf(live, hidden)).toEqual([['status changed', 'ONLINE', 'OFFLINE']]);
    expect(transitionsOf(hidden, connected(hidden, 'b', NOW + 2))).toEqual([['session started', 'b']]);
  });

  it('a text or an activity is no transition', () => {
    const live = connected(empty, 'a');
    const sessionReference = { sessionId: 'a', connectionId: null, newSessionId: 'a' };
    const statusMessage = { text: 'private', emoji: null, expiresAt: null };
    expect(
      transitionsOf(live, setPresence(live, { statusMessage, sessionReference }, NOW + 1, DEFAULT_TIMINGS).record),
    ).toEqual([]);
  });
});
