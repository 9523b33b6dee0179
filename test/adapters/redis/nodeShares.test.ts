/** Several nodes over one Redis divide what any of them may do, and take up what is left. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createNodeShares, type KnownNodes } from '../../../src/adapters/redis/nodeShares.js';
import { inBatches } from '../../../src/async/batches.js';
import { connect, restoreRecord } from '../../../src/presence/record.js';
import { openLiveInTest } from '../../support/cluster/live.js';
import { startRedis, type TestRedis } from '../../support/cluster/redis.js';
import { assemblePresence } from '../../support/unit/assemblePresence.js';
import { timings } from '../../support/unit/builders.js';
import { createFakePeople } from '../../support/unit/fakePeople.js';
import { createFakeJournal, createFakeRateLimits } from '../../support/unit/fakes.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => redis.admin.flushall());

const NODES = 4;
const USERS = Array.from({ length: 200 }, (_, i) => `user ${i}`);

/** Nodes that know of each other. */
const startNodes = async (shards: number, count = NODES) => {
  const nodes = Array.from({ length: count }, () => openLiveInTest([redis.url], shards));
  const renew = async () => {
    for (const [i, { store }] of nodes.entries()) await store.renewLease(`node-${i}.1`);
  };
  await renew();
  await renew();
  return { nodes, stores: nodes.map(({ store }) => store), renew };
};
type Store = ReturnType<typeof openLiveInTest>['store'];

const restoreOf = (userId: string) => async () => restoreRecord(userId, { generation: 1, persisted: null });
const connectAll = (store: Store, incarnation: string) =>
  inBatches(USERS, (userId) =>
    store.update(userId, restoreOf(userId), (record, now) =>
      connect(record, { connectionId: `${incarnation}/1`, sessionId: 'tab', device: 'WEB' }, now),
    ),
  );

it('who comes first for many users is found from the list of nodes once', () => {
  let readings = 0;
  const incarnations = Object.assign(['a.1', 'b.1', 'c.1'], {
    filter(...args: Parameters<string[]['filter']>) {
      readings += 1;
      return Array.prototype.filter.apply(this, args) as string[];
    },
  });
  let known: KnownNodes = { incarnations, lost: new Set(), node: 'b', clock: 1 };
  const shares = createNodeShares(() => ({ ...known }));
  const ofB = USERS.filter((userId) => shares.isFirstFor(userId)).length;
  expect(readings).toBe(1);
  expect([shares.nodes, ofB > 0, ofB < USERS.length / 2]).toEqual([3, true, true]);
  // What becomes known since counts at once.
  known = { ...known, lost: new Set(['a.1', 'c.1']) };
  expect([shares.nodes, USERS.every((userId) => shares.isFirstFor(userId))]).toEqual([1, true]);
  known = { ...known, incarnations: ['b.2', 'd.1'] };
  expect(shares.nodes).toBe(2);
});

