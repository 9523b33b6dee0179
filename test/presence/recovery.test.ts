import { describe, expect, it } from 'vitest';
import { createRecentCommits } from '../../src/node/recentCommits.js';
import { type Memory, reconciled, restoreConnection, restoreRemainder } from '../../src/presence/recovery.js';
import type { PresenceRecord, Session } from '../../src/presence/types.js';
import { durable, NOON, record, session } from '../support/unit/builders.js';

const chess = {
  type: 'PLAYING',
  name: 'Chess',
  details: null,
  startedAt: NOON - 60_000,
  startedAtGiven: false,
  expiresAt: null,
} as const;

/** The record after a node restored that session, which none of its connections holds. */
const back = (there: PresenceRecord, known: Session) =>
  restoreRemainder(
    there,
    {
      known: { record: record({ sessions: [known] }), memory: null, livedAt: NOON - 1_000 },
      persisted: undefined,
      ends: new Map(),
    },
    { atLeastMs: 0, again: false },
    NOON,
  ).record;

describe('a restored session', () => {
  it('keeps its activities and its startedAt', () => {
    const held = session({ connections: ['old/1'], activities: [chess] });
    const { record: after } = restoreConnection(record(), { session: held, connectionId: 'new/1' }, NOON);
    expect(after.sessions).toEqual([{ ...held, connections: ['new/1'] }]);
  });

  it('keeps each field as it was set last, whichever node remembers it', () => {
    const earlier = session({ connections: ['old/1'], activeAt: NOON - 5_000 });
    const later = session({ connections: ['old/1'], activeAt: NOON - 1_000, activities: [chess], device: 'DESKTOP' });
    for (const [first, second] of [
      [earlier, later],
      [later, earlier],
    ] as const) {
      const once = restoreConnection(record(), { session: first, connectionId: 'new/1' }, NOON).record;
      const twice = restoreConnection(once, { session: second, connectionId: 'other/1' }, NOON).record;
      expect(twice.sessions).toEqual([{ ...later, connections: ['new/1', 'other/1'] }]);
    }
  });

  it('has a connection once that was restored before under an earlier incarnation', () => {
    const there = record({ sessions: [session({ connections: ['node.1/7', 'node.1/8', 'other.1/7'] })] });
    const { record: after } = restoreConnection(there, { session: session(), connectionId: 'node.2/7' }, NOON);
    expect(after.sessions.map(({ connections }) => connections)).toEqual([['node.1/8', 'other.1/7', 'node.2/7']]);
  });

  it('over plain HTTP lives as long as the longest lease that a node granted', () => {
    const [short, long] = [session({ leaseUntil: NOON + 1_000 }), session({ leaseUntil: NOON + 9_000 })];
    const once = back(record(), short);
    const twice = back(once, long);
    expect(twice.sessions.map(({ leaseUntil }) => leaseUntil)).toEqual([NOON + 9_000]);
  });

  it('is on its lease or in its grace as it was last, whichever node restores first', () => {
    const [before, after] = [NOON - 5_000, NOON - 1_000];
    const graced = (activeAt: number) => session({ graceUntil: NOON + 1_000, activeAt });
    const leased = (activeAt: number) => session({ leaseUntil: NOON + 300_000, activeAt });
    for (const [last, other] of [
      [leased(after), graced(before)],
      [graced(after), leased(before)],
      // One that closed beside its lease would have kept that.
      [leased(before), graced(before)],
    ] as const) {
      for (const [first, second] of [
        [last, other],
        [other, last],
      ] as const) {
        const [there] = back(back(record(), first), second).sessions;
        expect([there?.graceUntil, there?.leaseUntil]).toEqual([last.graceUntil, last.leaseUntil]);
      }
    }
  });
});

describe('the second restore phase', () => {
  const there = record({ sessions: [session({ connections: ['b/1'], activeAt: NOON - 5_000 })] });

  it('merges later fields of a session, and leaves connections to their node', () => {
    const answered = session({ connections: ['a/1'], activeAt: NOON - 1_000, activities: [chess] });
    const { sessions } = back(there, answered);
    expect(sessions.map(({ connections, activities }) => ({ connections, activities }))).toEqual([
      { connections: ['b/1'], activities: [chess] },
    ]);
  });

  it('changes nothing by an earlier memory, or by one of a missing session', () => {
    const earlier = session({ connections: ['a/1'], activeAt: NOON - 9_000, activities: [chess] });
    expect(back(there, earlier)).toBe(there);
    expect(back(record(), earlier).sessions).toEqual([]);
  });
});

