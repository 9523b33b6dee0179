/** A record that was restored long ago is not committed: another may have come and gone since, and its mark with it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, restoreRecord } from '../../src/presence/record.js';
import { openLiveInTest } from '../support/cluster/live.js';
import { startRedis, type TestRedis } from '../support/cluster/redis.js';
import { durable } from '../support/unit/builders.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

it('restores once more where a node stood still for longer than the mark of a drop is kept', async () => {
  const { store, keys } = openLiveInTest([redis.url], 1);
  await store.renewLease('here');
  let restored = 0;
  const restore = async () => {
    restored += 1;
    const chosen = restored === 1 ? 'ONLINE' : 'AWAY';
    // It stands still for a minute, in which another record may come and go.
    if (restored === 1) await redis.admin.hincrby(keys.of(0).shard, 'clock', 60_000);
    return restoreRecord('ana', { generation: 1, persisted: durable({ revision: restored, chosen }) });
  };
  const { record } = await store.update('ana', restore, (before, now) =>
    connect(before, { connectionId: 'here/1', sessionId: 'tab', device: null }, now),
  );
  expect([restored, record.chosen]).toEqual([2, 'AWAY']);
});
