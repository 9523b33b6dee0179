/** Which states records are, by their beginnings alone. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { connect, restoreRecord } from '../../../src/presence/record.js';
import { openLiveInTest } from '../../support/cluster/live.js';
import { startRedis, type TestRedis } from '../../support/cluster/redis.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => redis.admin.flushall());

it('tells the generation and the revision of records, but not of those that an outage may have changed', async () => {
  const { store, keys } = openLiveInTest([redis.url], 4);
  await store.renewLease('here');
  const { record } = await store.update(
    'ana',
    async () => restoreRecord('ana', { generation: 7, persisted: null }),
    (before, now) => connect(before, { connectionId: 'here/1', sessionId: 'tab', device: 'WEB' }, now),
  );
  await redis.admin.set(keys.record('cy'), '2|of another release');
  expect(await store.heads(['ana', 'bo', 'cy'])).toEqual(
    new Map([['ana', { generation: 7, revision: record.revision }]]),
  );
  await redis.admin.hset(keys.ofId('ana').shard, 'since', record.revision);
  expect(await store.heads(['ana'])).toEqual(new Map());
  await redis.admin.hset(keys.ofId('ana').shard, 'settled', record.revision + 60_000);
  await expect(store.heads(['ana'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