describe('the nodes of one store', () => {
  it('come first for each user one after the other', async () => {
    const { stores } = await startNodes(4);
    for (const turn of [0, 1]) {
      const firsts = USERS.map((userId) => stores.findIndex((store) => store.isFirstFor(userId, turn)));
      expect(USERS.map((userId) => stores.filter((store) => store.isFirstFor(userId, turn)).length)).toEqual(
        USERS.map(() => 1),
      );
      for (let node = 0; node < NODES; node += 1) {
        expect(firsts.filter((first) => first === node).length).toBeGreaterThan(USERS.length / NODES / 2);
      }
    }
  });

  it('drain each a part of what is marked, and all of it alone', async () => {
    const { stores } = await startNodes(64);
    await connectAll(stores[0]!, 'node-0.1');
    const shares = await Promise.all(stores.map((store) => store.dirty(1_000, { shared: true })));
    const drained = shares.flatMap(({ records }) => records.map(({ userId }) => userId));
    expect(drained.sort()).toEqual([...USERS].sort());
    expect((await stores[1]!.dirty(1_000)).records).toHaveLength(USERS.length);
  });

  it('take turns, so that what one of them leaves is drained by the others', async () => {
    const { nodes, stores, renew } = await startNodes(8);
    await connectAll(stores[0]!, 'node-0.1');
    const drained = new Set<string>();
    // More turns than nodes: time goes on meanwhile.
    for (let turn = 0; turn < 10 * NODES && drained.size < USERS.length; turn += 1) {
      for (const { userId } of (await stores[1]!.dirty(1_000, { shared: true })).records) drained.add(userId);
      for (const { shard } of nodes[0]!.keys.all) await redis.admin.hincrby(shard, 'clock', 10_000);
      await renew();
    }
    expect(drained.size).toBe(USERS.length);
  });

  it('fetch no more marks than are wanted from many shards', async () => {
    const { stores, nodes } = await startNodes(64, 1);
    for (const { dirty } of nodes[0]!.keys.all) {
      await redis.admin.zadd(dirty, ...Array.from({ length: 100 }, (_, i) => [i, `gone ${i}`]).flat());
    }
    // All that is fetched is read, and cleaned since there is no such record.
    await stores[0]!.dirty(640);
    const left = await Promise.all(nodes[0]!.keys.all.map(({ dirty }) => redis.admin.zcard(dirty)));
    expect(6_400 - left.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(640);
    await redis.admin.config('RESETSTAT');
    await stores[0]!.dirty(640);
    const [, calls] = /cmdstat_zrange:calls=(\d+)/.exec(await redis.admin.info('commandstats')) ?? [];
    expect(Number(calls)).toBe(64);
  });

  it('read little more of many shards than the page that is asked for', async () => {
    const { stores, nodes } = await startNodes(64, 1);
    const [{ keys }] = nodes as [(typeof nodes)[number]];
    const ids = Array.from({ length: 2_000 }, (_, i) => `user ${String(i).padStart(4, '0')}`);
    for (const id of ids) await redis.admin.zadd(keys.ofId(id).live, 9_000_000_000_000_000, id);
    await redis.admin.config('RESETSTAT');
    const { userIds, total } = await stores[0]!.live({ after: 'user 0099', limit: 200 });
    expect([userIds, total]).toEqual([ids.slice(100, 300), 2_000]);
    const stats = await redis.admin.info('commandstats');
    const [, scripts] = /cmdstat_evalsha:calls=(\d+)/.exec(stats) ?? [];
    expect(Number(scripts)).toBeLessThan(100);
    // Skewed: all of the page are in one shard.
    await redis.admin.flushdb();
    await startNodes(64, 1);
    await redis.admin.zadd(keys.of(5).live, ...ids.flatMap((id) => [9_000_000_000_000_000, id]));
    expect((await stores[0]!.live({ after: null, limit: 200 })).userIds).toEqual(ids.slice(0, 200));
  });

  it('drain one full shard among many empty ones as fast as it goes', async () => {
    const { stores, nodes } = await startNodes(64, 1);
    const { dirty } = nodes[0]!.keys.of(3);
    await redis.admin.zadd(dirty, ...Array.from({ length: 1_500 }, (_, i) => [i, `gone ${i}`]).flat());
    // These names are of other shards: nothing of them is found, and their marks stay.
    await redis.admin.config('RESETSTAT');
    await stores[0]!.dirty(1_000);
    const [, calls] = /cmdstat_zrange:calls=(\d+)/.exec(await redis.admin.info('commandstats')) ?? [];
    expect(Number(calls)).toBe(65);
  });
});

/** Nodes as the server makes them. */
const startPresences = async (count: number) => {
  const lives = Array.from({ length: count + 1 }, () => openLiveInTest([redis.url], 4, { gapMs: 60_000 }));
  const calls = { updates: 0 };
  const presences = lives.map((live, i) =>
    assemblePresence({
      store: {
        ...live.store,
        update(...args) {
          calls.updates += 1;
          return live.store.update(...args);
        },
      },
      bus: live.bus,
      people: createFakePeople({ userIds: USERS }).people,
      journal: createFakeJournal(USERS).journal,
      rateLimits: createFakeRateLimits().rateLimits,
      timings: timings({ graceMs: 1 }),
      newId: () => 'new',
      newIncarnation: () => `node-${i}.1`,
      onJournalFailure: () => {},
    }),
  );
  for (let round = 0; round < 2; round += 1) for (const { node } of presences) await node.leaseHeartbeat();
  await connectAll(lives[0]!.store, 'node-0.1');
  calls.updates = 0;
  const left = async () => (await lives[1]!.store.usersOn('node-0.1')).length;
  const survivors = presences.slice(1);
  /** The lease of the first node runs out. */
  const loseFirst = async () => {
    for (const { nodes } of lives[0]!.keys.all) await redis.admin.zadd(nodes, 1, 'node-0.1');
  };
  return { lives, survivors, calls, left, loseFirst };
};

describe('the survivors of a lost node', () => {
  it.each([1, 4])('change each of its users once, %i of them together', async (count) => {
    const { survivors, calls, left, loseFirst } = await startPresences(count);
    await loseFirst();
    // The first of them finds it lost, the others learn of it.
    await Promise.all(survivors.map(({ node }) => node.leaseHeartbeat()));
    await expect.poll(left).toBe(0);
    expect(calls.updates).toBeLessThanOrEqual(1.05 * USERS.length);
  });

  it('do what one of them leaves at their next looks', async () => {
    const { survivors, left, loseFirst } = await startPresences(4);
    await loseFirst();
    const [, ...awake] = survivors;
    await Promise.all(awake.map(({ node }) => node.leaseHeartbeat()));
    await expect.poll(left).toBeLessThan(USERS.length / 2);
    expect(await left()).toBeGreaterThan(0);
    await awake[0]!.node.leaseHeartbeat();
    await awake[0]!.node.leaseHeartbeat();
    await expect.poll(left).toBe(0);
  });

  it('tick each user whose grace is over once, one node each', async () => {
    const { stores, nodes } = await startNodes(4);
    for (const userId of USERS) await redis.admin.zadd(nodes[0]!.keys.ofId(userId).due, Date.now(), userId);
    const due = await Promise.all(stores.map((store) => store.dueUsers(100, { othersAfterMs: 60_000 })));
    expect(due.flat().sort()).toEqual([...USERS].sort());
    // Late, and before the others of which it may take as many: its own.
    for (const userId of USERS) await redis.admin.zadd(nodes[0]!.keys.ofId(userId).due, 1, userId);
    const own = stores.map((store) => USERS.filter((userId) => store.isFirstFor(userId)).length);
    for (const [i, store] of stores.entries()) {
      const first = await store.dueUsers(own[i]!, { othersAfterMs: 1 });
      expect(first.filter((userId) => !store.isFirstFor(userId))).toEqual([]);
      expect(await store.dueUsers(1_000, { othersAfterMs: 1 })).toHaveLength(USERS.length);
    }
  });

  it('leave a due user to the node that comes first, for a moment', async () => {
    const { lives, stores } = await startNodes(1).then((started) => ({ ...started, lives: started.nodes }));
    await redis.admin.zadd(lives[0]!.keys.of(0).due, Date.now(), 'ana');
    const first = stores.findIndex((store) => store.isFirstFor('ana'));
    const second = stores.findIndex((store) => store.isFirstFor('ana', 1));
    const answers = async () => {
      const due = await Promise.all(stores.map((store) => store.dueUsers(10, { othersAfterMs: 600_000 })));
      return due.flatMap((userIds, place) => (userIds.includes('ana') ? [place] : []));
    };
    expect(await answers()).toEqual([first]);
    expect(await stores[second]!.dueUsers(10)).toEqual(['ana']);
    await redis.admin.zadd(lives[0]!.keys.of(0).due, Date.now() - 600_001, 'ana');
    expect(await answers()).toEqual([first, second].sort());
    await redis.admin.zadd(lives[0]!.keys.of(0).due, Date.now() - 1_200_001, 'ana');
    expect(await answers()).toEqual(stores.map((_, place) => place));
  });
});