describe('a session that a node knows was ended on purpose', () => {
  const ends = new Map([['tab', { at: NOON - 2_000, until: NOON + 60_000, connections: ['node.1/7'] }]]);
  const restoreAll = (there: Session) =>
    restoreRemainder(
      record({ sessions: [there] }),
      { known: null, persisted: undefined, ends },
      { atLeastMs: 0, again: true },
      NOON,
    ).record;
  const before = { activeAt: NOON - 9_000 };

  it('ends again, also under another name of its connection, which stays a watcher', () => {
    const ended = restoreAll(session({ ...before, connections: ['node.2/7'] }));
    expect(ended).toMatchObject({ sessions: [], revoked: [{ connectionId: 'node.2/7', at: NOON }] });
  });

  it('goes on with a connection that took it since, or a command over HTTP since', () => {
    const resumed = restoreAll(session({ ...before, connections: ['node.2/7', 'node.2/9'] }));
    expect(resumed).toMatchObject({
      sessions: [{ connections: ['node.2/9'] }],
      revoked: [{ connectionId: 'node.2/7' }],
    });
    const touch = restoreAll(session({ activeAt: NOON - 1_000, connections: ['node.2/7'], leaseUntil: NOON + 1_000 }));
    expect(touch).toMatchObject({ sessions: [{ connections: [] }], revoked: [{ connectionId: 'node.2/7' }] });
    const other = record({ sessions: [session({ ...before, connections: ['other.1/7'] })] });
    expect(restoreAll(other.sessions[0]!).sessions).toEqual(other.sessions);
  });
});

describe('a record from before the store came back older', () => {
  const hostProvided = [{ source: 'calls', activities: [chess] }];
  const found = record({
    revision: NOON,
    sessions: [session({ id: 'phone' })],
    hostProvided,
    hostProvidedAsOf: NOON - 5_000,
  });
  const rowOf = (revision: number) => {
    const { userId: _, generation, ...persisted } = durable({ revision, chosen: 'AWAY', lastSeen: NOON - 3_000 });
    return { generation, persisted };
  };

  it('loses its sessions where the journal has a later commit, which may have ended them', () => {
    const after = reconciled(found, rowOf(NOON + 1));
    expect(after).toMatchObject({ revision: NOON + 1, chosen: 'AWAY', sessions: [], lastSeen: NOON - 3_000 });
    // Of users whose sessions are restored by nodes that remember them.
    expect(after).toMatchObject({ hostProvided, hostProvidedAsOf: NOON - 5_000 });
  });

  it('keeps its sessions where the journal has nothing later', () => {
    expect(reconciled(found, rowOf(NOON - 1)).sessions).toEqual(found.sessions);
    expect(reconciled(found, { generation: 1, persisted: null })).toBe(found);
  });
});

describe('the memory of a deleted user', () => {
  const named = record({ generation: 2, sessions: [session({ id: 'new' })] });
  const before = record({ generation: 1, chosen: 'AWAY', chosenAsOf: NOON, sessions: [session({ id: 'phone' })] });
  const restoreAll = (memory: Partial<Memory>) =>
    restoreRemainder(
      named,
      { known: null, persisted: undefined, ends: new Map(), ...memory },
      { atLeastMs: 0, again: false },
      NOON,
    ).record;

  it('restores neither sessions nor the choice once they were named again', () => {
    expect(restoreAll({ known: { record: before, memory: null, livedAt: NOON - 1_000 } })).toBe(named);
    expect(restoreAll({ persisted: before })).toBe(named);
  });
});

