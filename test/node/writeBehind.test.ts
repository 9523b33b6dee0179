import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createMemoryBus } from '../../src/adapters/memory/memoryBus.js';
import { createMemoryStore } from '../../src/adapters/memory/memoryStore.js';
import { createRecentCommits } from '../../src/node/recentCommits.js';
import { startWriteBehind } from '../../src/node/writeBehind.js';
import { unavailable } from '../../src/presence/errors.js';
import type { LiveStore } from '../../src/presence/ports/stores.js';
import * as commands from '../../src/presence/record.js';
import type { PresenceStatus } from '../../src/presence/types.js';
import { durable, NOON, timings } from '../support/unit/builders.js';
import { createFakeJournal } from '../support/unit/fakes.js';

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
});
afterEach(() => {
  vi.useRealTimers();
});

const setUp = ({ users = ['ana', 'bo'] }: { readonly users?: readonly string[] } = {}) => {
  const store = createMemoryStore({ bus: createMemoryBus(), clock: () => Date.now() });
  const journal = createFakeJournal(users);
  const errors: unknown[] = [];
  const writeBehind = startWriteBehind({ store, journal: journal.journal, onError: (error) => errors.push(error) });
  onTestFinished(() => {
    journal.failure = undefined;
    journal.gate = Promise.resolve();
    return writeBehind.stop();
  });
  const restore = (userId: string) => async () =>
    commands.restoreRecord(userId, journal.rows.get(userId) ?? { generation: 1, persisted: null });
  return {
    store,
    journal,
    errors,
    writeBehind,
    connect: (userId: string) =>
      store.update(userId, restore(userId), (record, now) =>
        commands.connect(record, { connectionId: `n/${userId}`, sessionId: 'tab', device: null }, now),
      ),
    choose: (userId: string, status: PresenceStatus) =>
      store.update(userId, restore(userId), (record, now) =>
        commands.setPresence(
          record,
          { status, sessionReference: { sessionId: 'tab', connectionId: null, newSessionId: 'tab' } },
          now,
          timings(),
        ),
      ),
    end: (userId: string) =>
      store.update(userId, restore(userId), (record, now) => commands.endSession(record, 'tab', now)),
    persisted: (userId: string) => journal.rows.get(userId)?.persisted,
  };
};

