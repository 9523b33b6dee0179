import { afterAll, beforeAll } from 'vitest';
import { storeContract } from '../contract/store.js';
import { storeUnderTest } from '../support/live.js';
import { startRedis, type TestRedis } from '../support/redis.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

for (const shards of [1, 4]) {
  storeContract(`Redis in ${shards} shards`, async () => {
    await redis.admin.flushall();
    return storeUnderTest([redis.url], shards);
  });
}
