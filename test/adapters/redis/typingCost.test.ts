/** The cost of one typist among many, and how long the list of a user's conversations grows. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import { createMemoryStore } from '../../../src/adapters/memory/memoryStore.js';
import { openLiveInTest } from '../../support/cluster/live.js';
import { startRedis, type TestRedis } from '../../support/cluster/redis.js';
import { cpuMsOf } from '../../support/unit/usage.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => redis.admin.flushall());

/** How many type in the crowded conversation, and how often one of them goes on. */
const CROWD = 2_000;
const REPEATED = 200;
/** By how much the cost in a crowd may exceed the cost alone, as a factor. */
const TIMES = 6;

const entry = (conversationId: string, userId: string) => ({
  conversationId,
  userId,
  sessionId: 'tab',
  forMs: 600_000,
});

/** Processor time of Redis for an action, in ms: the least of three runs. */
const redisMsOf = async (act: () => Promise<unknown>): Promise<number> => {
  const used = async () => {
    const text = await redis.admin.info('cpu');
    return ['sys', 'user'].reduce((sum, kind) => sum + Number(RegExp(`used_cpu_${kind}:(\\S+)`).exec(text)?.[1]), 0);
  };
  const times: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const before = await used();
    await act();
    times.push(1_000 * ((await used()) - before));
  }
  return Math.min(...times);
};

it.each([
  [
    'Redis',
    async () => {
      const { store } = openLiveInTest([redis.url], 1);
      await store.renewLease('here');
      return { store, msOf: redisMsOf };
    },
  ],
  [
    'memory',
    async () => {
      const store = createMemoryStore({ bus: createMemoryBus(), clock: () => 1_700_000_000_000 });
      return { store, msOf: cpuMsOf };
    },
  ],
])('in %s typing costs one user the same, however many others type', async (_, open) => {
  const { store, msOf } = await open();
  const crowd = Array.from({ length: CROWD }, (__, i) => `user ${i}`);
  await Promise.all(
    crowd.map(async (userId) => {
      await store.startTyping(entry('crowded', userId));
      await store.announceTyping('crowded', userId);
    }),
  );
  const costIn = (conversationId: string, userId: string) => {
    const mine = entry(conversationId, userId);
    return msOf(async () => {
      for (let i = 0; i < REPEATED; i += 1) {
        await store.startTyping(mine);
        await store.typingOf([userId]);
        await store.stopTyping(mine);
      }
    });
  };
  // Compiled before it is measured.
  await costIn('quiet', 'alone');
  const alone = await costIn('quiet', 'alone');
  expect(await costIn('crowded', 'user 1')).toBeLessThan(TIMES * alone);
});

it("drops conversations from a user's list when their typing there is over, however long it goes on elsewhere", async () => {
  const { store, keys } = openLiveInTest([redis.url], 1);
  await store.renewLease('here');
  const list = keys.typingOf('ana');
  const before = Date.now();
  await store.startTyping({ ...entry('first', 'ana'), forMs: 5_000 });
  const [, until] = await redis.admin.zrange(list, 0, -1, 'WITHSCORES');
  expect(Number(until) - before).toBeLessThan(5_000 + 60_000);
  // As if that were long ago.
  for (let i = 0; i < 100; i += 1) await redis.admin.zadd(list, before - 1, `earlier ${i}`);
  await store.startTyping(entry('second', 'ana'));
  expect(await redis.admin.zrange(list, 0, -1)).toEqual(['first', 'second']);
});
