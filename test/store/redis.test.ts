import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { createRedisBus } from '../../src/bus/redis.js';
import { openRedis } from '../../src/store/connection.js';
import { createKeys } from '../../src/store/keys.js';
import { createRedisStore } from '../../src/store/redis.js';
import { createRedises } from '../../src/store/scripts.js';
import { storeContract } from '../contract/store.js';
import { startRedis, type TestRedis } from '../support/redis.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

for (const shards of [1, 4]) {
  storeContract(`Redis in ${shards} shards`, async () => {
    await redis.admin.flushall();
    const connection = openRedis([redis.url], { onError: () => {} });
    const keys = createKeys(shards);
    const incarnation = randomUUID();
    const bus = createRedisBus({ connection, keys, probe: incarnation });
    const store = createRedisStore({
      redises: createRedises(connection.client),
      keys,
      publish: connection.publish,
      leaseMs: 60_000,
      settleMs: 0,
      quietMs: 0,
      gapMs: 60_000,
    });
    await store.renewLease(incarnation);
    return { store, bus, close: () => connection.close() };
  });
}
