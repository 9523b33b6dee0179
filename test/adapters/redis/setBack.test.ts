/**
 * A Redis whose wall clock is set back: the store's clock goes on from the highest it gave, and so does everything timed.
 * The tests move every instant that is stored instead of the clock of Redis.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { connect, disconnect, restoreRecord, tick } from '../../../src/presence/record.js';
import { openLiveInTest } from '../../support/cluster/live.js';
import { startRedis, type TestRedis } from '../../support/cluster/redis.js';
import { timings } from '../../support/unit/builders.js';

const HOUR_MS = 3_600_000;
const SHARDS = 2;
const RENEWED_EVERY_MS = 50;
const TIMINGS = timings({ graceMs: 1_000 });

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => redis.admin.flushall());

const start = async () => {
  // A node remembers the highest clock it saw: each change of the clock is followed by a new one.
  const open = () => openLiveInTest([redis.url], SHARDS, { leaseMs: 1_500, gapMs: 3_000 });
  let { store, keys } = open();
  await store.renewLease('here');
  return {
    get store() {
      return store;
    },
    /** Sets the clock of Redis forwards, or back, and renews the lease once. */
    async setClock(byMs: number) {
      for (let shard = 0; shard < SHARDS; shard += 1) {
        for (const field of ['clock', 'settled', 'quiet', 'swept', 'wall']) {
          await redis.admin.hincrby(keys.of(shard).shard, field, -byMs);
        }
      }
      ({ store, keys } = open());
      await store.renewLease('here');
    },
    /** Renews the lease of this node until `holds`. */
    async until(holds: () => Promise<boolean>) {
      while (!(await holds())) {
        await store.renewLease('here');
        await wait(RENEWED_EVERY_MS);
      }
    },
  };
};

it.each([2_500, HOUR_MS])('by %i ms: a grace ends in its time, and a lost node is found', async (byMs) => {
  const node = await start();
  const { setClock, until } = node;
  const before = await node.store.now();
  await setClock(-byMs);
  expect((await node.store.now()) - before).toBeGreaterThan(byMs - 1_000);
  await node.store.renewLease('elsewhere');

  const restore = async () => restoreRecord('ana', { generation: 1, persisted: null });
  const connectionId = 'here/1';
  await node.store.update('ana', restore, (record, now) =>
    connect(record, { connectionId, sessionId: 'tab', device: null }, now),
  );
  const left = await node.store.update('ana', restore, (record, now) =>
    disconnect(record, { connectionId, aliveAt: now }, now, TIMINGS),
  );
  const at = performance.now();
  await until(async () => (await node.store.dueUsers(10)).includes('ana'));
  expect((await node.store.update('ana', restore, tick)).record.sessions).toEqual([]);
  await until(async () => (await node.store.lostNodes()).some(({ incarnation }) => incarnation === 'elsewhere'));
  // No faster than time, to a second.
  expect((await node.store.now()) - left.now).toBeGreaterThanOrEqual(1_000);
  expect((await node.store.now()) - left.now).toBeLessThan(performance.now() - at + 1_000);
});

it("and set right again: the store's clock follows that of Redis, and never goes back", async () => {
  const node = await start();
  const { setClock, until } = node;
  await setClock(-HOUR_MS);
  const at = await node.store.now();
  await until(async () => (await node.store.now()) > at + 200);
  await setClock(HOUR_MS);
  const [seconds] = await redis.admin.time();
  expect(Math.abs((await node.store.now()) - Number(seconds) * 1_000)).toBeLessThan(3_000);
});

it("by less than a second: the store's clock waits until that of Redis has caught up", async () => {
  const node = await start();
  const { setClock, until } = node;
  await setClock(-800);
  const before = await node.store.now();
  await node.store.renewLease('here');
  expect(await node.store.now()).toBe(before);
  await until(async () => (await node.store.now()) > before);
  const [seconds, micros] = (await redis.admin.time()).map(Number) as [number, number];
  expect(seconds * 1_000 + micros / 1_000).toBeGreaterThanOrEqual(before);
});