describe('the write-behind', () => {
  it('writes a change into the journal within two seconds, once, and drops records without a live session', async () => {
    const { connect, end, journal, persisted, store } = setUp();
    await connect('ana');
    await connect('bo');
    await vi.advanceTimersByTimeAsync(500);
    await end('bo');
    await vi.advanceTimersByTimeAsync(1_500);
    expect(persisted('ana')).toMatchObject({ chosen: 'ONLINE' });
    expect(persisted('bo')).toMatchObject({ lastSeen: NOON + 500 });
    expect([...(await store.read(['ana', 'bo'])).records.keys()]).toEqual(['ana']);
    const { length } = journal.writes;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(journal.writes).toHaveLength(length);
  });

  it('writes everything marked in one run, in batches', async () => {
    const users = Array.from({ length: 2_500 }, (_, i) => `user ${i}`);
    const { connect, journal } = setUp({ users });
    for (const userId of users) await connect(userId);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(journal.writes.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  });

  it('tries again until the journal has it, and drops nothing before', async () => {
    const { connect, end, journal, persisted, errors, store } = setUp();
    await connect('ana');
    await end('ana');
    journal.failure = new Error('away');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(errors.length).toBeGreaterThan(5);
    expect((await store.read(['ana'])).records.size).toBe(1);
    journal.failure = undefined;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(persisted('ana')).toMatchObject({ lastSeen: NOON });
    expect((await store.read(['ana'])).records.size).toBe(0);
  });

  it('leaves the shares of others to them, except while the journal is away', async () => {
    const { connect, journal, store } = setUp();
    const asked: unknown[] = [];
    const writeBehind = startWriteBehind({
      store: {
        ...store,
        dirty(limit, options) {
          asked.push(options?.shared);
          // What the others would write.
          return options?.shared ? Promise.resolve({ now: 0, records: [] }) : store.dirty(limit);
        },
      },
      journal: journal.journal,
      onError: () => {},
    });
    onTestFinished(() => writeBehind.stop());
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked).toEqual([true, true]);
    await connect('ana');
    journal.failure = unavailable('PostgreSQL is away.');
    await expect(writeBehind.flush()).rejects.toBe(journal.failure);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(writeBehind.lagMs).toBeGreaterThan(9_000);
    journal.failure = undefined;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked.slice(-2)).toEqual([false, true]);
    expect(asked.slice(2, -2)).not.toContain(true);
    expect(writeBehind.lagMs).toBeLessThan(2_000);
  });

  it('writes a record again that changed during the write, and the newest stays', async () => {
    const { connect, choose, journal, persisted } = setUp();
    await connect('ana');
    let open: () => void = () => {};
    journal.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    await choose('ana', 'DO_NOT_DISTURB');
    open();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(persisted('ana')?.chosen).toBe('DO_NOT_DISTURB');
  });

  it('does not ask a slow journal twice at once', async () => {
    const { connect, journal, writeBehind } = setUp();
    let inside = 0;
    let most = 0;
    const { write } = journal.journal;
    journal.journal.write = async (rows) => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      inside -= 1;
      return write(rows);
    };
    await connect('ana');
    await vi.advanceTimersByTimeAsync(1_500);
    const flushing = writeBehind.flush();
    await connect('bo');
    await vi.advanceTimersByTimeAsync(10_000);
    await flushing;
    journal.journal.write = write;
    expect([most, journal.writes.length]).toEqual([1, 2]);
  });

  it('writes once a minute the lastSeen of users who stay live', async () => {
    const { connect, persisted } = setUp();
    await connect('ana');
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    expect(persisted('ana')?.lastSeen).toBeGreaterThan(NOON + 8 * MINUTE);
  });

  it('flush resolves when everything marked is written, and rejects where the journal does', async () => {
    const { connect, choose, journal, persisted, writeBehind } = setUp();
    await connect('ana');
    journal.failure = new Error('away');
    await expect(writeBehind.flush()).rejects.toBe(journal.failure);
    journal.failure = undefined;
    await choose('ana', 'AWAY');
    await writeBehind.flush();
    expect(persisted('ana')?.chosen).toBe('AWAY');
  });

  it('stop writes the lastSeen of users who are still live, and nothing runs afterwards', async () => {
    const { connect, choose, persisted, writeBehind, journal } = setUp();
    await connect('ana');
    await connect('bo');
    await choose('bo', 'INVISIBLE');
    await vi.advanceTimersByTimeAsync(30_000);
    await writeBehind.stop();
    expect(persisted('ana')?.lastSeen).toBe(NOON + 30_000);
    expect(persisted('bo')).toMatchObject({ chosen: 'INVISIBLE', lastSeen: NOON });
    const { length } = journal.writes;
    await writeBehind.stop();
    await vi.advanceTimersByTimeAsync(5 * MINUTE);
    expect([journal.writes.length, vi.getTimerCount()]).toEqual([length, 0]);
  });

  it('stop writes the unjournaled commits of this node while the store is unavailable', async () => {
    const { store, journal, connect, choose, persisted } = setUp();
    const { record: before } = await connect('ana');
    const { record: after } = await choose('ana', 'DO_NOT_DISTURB');
    const recentCommits = createRecentCommits();
    recentCommits.committed(before, after);
    const away = async () => {
      throw unavailable('The store is away.');
    };
    const writeBehind = startWriteBehind({
      store: { ...store, dirty: away, markLiveDirty: away },
      journal: journal.journal,
      recentCommits,
      onError: () => {},
    });
    await expect(writeBehind.stop()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(persisted('ana')?.chosen).toBe('DO_NOT_DISTURB');
  });

  it('writes what it can while a part of the store is away, and does not take that for all', async () => {
    const { store, journal, connect, choose, persisted } = setUp();
    const { record: before } = await connect('ana');
    const { record: after } = await choose('ana', 'DO_NOT_DISTURB');
    await connect('bo');
    const recentCommits = createRecentCommits();
    recentCommits.committed(before, after);
    const errors: unknown[] = [];
    const failure = unavailable("The part with ana's mark is away.");
    const marks: LiveStore['dirty'] = async () => {
      const { now, records } = await store.dirty(1_000);
      return { now, records: records.filter(({ userId }) => userId !== 'ana'), failures: [failure] };
    };
    const shared: unknown[] = [];
    const writeBehind = startWriteBehind({
      store: {
        ...store,
        dirty(limit, options) {
          shared.push(options?.shared);
          return marks(limit, options);
        },
        markLiveDirty: async () => {},
      },
      journal: journal.journal,
      recentCommits,
      onError: (error) => errors.push(error),
    });
    journal.writes.length = 0;
    await vi.advanceTimersByTimeAsync(3_500);
    expect(errors).toEqual([failure, failure, failure]);
    expect(writeBehind.lagMs).toBeGreaterThan(3_000);
    // The others write their shares.
    expect(shared).toEqual([true, true, true]);
    await expect(writeBehind.stop()).rejects.toBe(failure);
    expect([persisted('ana')?.chosen, persisted('bo')?.chosen]).toEqual(['DO_NOT_DISTURB', 'ONLINE']);
  });

  it('stop waits for the run under way, and flushes after it', async () => {
    const { connect, journal, persisted, writeBehind } = setUp();
    await connect('ana');
    let open: () => void = () => {};
    journal.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    await connect('bo');
    const stopping = writeBehind.stop();
    open();
    await stopping;
    expect([persisted('ana'), persisted('bo')].every(Boolean)).toBe(true);
  });
});