describe('the recent commits of a node', () => {
  const granted = record({ revision: NOON, sessions: [session({ id: 'phone', leaseUntil: NOON + 60_000 })] });
  const ended = (revision: number) => ({
    userId: 'ana',
    connectionIds: [],
    revoked: { sessionIds: ['phone'], revision },
  });
  const leases = (recentCommits: ReturnType<typeof createRecentCommits>) =>
    recentCommits.record('ana')?.sessions.map(({ leaseUntil }) => leaseUntil);

  it('have no lease of a session that was ended elsewhere', () => {
    const recentCommits = createRecentCommits();
    recentCommits.committed(record(), granted);
    recentCommits.sessionsEnded(ended(NOON + 1));
    expect(leases(recentCommits)).toEqual([null]);
  });

  it('keep a session that started anew under the same id', () => {
    const recentCommits = createRecentCommits();
    recentCommits.committed(record(), granted);
    recentCommits.sessionsEnded(ended(NOON - 1));
    expect(leases(recentCommits)).toEqual([NOON + 60_000]);
  });

  it('keep sessions of other nodes until those have read them, and then drop them', () => {
    let now = 0;
    const recentCommits = createRecentCommits({ now: () => now });
    recentCommits.committed(record(), granted);
    now = 60_000;
    recentCommits.prune(() => false, NOON);
    expect(recentCommits.record('ana')).toBe(granted);
    now = 200_000;
    recentCommits.prune(() => false, NOON);
    expect(recentCommits.record('ana')).toBeUndefined();
  });

  it('do not restore host-provided activities once another node may have forgotten its change of them', () => {
    let now = 0;
    const recentCommits = createRecentCommits({ now: () => now });
    const hostProvided = [{ source: 'calls', activities: [chess] }];
    const [known, seen] = [record({ ...granted, hostProvided }), record({ ...granted, userId: 'bo', hostProvided })];
    for (const each of [known, seen]) recentCommits.committed(record(), each);
    now = 140_000;
    recentCommits.observed(seen);
    now = 200_000;
    recentCommits.storeLost(now, () => true);
    expect(recentCommits.lostRecord('ana')).toMatchObject({ record: known, hostProvided: null });
    expect(recentCommits.lostRecord('bo')).toMatchObject({ record: seen, hostProvided: { hostProvided, asOf: NOON } });
  });

  describe('of host-provided activities, where the store is lost again before the restore is complete', () => {
    const hostProvided = [{ source: 'calls', activities: [chess] }];
    const of = (userId: string) => ({ ...granted, userId, revision: NOON + 50 });

    it.each<[string, Partial<PresenceRecord>, unknown]>([
      ['is as of the earlier loss, where they were not restored yet', {}, { hostProvided, asOf: NOON }],
      ['is what was restored', { hostProvided, hostProvidedAsOf: NOON + 1 }, { hostProvided, asOf: NOON + 1 }],
      [
        'is what the host provided or cleared since',
        { hostProvidedAsOf: NOON + 40 },
        { hostProvided: [], asOf: NOON + 40 },
      ],
    ])('%s', (_, back, expected) => {
      const recentCommits = createRecentCommits();
      recentCommits.committed(record(), record({ ...granted, revision: NOON, hostProvided }));
      recentCommits.storeLost(0, () => true);
      recentCommits.observed(record({ ...of('ana'), ...back }));
      recentCommits.storeLost(1, () => true);
      expect(recentCommits.lostRecord('ana')?.hostProvided).toEqual(expected);
    });

    it('is unknown to a node that first read the user in between', () => {
      const recentCommits = createRecentCommits();
      recentCommits.storeLost(0, () => true);
      recentCommits.observed(record(of('ana')));
      recentCommits.observed(record({ ...of('bo'), hostProvided, hostProvidedAsOf: NOON }));
      recentCommits.storeLost(1, () => true);
      expect(recentCommits.lostRecord('ana')?.hostProvided).toBeNull();
      expect(recentCommits.lostRecord('bo')?.hostProvided).toEqual({ hostProvided, asOf: NOON });
    });

    it('is as of the record once everything is restored, and for users who lost nothing', () => {
      const recentCommits = createRecentCommits();
      recentCommits.storeLost(0, (userId) => userId === 'ana');
      recentCommits.observed(record(of('bo')));
      recentCommits.restored();
      recentCommits.observed(record(of('ana')));
      recentCommits.storeLost(1, () => true);
      for (const userId of ['ana', 'bo']) {
        expect(recentCommits.lostRecord(userId)?.hostProvided).toEqual({ hostProvided: [], asOf: NOON + 50 });
      }
    });
  });

  it('are set aside at the loss until the restore is complete, without what is ended meanwhile', () => {
    const recentCommits = createRecentCommits();
    const [tab, phone] = [session({ connections: ['a/1'], activities: [chess] }), session({ id: 'phone' })];
    recentCommits.committed(record(), record({ revision: NOON, sessions: [tab, phone] }));
    recentCommits.storeLost(0, () => true);
    const fresh = session({ id: 'new' });
    recentCommits.committed(record(), record({ revision: NOON + 1, sessions: [fresh] }));
    expect(recentCommits.session('ana', 'tab')).toBe(tab);
    expect(recentCommits.session('ana', 'new')).toBe(fresh);

    recentCommits.storeLost(1, () => true);
    expect(recentCommits.lostRecord('ana')?.record.sessions).toEqual([fresh, tab, phone]);
    recentCommits.sessionsEnded({ userId: 'ana', connectionIds: ['a/1'] });
    expect(recentCommits.session('ana', 'tab')).toBeUndefined();
    expect(recentCommits.lostRecord('ana')?.hostProvided).toBeNull();
    recentCommits.restored();
    expect(recentCommits.lostRecord('ana')).toBeUndefined();
    expect(recentCommits.session('ana', 'phone')).toBeUndefined();
  });
});
