import { afterAll, beforeAll, expect, it } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import { restoreRecord } from '../../src/presence/record.js';
import { createKeys } from '../../src/store/keys.js';
import { createRedisStore } from '../../src/store/redis.js';
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

it('does not let changes of one user wait for a Redis that is away one after the other', async () => {
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
      async () => restoreRecord('ana', { generation: 1, kept: null }),
      (record) => ({ record, result: null }),
    );
  const changes = Promise.allSettled([change(), change(), change()]);
  giveUp();
  for (const outcome of await changes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
  }
  expect(asked).toBe(1);
});
