import { afterAll, beforeAll } from 'vitest';
import { storeContract } from '../../contract/store.js';
import { storeUnderTest } from '../../support/cluster/live.js';
import { startRedisCluster, type TestRedisCluster } from '../../support/cluster/redisCluster.js';

let cluster: TestRedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster.stop());

storeContract('a Redis Cluster in 64 shards', async () => {
  await cluster.flush();
  return storeUnderTest(cluster.urls, 64);
});
