import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, restoreRecord } from '../../../src/presence/record.js';
import { stateMarksContract } from '../../contract/stateMarks.js';
import { openLive, openLiveInTest } from '../../support/cluster/live.js';
import { startRedis, type TestRedis } from '../../support/cluster/redis.js';
import { startRedisCluster, type TestRedisCluster } from '../../support/cluster/redisCluster.js';

let redis: TestRedis;
let cluster: TestRedisCluster;
beforeAll(async () => {
  [redis, cluster] = await Promise.all([startRedis(), startRedisCluster()]);
});
afterAll(async () => {
  await Promise.all([redis.stop(), cluster.stop()]);
});

const contract = (name: string, urls: () => readonly string[], shards: number, flush: () => Promise<unknown>) =>
  stateMarksContract(name, async () => {
    await flush();
    const { store, close } = openLive(urls(), shards);
    await store.renewLease('n');
    return {
      store,
      marks: store.stateMarks,
      pass: (ms) => wait(ms + 1),
      async empty() {
        await flush();
        await store.renewLease('n');
      },
      close,
    };
  });

contract(
  'Redis',
  () => [redis.url],
  1,
  () => redis.admin.flushall(),
);
contract(
  'a Redis Cluster in 16 shards',
  () => cluster.urls,
  16,
  () => cluster.flush(),
);

it('a shard that came back older says that everybody is to be told anew, and keeps its marks', async () => {
  await redis.admin.flushall();
  const { store, keys } = openLiveInTest([redis.url], 1);
  const marks = store.stateMarks;
  await store.renewLease('n');
  const at = { consumer: 'webhook', part: 0, holder: 'one' } as const;
  const times = { forMs: 60_000, leaseMs: 60_000 };
  await marks.renew(at, times);
  await marks.markLive(at);
  await marks.toldAnew(at);
  await store.update(
    'ana',
    async () => restoreRecord('ana', { generation: 1, persisted: null }),
    (record, now) => connect(record, { connectionId: 'n/1', sessionId: 'tab', device: 'WEB' }, now),
  );
  // As a promoted replica, which has another name.
  await redis.admin.hset(keys.of(0).shard, 'server', 'another');
  await expect(marks.renew(at, times)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await store.renewLease('n');
  expect(await marks.renew(at, times)).toMatchObject({ holds: true, anew: true, marked: 1 });
});

it('says that everybody is to be told anew a while after the last commit of an earlier release, which marks nobody', async () => {
  await redis.admin.flushall();
  const { store, keys } = openLiveInTest([redis.url], 1);
  const marks = store.stateMarks;
  await store.renewLease('n');
  const at = { consumer: 'webhook', part: 0, holder: 'one' } as const;
  const times = { forMs: 60_000, leaseMs: 60_000 };
  const { shard } = keys.of(0);
  const connectUser = (userId: string) =>
    store.update(
      userId,
      async () => restoreRecord(userId, { generation: 1, persisted: null }),
      (record, now) => connect(record, { connectionId: `n/${userId}`, sessionId: 'tab', device: 'WEB' }, now),
    );
  const tellAnew = async () => {
    await marks.markLive(at);
    await marks.toldAnew(at);
  };
  /** As commits of a release that knows no marks: they give revisions, and nothing else of this. */
  const commitEarlier = async () => {
    await redis.admin.hincrby(shard, 'top', 1_000);
  };
  const passAMinute = async () => {
    for (const field of ['unmarked', 'unmarked:webhook']) {
      const at = await redis.admin.hget(shard, field);
      await redis.admin.hset(shard, field, Number(at) - 60_001);
    }
  };
  // What they did before the consumer was registered, it is told with everybody.
  await connectUser('ana');
  await commitEarlier();
  await marks.renew(at, times);
  await tellAnew();
  expect(await marks.renew(at, times)).toMatchObject({ anew: false });

  for (const notices of [() => connectUser('bob'), () => marks.renew(at, times)]) {
    await commitEarlier();
    await notices();
    // As long as they go on: not each time.
    expect(await marks.renew(at, times)).toMatchObject({ anew: false });
    await passAMinute();
    expect(await marks.renew(at, times)).toMatchObject({ anew: true });
    await tellAnew();
    expect(await marks.renew(at, times)).toMatchObject({ anew: false });
  }
});

it('marks who is live in slices, so that nothing waits for long', async () => {
  await redis.admin.flushall();
  const { store, keys } = openLiveInTest([redis.url], 1);
  await store.renewLease('n');
  const at = { consumer: 'webhook', part: 0, holder: 'one' } as const;
  await store.stateMarks.renew(at, { forMs: 60_000, leaseMs: 60_000 });
  const { live, stateMarks } = keys.of(0);
  const users = Array.from({ length: 2_500 }, (_, i) => `user ${i}`);
  await redis.admin.zadd(live, ...users.flatMap((userId) => ['9000000000000000', userId]));
  await redis.admin.zadd(stateMarks('webhook'), 5, 'user 7');
  await redis.admin.config('RESETSTAT');
  await store.stateMarks.markLive(at);
  expect(await redis.admin.zcard(stateMarks('webhook'))).toBe(users.length);
  expect(await redis.admin.zscore(stateMarks('webhook'), 'user 7')).toBe('5');
  expect(await redis.admin.info('commandstats')).toMatch(/^cmdstat_zadd:calls=3,/m);
  expect((await store.stateMarks.take(at, 2)).at(0)).toBe('user 7');
});
