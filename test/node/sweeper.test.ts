import * as hooks from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startSweeper } from '../../src/node/sweeper.js';
import type { LiveStore } from '../../src/presence/ports/stores.js';

const loop = { stalledMs: 0 };

beforeEach(() => {
  loop.stalledMs = 0;
  vi.useFakeTimers();
  // Fake timers move the global `performance` alone.
  vi.spyOn(hooks.performance, 'now').mockImplementation(() => performance.now() + loop.stalledMs);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A sweeper over the due users of the test; `ticked` lists the ticks in order. */
const setUp = ({
  tick,
  ...spread
}: {
  readonly tick?: (userId: string) => Promise<void>;
  readonly spreadMs?: number;
  readonly random?: () => number;
} = {}) => {
  const due = new Set<string>();
  const ticked: string[] = [];
  const errors: unknown[] = [];
  const state = { due, ticked, errors, expiries: 0, asked: 0, failure: undefined as Error | undefined };
  const store: Pick<LiveStore, 'dueUsers' | 'expireTyping' | 'indexPlaces'> = {
    async dueUsers(limit) {
      state.asked += 1;
      if (state.failure) throw state.failure;
      return [...due].slice(0, limit);
    },
    indexPlaces: async () => 0,
    async expireTyping() {
      state.expiries += 1;
      return 0;
    },
  };
  const sweeper = startSweeper({
    store: store as LiveStore,
    tick: async (userId) => {
      await tick?.(userId);
      ticked.push(userId);
      due.delete(userId);
    },
    onError: (error) => errors.push(error),
    ...spread,
  });
  onTestFinished(() => sweeper.stop());
  return Object.assign(state, { sweeper });
};

/** The event loop stalls: the clock goes on, and no timer fires. */
const stall = (ms: number) => {
  loop.stalledMs += ms;
};

describe('the sweeper', () => {
  it('ticks due users and ends expired typing within a tenth of a second', async () => {
    const under = setUp();
    under.due.add('ana').add('bo');
    await vi.advanceTimersByTimeAsync(100);
    expect(under.ticked).toEqual(['ana', 'bo']);
    expect(under.expiries).toBe(1);
    under.due.add('ana');
    await vi.advanceTimersByTimeAsync(100);
    expect(under.ticked).toEqual(['ana', 'bo', 'ana']);
  });

  it('spreads the ticks of one sweep, so that they do not reveal its instant', async () => {
    const lots = [0.9, 0.1, 0.5];
    const instants = new Map<string, number>();
    const under = setUp({
      spreadMs: 100,
      random: () => lots.shift() ?? 0,
      tick: async (userId) => void instants.set(userId, Date.now()),
    });
    const startedAt = Date.now();
    under.due.add('ana').add('bo').add('cy');
    await vi.advanceTimersByTimeAsync(200);
    expect(under.ticked).toEqual(['bo', 'cy', 'ana']);
    expect([...instants.values()].map((at) => at - startedAt)).toEqual([110, 150, 190]);
  });

  it('ticks more than one batch in one sweep', async () => {
    const under = setUp();
    for (let i = 0; i < 1_234; i += 1) under.due.add(`user ${i}`);
    await vi.advanceTimersByTimeAsync(100);
    expect(under.ticked).toHaveLength(1_234);
  });

  it('ends expired typing also where it cannot be told who is due, and reports that', async () => {
    const under = setUp();
    under.failure = new Error('a shard is away');
    await vi.advanceTimersByTimeAsync(100);
    expect([under.expiries, under.errors]).toEqual([1, [new Error('a shard is away')]]);
  });

  it('reports a failed tick, goes on with the next user, and tries again in the next sweep', async () => {
    let failing = true;
    const under = setUp({
      tick: async (userId) => {
        if (userId === 'ana' && failing) throw new Error('not ana');
      },
    });
    under.due.add('ana').add('bo');
    await vi.advanceTimersByTimeAsync(100);
    expect([under.ticked, under.errors]).toEqual([['bo'], [new Error('not ana')]]);
    failing = false;
    await vi.advanceTimersByTimeAsync(100);
    expect(under.ticked).toEqual(['bo', 'ana']);
  });

  it('ends a sweep whose full batch fails', async () => {
    const under = setUp({ tick: () => Promise.reject(new Error('nobody')) });
    for (let i = 0; i < 600; i += 1) under.due.add(`user ${i}`);
    await vi.advanceTimersByTimeAsync(100);
    expect(under.expiries).toBe(1);
  });

  it('goes on after a store that cannot be asked', async () => {
    const under = setUp();
    under.failure = new Error('away');
    await vi.advanceTimersByTimeAsync(300);
    expect(under.errors).toEqual([under.failure, under.failure, under.failure]);
    under.failure = undefined;
    under.due.add('ana');
    await vi.advanceTimersByTimeAsync(100);
    expect(under.ticked).toEqual(['ana']);
  });

  it('never runs two sweeps at once, however long one takes', async () => {
    let inTurn = 0;
    let most = 0;
    const under = setUp({
      tick: async () => {
        inTurn += 1;
        most = Math.max(most, inTurn);
        await new Promise((resolve) => setTimeout(resolve, 350));
        inTurn -= 1;
      },
    });
    under.due.add('ana');
    await vi.advanceTimersByTimeAsync(2_000);
    expect([under.ticked, most]).toEqual([['ana'], 1]);
  });

  it('pauses after a gap for as long again', async () => {
    const under = setUp();
    await vi.advanceTimersByTimeAsync(200);
    under.due.add('ana');
    stall(5_000);
    await vi.advanceTimersByTimeAsync(4_900);
    expect(under.ticked).toEqual([]);
    await vi.advanceTimersByTimeAsync(300);
    expect(under.ticked).toEqual(['ana']);
  });

  it('takes neither a late timer nor a long sweep for a gap', async () => {
    const under = setUp({ tick: () => new Promise((resolve) => setTimeout(resolve, 3_000)) });
    stall(900);
    under.due.add('ana');
    await vi.advanceTimersByTimeAsync(3_100);
    expect(under.ticked).toEqual(['ana']);
    under.due.add('bo');
    await vi.advanceTimersByTimeAsync(3_100);
    expect(under.ticked).toEqual(['ana', 'bo']);
  });

  it('pauses half a minute at the most', async () => {
    const under = setUp();
    under.due.add('ana');
    stall(3_600_000);
    await vi.advanceTimersByTimeAsync(30_300);
    expect(under.ticked).toEqual(['ana']);
  });

  it('stopped, finishes its sweep and does nothing more; stopping twice is stopping once', async () => {
    let finish: () => void = () => {};
    const under = setUp({
      tick: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    });
    under.due.add('ana');
    await vi.advanceTimersByTimeAsync(100);
    let stopped = false;
    const stopping = under.sweeper.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stopped).toBe(false);
    finish();
    await stopping;
    await under.sweeper.stop();
    under.due.add('bo');
    await vi.advanceTimersByTimeAsync(1_000);
    expect([under.ticked, vi.getTimerCount()]).toEqual([['ana'], 0]);
  });

  it('stopped, begins no further batch', async () => {
    let goOn = () => {};
    const hanging = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const under = setUp({ tick: () => hanging });
    for (let place = 0; place < 400; place += 1) under.due.add(`user-${place}`);
    await vi.advanceTimersByTimeAsync(100);
    const stopping = under.sweeper.stop();
    goOn();
    await stopping;
    expect(under.ticked.length).toBeGreaterThan(0);
    expect(under.ticked.length).toBeLessThan(100);
    expect(under.expiries).toBe(1);
  });
});
