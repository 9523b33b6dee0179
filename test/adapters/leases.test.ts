import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as live from '../../src/adapters/backEnds.js';
import type { LeaseOptions } from '../../src/adapters/redis/shardRenewal.js';
import { connect, restoreRecord } from '../../src/presence/record.js';
import { DEFAULT_TIMINGS } from '../../src/presence/types.js';
import { leasesContract, type SharedUnderTest } from '../contract/leases.js';
import { openLiveInTest } from '../support/cluster/live.js';
import { startRedis, type TestRedis } from '../support/cluster/redis.js';
import { startRedisCluster, type TestRedisCluster } from '../support/cluster/redisCluster.js';

let redis: TestRedis;
let cluster: TestRedisCluster;
beforeAll(async () => {
  [redis, cluster] = await Promise.all([startRedis(), startRedisCluster()]);
});
afterAll(async () => {
  await Promise.all([redis.stop(), cluster.stop()]);
});

const shared = (urls: () => readonly string[], shards: number, empty: () => Promise<unknown>): SharedUnderTest => {
  const open = (leases?: Partial<LeaseOptions>) => openLiveInTest(urls(), shards, leases);
  return {
    open,
    async empty() {
      await empty();
    },
    async shards(field, set) {
      const { connection, keys } = open();
      for (let i = 0; i < shards; i += 1) {
        const { shard } = keys.of(i);
        const before = Number(await connection.client.hget(shard, field));
        await connection.client.hset(shard, field, set(before));
      }
    },
  };
};

leasesContract(
  'Redis',
  shared(
    () => [redis.url],
    1,
    () => redis.admin.flushall(),
  ),
);
leasesContract(
  'a Redis Cluster in 16 shards',
  shared(
    () => cluster.urls,
    16,
    () => cluster.flush(),
  ),
);

describe('one shard of many', () => {
  it('that came back empty while another was unavailable is reported once that one is back', async () => {
    await redis.admin.flushall();
    const { store, keys } = openLiveInTest([redis.url], 2);
    await store.renewLease('here');
    await redis.admin.del(keys.of(0).shard);
    // Makes the other shard fail.
    await redis.admin.rename(keys.of(1).shard, 'aside');
    await redis.admin.set(keys.of(1).shard, 'not a hash');
    await expect(store.renewLease('here')).rejects.toThrow();
    await redis.admin.rename('aside', keys.of(1).shard);
    const renewal = await store.renewLease('here');
    const users = Array.from({ length: 20 }, (_, i) => `user-${i}`);
    expect(users.filter((userId) => renewal.emptied?.(userId))).toEqual(users.filter((id) => keys.shardOf(id) === 0));
    // The node learns of it only now and has restored nothing yet: the shard waits for it, longer than its least time.
    expect(renewal.readyInMs).toBeGreaterThan(2_000);
    expect(await store.renewLease('here')).toMatchObject({ emptied: null });
  });
});

describe('the number of shards', () => {
  const open = (redisShards: number) =>
    live.openLive({
      redisUrls: [redis.url],
      redisShards,
      timings: DEFAULT_TIMINGS,
      onMessage: () => {},
      onError: () => {},
    });

  it('is stored by the first node; a node that is configured otherwise refuses to start', async () => {
    await redis.admin.flushall();
    const first = await open(4);
    await expect(open(8)).rejects.toThrow(/^REDIS_SHARDS is 8, but .* made with 4\. Set it to 4/);
    const second = await open(4);
    await Promise.all([first.close(), second.close()]);
  });

  it('is stored again where Redis came back empty', async () => {
    await redis.admin.flushall();
    const first = await open(4);
    await first.store.renewLease('here');
    await redis.admin.flushall();
    await first.store.renewLease('here');
    await expect(open(1)).rejects.toThrow('REDIS_SHARDS');
    await first.close();
  });
});

describe('the names in Redis', () => {
  it('have every id escaped', async () => {
    await redis.admin.flushall();
    const { store } = openLiveInTest([redis.url], 4);
    await store.renewLease('here');
    const hostile = ['a:b', '{1}', '*', 'rc:{0}:due', ' ', '\n', '\0', '"', '%3A', 'ä🍎', '../x', '__proto__'];
    for (const userId of hostile) {
      await store.update(
        userId,
        () => Promise.resolve(restoreRecord(userId, { generation: 1, persisted: null })),
        (record, now) => connect(record, { connectionId: 'here/1', sessionId: userId, device: 'WEB' }, now),
      );
      await store.startTyping({ conversationId: userId, userId, sessionId: userId, forMs: 60_000 });
    }
    const names = await redis.admin.keys('*');
    expect(names.filter((name) => !/^rc:\{[0-3]\}:[a-z-]+(:[\w%.!~*'()-]+)?$/.test(name))).toEqual([]);
    for (const kind of ['record', 'typists', 'typists-ends', 'types-in']) {
      const ids = names.flatMap((name) => name.match(`^rc:\\{\\d\\}:${kind}:(.*)$`)?.[1] ?? []);
      expect(ids.map(decodeURIComponent).sort()).toEqual([...hostile].sort());
    }
  });
});
