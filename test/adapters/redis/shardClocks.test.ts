/** Shards whose clocks differ, as on the nodes of a Cluster: the `asOf` of answers about a user never goes back. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHub } from '../../../src/fanout/hub.js';
import { openLiveInTest } from '../../support/cluster/live.js';
import { startRedis, type TestRedis } from '../../support/cluster/redis.js';
import { assemblePresence } from '../../support/unit/assemblePresence.js';
import { timings } from '../../support/unit/builders.js';
import { createFakePeople, NO_LIMITS } from '../../support/unit/fakePeople.js';
import { createFakeShownTrays, createFakeTrays } from '../../support/unit/fakeTrays.js';
import { collect } from '../../support/unit/fanout.js';

const AHEAD_MS = 60_000;
const viewer = { kind: 'user', userId: 'viewer' } as const;
const host = { kind: 'service', userId: 'host' } as const;

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/** Two users in two shards; the clock of the first is a minute ahead. */
const start = async () => {
  await redis.admin.flushall();
  const { store, bus, keys } = openLiveInTest([redis.url], 2);
  const inShard = (shard: number) =>
    Array.from({ length: 100 }, (_, i) => `user ${i}`).find((id) => keys.shardOf(id) === shard)!;
  const [ahead, behind] = [inShard(0), inShard(1)];
  const { people, journal } = createFakePeople({ bus });
  await people.upsertUsers([ahead, behind, 'viewer'].map((id) => ({ id, privacy: { status: 'EVERYONE' } })));
  const presence = assemblePresence({
    store,
    bus,
    people,
    journal,
    rateLimits: NO_LIMITS,
    timings: timings(),
    newId: () => 'new',
    newIncarnation: () => 'here',
    onJournalFailure: () => {},
  });
  await store.renewLease('here');
  for (const userId of [ahead, behind]) {
    await presence.connect({ userId, connectionId: userId, sessionId: 'tab', device: 'WEB' });
  }
  // After the commits: no reading has an `asOf` before their revisions.
  await redis.admin.hincrby(keys.of(0).shard, 'clock', AHEAD_MS);
  return { presence, bus, store, people, ahead, behind };
};

it('of queries, alone and among others', async () => {
  const { presence, ahead, behind } = await start();
  const asOf = async (userIds: readonly string[]) =>
    (await presence.presenceOf(viewer, userIds)).find(({ userId }) => userId === ahead)!.asOf;
  const moments = [await asOf([ahead]), await asOf([ahead, behind]), await asOf([behind, ahead])];
  const { items } = await presence.online(host, { first: 10, after: null });
  moments.push(items.find(({ view }) => view.userId === ahead)!.view.asOf);
  moments.push((await presence.me({ viewer: { kind: 'user', userId: ahead }, connectionId: null })).presence.asOf);
  expect(moments).toEqual([...moments].sort((a, b) => a - b));
  const [other] = await presence.presenceOf(viewer, [behind, ahead]);
  expect(other!.asOf).toBeLessThan(moments[0]! - AHEAD_MS / 2);
});

it('of what a subscription shows first', async () => {
  const { presence, bus, store, people, ahead, behind } = await start();
  const hub = createHub({
    bus,
    store,
    people,
    readRecords: presence.readRecords,
    readAlike: presence.readAlike,
    reads: presence.reads,
    trays: createFakeTrays({ bus }),
    shownTrays: createFakeShownTrays(),
    timings: timings({ broadcastIntervalMs: 0 }),
    onError: () => {},
  });
  const [alone] = await presence.presenceOf(viewer, [ahead]);
  const watch = await hub.watchPresence(viewer, {
    userIds: [behind, ahead],
    snapshot: true,
    budget: { watched: 0, conversations: 0, objects: 0 },
  });
  const events = collect(watch, { pushed: true }).events;
  expect(events.map(({ userId }) => userId).sort()).toEqual([ahead, behind].sort());
  expect(events.find(({ userId }) => userId === ahead)!.asOf).toBeGreaterThanOrEqual(alone!.asOf);
  hub.close();
});