/** A node that remembers its commits, over a store that lost all of them. */
const setUpRemembering = () => {
  const world = setUp();
  const recentCommits = createRecentCommits();
  const empty = async () => ({ now: Date.now(), records: [] });
  const state = { store: { dirty: empty } as Partial<LiveStore> };
  const mine = startWriteBehind({
    store: new Proxy(world.store, { get: (store, verb: keyof LiveStore) => state.store[verb] ?? store[verb] }),
    journal: world.journal.journal,
    recentCommits,
    onError: () => {},
  });
  onTestFinished(() => {
    state.store = {};
    return mine.stop();
  });
  return {
    ...world,
    recentCommits,
    mine,
    state,
    /** A choice that this node committed, and of which the store, emptied since, has no mark any more. */
    async commit(userId: string, status: PresenceStatus) {
      const { record: before } = await world.connect(userId);
      const { record: after } = await world.choose(userId, status);
      recentCommits.committed(before, after);
      await world.store.forget(userId, after.generation);
      return after;
    },
    waiting: () => recentCommits.unjournaled(0).map(({ userId }) => userId),
  };
};

describe('a commit that the store lost', () => {
  it('is remembered until the journal has it, however often the store has nothing marked', async () => {
    const { commit, persisted, journal, mine, waiting } = setUpRemembering();
    await commit('ana', 'DO_NOT_DISTURB');
    journal.failure = unavailable('PostgreSQL is away.');
    await vi.advanceTimersByTimeAsync(30_000);
    await expect(mine.rescue()).rejects.toBe(journal.failure);
    expect([waiting(), persisted('ana')]).toEqual([['ana'], null]);
    journal.failure = undefined;
    await vi.advanceTimersByTimeAsync(1_000);
    expect([waiting(), persisted('ana')]).toEqual([[], expect.objectContaining({ chosen: 'DO_NOT_DISTURB' })]);
  });

  it('is remembered while the journal can be read and rejects writes', async () => {
    const { commit, persisted, journal, waiting } = setUpRemembering();
    await commit('ana', 'AWAY');
    const { write } = journal.journal;
    journal.journal.write = () => Promise.reject(unavailable('PostgreSQL is read-only.'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(waiting()).toEqual(['ana']);
    journal.journal.write = write;
    await vi.advanceTimersByTimeAsync(1_000);
    expect([waiting(), persisted('ana')?.chosen]).toEqual([[], 'AWAY']);
  });

  it('is written also while the store is unavailable', async () => {
    const { commit, persisted, state } = setUpRemembering();
    await commit('ana', 'DO_NOT_DISTURB');
    state.store = { dirty: () => Promise.reject(unavailable('The store is away.')) };
    await vi.advanceTimersByTimeAsync(7_000);
    expect(persisted('ana')?.chosen).toBe('DO_NOT_DISTURB');
  });

  it('is not looked up in the journal before another node may have written it', async () => {
    const { commit, journal, waiting } = setUpRemembering();
    await commit('ana', 'AWAY');
    await vi.advanceTimersByTimeAsync(3_000);
    expect([waiting(), journal.reads]).toEqual([['ana'], []]);
  });

  it('is forgotten once the journal has the user at that revision, and not at an earlier one', async () => {
    const { commit, journal, recentCommits, waiting } = setUpRemembering();
    const { revision } = await commit('ana', 'AWAY');
    recentCommits.journaled([durable({ userId: 'bo', revision })]);
    recentCommits.journaled([durable({ revision: revision - 1 })]);
    expect(waiting()).toEqual(['ana']);
    journal.rows.set('ana', { generation: 1, persisted: durable({ revision, chosen: 'AWAY' }) });
    await vi.advanceTimersByTimeAsync(7_000);
    // Another node wrote it.
    expect([waiting(), journal.writes]).toEqual([[], []]);
  });

  it('is forgotten where its user was deleted', async () => {
    const { commit, journal, waiting } = setUpRemembering();
    await commit('ana', 'AWAY');
    journal.rows.delete('ana');
    await vi.advanceTimersByTimeAsync(7_000);
    expect([waiting(), journal.writes]).toEqual([[], []]);
  });

  it('is remembered for the latest users up to a bound', () => {
    const recentCommits = createRecentCommits({ maxKept: 3 });
    const before = commands.restoreRecord('user', { generation: 1, persisted: null });
    for (const userId of ['ana', 'bo', 'ana', 'cy', 'di']) {
      recentCommits.committed({ ...before, userId }, { ...before, userId, chosen: 'AWAY', revision: 1 });
    }
    expect(recentCommits.unjournaled(0).map(({ userId }) => userId)).toEqual(['ana', 'cy', 'di']);
  });
});
