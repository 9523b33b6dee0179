/** The marks by which the journal gets what it has to know: how many are set and read at once. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLiveInTest } from '../../support/cluster/live.js';
import { startRedis, type TestRedis } from '../../support/cluster/redis.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => redis.admin.flushall());

/** Users seen live, as commits list them. */
const addLive = (live: string, count: number) =>
  redis.admin.zadd(
    live,
    ...Array.from({ length: count }, (_, i) => ['9000000000000000', `user ${String(i).padStart(4, '0')}`]).flat(),
  );

it('says which marks could not be listed', async () => {
  const { store, keys } = openLiveInTest([redis.url], 2);
  await store.renewLease('one');
  const gone = ['a', 'b', 'c', 'd', 'e', 'f'].find((id) => keys.ofId(id) === keys.of(0))!;
  await redis.admin.zadd(keys.of(0).dirty, 5, gone);
  // This shard answers with an error.
  await redis.admin.set(keys.of(1).dirty, 'no marks');
  const failure = expect.objectContaining({ message: expect.stringContaining('WRONGTYPE') });
  expect(await store.dirty(10)).toMatchObject({ records: [], failures: [failure] });
  await redis.admin.del(keys.of(1).dirty);
  expect(await store.dirty(10)).toMatchObject({ records: [], failures: [] });
});

describe('marking who is live for the journal', () => {
  /** As if so many ms had passed since that moment of the shard. */
  const backdate = async (shard: string, field: 'marked:at' | 'marked:round', ms: number) =>
    redis.admin.hset(shard, field, Number(await redis.admin.hget(shard, field)) - ms);

  const setUp = async () => {
    const [one, other] = [openLiveInTest([redis.url], 1), openLiveInTest([redis.url], 1)];
    await one.store.renewLease('one');
    const { shard, live, dirty, dirtyGuard } = one.keys.of(0);
    await addLive(live, 2_500);
    const marked = () => redis.admin.zcard(dirty);
    return { one: one.store, other: other.store, shard, live, dirty, dirtyGuard, marked };
  };

  it('goes round them in slices, one a second whichever node asks, and begins anew a minute after the round began', async () => {
    const { one, other, shard, dirty, marked } = await setUp();
    await redis.admin.zadd(dirty, 5, 'user 0007');
    const counts: number[] = [];
    for (const store of [one, other, one]) {
      await Promise.all([store.markLiveDirty(), other.markLiveDirty()]);
      counts.push(await marked());
      await backdate(shard, 'marked:at', 1_000);
    }
    expect(counts).toEqual([1_000, 2_000, 2_500]);
    expect(await redis.admin.zscore(dirty, 'user 0007')).toBe('5');
    expect(await redis.admin.zscore(dirty, 'user 2499')).toBe('9000000000000000');
    // The round is over, and the next one is not due.
    await redis.admin.del(dirty);
    await one.markLiveDirty();
    expect(await marked()).toBe(0);
    await backdate(shard, 'marked:round', 60_001);
    await one.markLiveDirty();
    expect(await marked()).toBe(1_000);
  });

  it('keeps nodes of an earlier release from marking all of them at once, for longer than a round', async () => {
    const { one, dirtyGuard } = await setUp();
    await one.markLiveDirty();
    expect(await redis.admin.pttl(dirtyGuard)).toBeGreaterThan(60_000);
  });

  it('marks no more a second in many shards', async () => {
    const { store, keys } = openLiveInTest([redis.url], 64);
    await store.renewLease('n');
    for (const { live } of keys.all) await addLive(live, 100);
    await store.markLiveDirty();
    const marked = await Promise.all(keys.all.map(({ dirty }) => redis.admin.zcard(dirty)));
    const total = marked.reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThanOrEqual(2_000);
    expect(total).toBeLessThan(2_100);
  });
});
