import { describe, expect, test } from 'vitest';
import { type Memory, putBack, putBackRest, reconciled } from '../../src/presence/recovery.js';
import { createRemembered } from '../../src/presence/remembered.js';
import type { PresenceRecord, Session } from '../../src/presence/types.js';
import { durable, NOON, record, session } from '../support/builders.js';

const chess = {
  type: 'PLAYING',
  name: 'Chess',
  details: null,
  startedAt: NOON - 60_000,
  startedAtGiven: false,
  expiresAt: null,
} as const;

/** The record once a node put back what it knows of that session, beyond connections of its own. */
const back = (there: PresenceRecord, known: Session) =>
  putBackRest(
    there,
    {
      known: { record: record({ sessions: [known] }), memory: null, livedAt: NOON - 1_000 },
      kept: undefined,
      ends: new Map(),
    },
    { atLeastMs: 0, again: false },
    NOON,
  ).record;

describe('a session that is put back', () => {
  test('goes on with what it did, from when it began', () => {
    const held = session({ connections: ['old/1'], activities: [chess] });
    const { record: after } = putBack(record(), { session: held, connectionId: 'new/1' }, NOON);
    expect(after.sessions).toEqual([{ ...held, connections: ['new/1'] }]);
  });

  test('keeps what was said last, whichever node remembers that', () => {
    const earlier = session({ connections: ['old/1'], activeAt: NOON - 5_000 });
    const later = session({ connections: ['old/1'], activeAt: NOON - 1_000, activities: [chess], device: 'DESKTOP' });
    for (const [first, second] of [
      [earlier, later],
      [later, earlier],
    ] as const) {
      const once = putBack(record(), { session: first, connectionId: 'new/1' }, NOON).record;
      const twice = putBack(once, { session: second, connectionId: 'other/1' }, NOON).record;
      expect(twice.sessions).toEqual([{ ...later, connections: ['new/1', 'other/1'] }]);
    }
  });

  test('is held once by a connection that came back before, under an earlier name of its node', () => {
    const there = record({ sessions: [session({ connections: ['node.1/7', 'node.1/8', 'other.1/7'] })] });
    const { record: after } = putBack(there, { session: session(), connectionId: 'node.2/7' }, NOON);
    expect(after.sessions.map(({ connections }) => connections)).toEqual([['node.1/8', 'other.1/7', 'node.2/7']]);
  });

  test('of plain HTTP lives as long as the longest lease that a node granted', () => {
    const [short, long] = [session({ leaseUntil: NOON + 1_000 }), session({ leaseUntil: NOON + 9_000 })];
    const once = back(record(), short);
    const twice = back(once, long);
    expect(twice.sessions.map(({ leaseUntil }) => leaseUntil)).toEqual([NOON + 9_000]);
  });

  test('goes on as it did last, by a lease or in its grace, whichever node comes first', () => {
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

describe('a reminder', () => {
  const there = record({ sessions: [session({ connections: ['b/1'], activeAt: NOON - 5_000 })] });

  test('brings what its session said later, and leaves the connections to their node', () => {
    const heard = session({ connections: ['a/1'], activeAt: NOON - 1_000, activities: [chess] });
    const { sessions } = back(there, heard);
    expect(sessions.map(({ connections, activities }) => ({ connections, activities }))).toEqual([
      { connections: ['b/1'], activities: [chess] },
    ]);
  });

  test('of what is not of later, or of a session that nobody put back, changes nothing', () => {
    const earlier = session({ connections: ['a/1'], activeAt: NOON - 9_000, activities: [chess] });
    expect(back(there, earlier)).toBe(there);
    expect(back(record(), earlier).sessions).toEqual([]);
  });
});

describe('a session that is known to have been ended on purpose', () => {
  const ends = new Map([['tab', { at: NOON - 2_000, until: NOON + 60_000, connections: ['node.1/7'] }]]);
  const putBackAll = (there: Session) =>
    putBackRest(
      record({ sessions: [there] }),
      { known: null, kept: undefined, ends },
      { atLeastMs: 0, again: true },
      NOON,
    ).record;
  const before = { activeAt: NOON - 9_000 };

  test('ends again, also under another name of its connection, which gets no other', () => {
    const ended = putBackAll(session({ ...before, connections: ['node.2/7'] }));
    expect(ended).toMatchObject({ sessions: [], withdrawn: [{ connectionId: 'node.2/7', at: NOON }] });
  });

  test('goes on with a connection that took it since, or what it said over HTTP since', () => {
    const resumed = putBackAll(session({ ...before, connections: ['node.2/7', 'node.2/9'] }));
    expect(resumed).toMatchObject({
      sessions: [{ connections: ['node.2/9'] }],
      withdrawn: [{ connectionId: 'node.2/7' }],
    });
    const spoke = putBackAll(session({ activeAt: NOON - 1_000, connections: ['node.2/7'], leaseUntil: NOON + 1_000 }));
    expect(spoke).toMatchObject({ sessions: [{ connections: [] }], withdrawn: [{ connectionId: 'node.2/7' }] });
    const other = record({ sessions: [session({ ...before, connections: ['other.1/7'] })] });
    expect(putBackAll(other.sessions[0]!).sessions).toEqual(other.sessions);
  });
});

describe('a record of before the store came back older than it was', () => {
  const hosted = [{ source: 'calls', activities: [chess] }];
  const found = record({ revision: NOON, sessions: [session({ id: 'phone' })], hosted, hostedAsOf: NOON - 5_000 });
  const rowOf = (revision: number) => {
    const { userId: _, generation, ...kept } = durable({ revision, chosen: 'AWAY', lastSeen: NOON - 3_000 });
    return { generation, kept };
  };

  test('has no sessions where the journal knows of a later commit, by which they may have ended', () => {
    const after = reconciled(found, rowOf(NOON + 1));
    expect(after).toMatchObject({ revision: NOON + 1, chosen: 'AWAY', sessions: [], lastSeen: NOON - 3_000 });
    // For those who have their sessions put back by who remembers them.
    expect(after).toMatchObject({ hosted, hostedAsOf: NOON - 5_000 });
  });

  test('has them where nothing is known of later', () => {
    expect(reconciled(found, rowOf(NOON - 1)).sessions).toEqual(found.sessions);
    expect(reconciled(found, { generation: 1, kept: null })).toBe(found);
  });
});

describe('what is known of a user who was deleted', () => {
  const named = record({ generation: 2, sessions: [session({ id: 'new' })] });
  const before = record({ generation: 1, chosen: 'AWAY', chosenAsOf: NOON, sessions: [session({ id: 'phone' })] });
  const putBackAll = (memory: Partial<Memory>) =>
    putBackRest(
      named,
      { known: null, kept: undefined, ends: new Map(), ...memory },
      { atLeastMs: 0, again: false },
      NOON,
    ).record;

  test('is put back neither of their sessions nor of their choice, where they were named again', () => {
    expect(putBackAll({ known: { record: before, memory: null, livedAt: NOON - 1_000 } })).toBe(named);
    expect(putBackAll({ kept: before })).toBe(named);
  });
});

describe('what a node remembers', () => {
  const granted = record({ revision: NOON, sessions: [session({ id: 'phone', leaseUntil: NOON + 60_000 })] });
  const ended = (revision: number) => ({
    userId: 'ana',
    connectionIds: [],
    withdrawn: { sessionIds: ['phone'], revision },
  });
  const leases = (remembered: ReturnType<typeof createRemembered>) =>
    remembered.record('ana')?.sessions.map(({ leaseUntil }) => leaseUntil);

  test('of a lease is void once the session was ended elsewhere', () => {
    const remembered = createRemembered();
    remembered.committed(record(), granted);
    remembered.ended(ended(NOON + 1));
    expect(leases(remembered)).toEqual([null]);
  });

  test('of a session that started anew under the same id stays', () => {
    const remembered = createRemembered();
    remembered.committed(record(), granted);
    remembered.ended(ended(NOON - 1));
    expect(leases(remembered)).toEqual([NOON + 60_000]);
  });

  test('of the sessions that others hold is kept until those have learnt it, and then dropped', () => {
    let now = 0;
    const remembered = createRemembered({ now: () => now });
    remembered.committed(record(), granted);
    now = 60_000;
    remembered.prune(() => false, NOON);
    expect(remembered.record('ana')).toBe(granted);
    now = 200_000;
    remembered.prune(() => false, NOON);
    expect(remembered.record('ana')).toBeUndefined();
  });

  test('of what the host put is not to be relied on once others may have forgotten that they changed it', () => {
    let now = 0;
    const remembered = createRemembered({ now: () => now });
    const hosted = [{ source: 'calls', activities: [chess] }];
    const [known, seen] = [record({ ...granted, hosted }), record({ ...granted, userId: 'bo', hosted })];
    for (const each of [known, seen]) remembered.committed(record(), each);
    now = 140_000;
    remembered.learnt(seen);
    now = 200_000;
    remembered.lost(now, () => true);
    expect(remembered.lostRecord('ana')).toMatchObject({ record: known, hosted: null });
    expect(remembered.lostRecord('bo')).toMatchObject({ record: seen, hosted: { hosted, asOf: NOON } });
  });

  describe('of what the host put, where the store is lost again before all is put back', () => {
    const hosted = [{ source: 'calls', activities: [chess] }];
    const of = (userId: string) => ({ ...granted, userId, revision: NOON + 50 });

    test.each<[string, Partial<PresenceRecord>, unknown]>([
      ['goes by the loss of before where it was not back yet', {}, { hosted, asOf: NOON }],
      ['is what came back', { hosted, hostedAsOf: NOON + 1 }, { hosted, asOf: NOON + 1 }],
      ['is what the host put or cleared since', { hostedAsOf: NOON + 40 }, { hosted: [], asOf: NOON + 40 }],
    ])('%s', (_, back, expected) => {
      const remembered = createRemembered();
      remembered.committed(record(), record({ ...granted, revision: NOON, hosted }));
      remembered.lost(0, () => true);
      remembered.learnt(record({ ...of('ana'), ...back }));
      remembered.lost(1, () => true);
      expect(remembered.lostRecord('ana')?.hosted).toEqual(expected);
    });

    test('is not for a node to say that came to know of the user in between', () => {
      const remembered = createRemembered();
      remembered.lost(0, () => true);
      remembered.learnt(record(of('ana')));
      remembered.learnt(record({ ...of('bo'), hosted, hostedAsOf: NOON }));
      remembered.lost(1, () => true);
      expect(remembered.lostRecord('ana')?.hosted).toBeNull();
      expect(remembered.lostRecord('bo')?.hosted).toEqual({ hosted, asOf: NOON });
    });

    test('is as of the record again once all is put back, and for users who lost nothing', () => {
      const remembered = createRemembered();
      remembered.lost(0, (userId) => userId === 'ana');
      remembered.learnt(record(of('bo')));
      remembered.found();
      remembered.learnt(record(of('ana')));
      remembered.lost(1, () => true);
      for (const userId of ['ana', 'bo']) {
        expect(remembered.lostRecord(userId)?.hosted).toEqual({ hosted: [], asOf: NOON + 50 });
      }
    });
  });

  test('is kept as it was when it was lost, while it is put back piece by piece, without what is ended meanwhile', () => {
    const remembered = createRemembered();
    const [tab, phone] = [session({ connections: ['a/1'], activities: [chess] }), session({ id: 'phone' })];
    remembered.committed(record(), record({ revision: NOON, sessions: [tab, phone] }));
    remembered.lost(0, () => true);
    const fresh = session({ id: 'new' });
    remembered.committed(record(), record({ revision: NOON + 1, sessions: [fresh] }));
    expect(remembered.session('ana', 'tab')).toBe(tab);
    expect(remembered.session('ana', 'new')).toBe(fresh);

    remembered.lost(1, () => true);
    expect(remembered.lostRecord('ana')?.record.sessions).toEqual([fresh, tab, phone]);
    remembered.ended({ userId: 'ana', connectionIds: ['a/1'] });
    expect(remembered.session('ana', 'tab')).toBeUndefined();
    expect(remembered.lostRecord('ana')?.hosted).toBeNull();
    remembered.found();
    expect(remembered.lostRecord('ana')).toBeUndefined();
    expect(remembered.session('ana', 'phone')).toBeUndefined();
  });
});
