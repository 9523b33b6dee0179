import { afterAll, beforeAll, expect, it } from 'vitest';
import { enterPlace } from '../../../src/presence/placeCommands.js';
import { restoreRecord } from '../../../src/presence/record.js';
import { storeContract } from '../../contract/store.js';
import { openLiveInTest, storeUnderTest } from '../../support/cluster/live.js';
import { startRedisCluster, type TestRedisCluster } from '../../support/cluster/redisCluster.js';
import { timings } from '../../support/unit/builders.js';

let cluster: TestRedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster.stop());

storeContract('a Redis Cluster in 64 shards', async () => {
  await cluster.flush();
  return storeUnderTest(cluster.urls, 64);
});

it('has the users of a place again, of all shards and masters, after the index was lost with one of them', async () => {
  await cluster.flush();
  const { store, keys, connection } = openLiveInTest(cluster.urls, 64);
  await store.renewLease('here.1');
  const users = Array.from({ length: 40 }, (_, i) => `user-${i}`);
  const enter = (userId: string, conversationId: string) =>
    store.update(
      userId,
      async () => restoreRecord(userId, { generation: 1, persisted: null }),
      (record, now) => {
        const sessionReference = { sessionId: null, connectionId: null, newSessionId: 'app' };
        return enterPlace(record, { conversationId, sessionReference }, now, timings());
      },
    );
  await Promise.all(users.map((userId) => enter(userId, 'plaza')));
  await Promise.all(users.slice(0, 20).map((userId) => enter(userId, 'room')));
  const there = async (place: string) => [...(await store.usersAt(place, 100)).userIds].sort();
  for (const place of ['plaza', 'room']) await connection.client.del(keys.place(place));
  expect([await there('plaza'), await there('room')]).toEqual([[], []]);
  await store.reindexPlaces([...users, 'nobody']);
  expect([await there('plaza'), await there('room')]).toEqual([[...users].sort(), users.slice(0, 20).sort()]);
});
