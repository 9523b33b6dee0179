import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKeys } from '../../../src/adapters/redis/keys.js';
import { createRedisStore } from '../../../src/adapters/redis/redisStore.js';
import { unavailable } from '../../../src/presence/errors.js';
import { connect, restoreRecord } from '../../../src/presence/record.js';
import { closedNamesContract } from '../../contract/closedNames.js';
import { storeContract } from '../../contract/store.js';
import { storeUnderTest } from '../../support/cluster/live.js';
import { startRedis, type TestRedis } from '../../support/cluster/redis.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

for (const shards of [1, 4]) {
  const makeStore = async () => {
    await redis.admin.flushall();
    return storeUnderTest([redis.url], shards);
  };
  storeContract(`Redis in ${shards} shards`, makeStore);
  closedNamesContract(`Redis in ${shards} shards`, makeStore);
}

it('fails all waiting changes of one user at once while Redis is unavailable', async () => {
  let asked = 0;
  let giveUp = () => {};
  const away = new Promise<never>((_, reject) => {
    giveUp = () => reject(unavailable('Redis is away.'));
  });
  const store = createRedisStore({
    redises: {
      run() {
        asked += 1;
        return away;
      },
      ask: () => away,
    },
    keys: createKeys(1),
    publish: 'PUBLISH',
    leaseMs: 1,
    quietMs: 0,
  });
  const change = () =>
    store.update(
      'ana',
      async () => restoreRecord('ana', { generation: 1, persisted: null }),
      (record) => ({ record, result: null }),
    );
  const changes = Promise.allSettled([change(), change(), change()]);
  giveUp();
  for (const outcome of await changes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
  }
  expect(asked).toBe(1);
});

it('lists for the journal what changed before users who are only still live', async () => {
  await redis.admin.flushall();
  const { store, close } = await storeUnderTest([redis.url], 1);
  const restore = (userId: string) => async () => restoreRecord(userId, { generation: 1, persisted: null });
  const open = (userId: string, sessionId: string) =>
    store.update(userId, restore(userId), (record, now) =>
      connect(record, { connectionId: `here/${userId}-${sessionId}`, sessionId, device: null }, now),
    );
  for (const userId of ['ana', 'bo', 'cy']) await open(userId, 'tab');
  const { records } = await store.dirty(10);
  await store.clean(records.map(({ userId, revision }) => ({ userId, revision })));
  await store.markLiveDirty();
  await store.update('cy', restore('cy'), (record, now) => ({
    record: { ...record, chosen: 'AWAY', revision: now },
    result: null,
  }));
  await open('di', 'tab');
  const order = (await store.dirty(10)).records.map(({ userId }) => userId);
  expect(order.slice(0, 2)).toEqual(['cy', 'di']);
  expect(order.slice(2).sort()).toEqual(['ana', 'bo']);
  await close?.();
});

it('reads and cleans what waits for the journal with few commands, however much it is', async () => {
  await redis.admin.flushall();
  const { store, close } = await storeUnderTest([redis.url], 1);
  const userIds = Array.from({ length: 300 }, (_, i) => `user-${String(i).padStart(3, '0')}`);
  await Promise.all(
    userIds.map((userId) =>
      store.update(
        userId,
        async () => restoreRecord(userId, { generation: 1, persisted: null }),
        (record, now) => connect(record, { connectionId: `here/${userId}`, sessionId: 'tab', device: null }, now),
      ),
    ),
  );
  const calls = async () =>
    [...(await redis.admin.info('commandstats')).matchAll(/cmdstat_(?:eval|evalsha|zrange):calls=(\d+)/g)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
  const before = await calls();
  const { records } = await store.dirty(1_000);
  expect(records.map(({ userId }) => userId).sort()).toEqual(userIds);
  await store.clean(records.map(({ userId, revision }) => ({ userId, revision })));
  expect((await calls()) - before).toBeLessThan(10);
  expect((await store.dirty(1_000)).records).toEqual([]);
  await close?.();
});
