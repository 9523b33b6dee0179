/** The main flows over a Redis Cluster of three masters, and when one of them fails over. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeys } from '../../src/adapters/redis/keys.js';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { startRedisCluster, type TestPair, type TestRedisCluster } from '../support/cluster/redisCluster.js';
import type { Presence } from '../support/http/api.js';
import type { SubscriptionIterator } from '../support/http/socket.js';

const LIMIT_MS = 60_000;
const keys = createKeys(64);

let redis: TestRedisCluster;
let cluster: Cluster;
beforeAll(async () => {
  redis = await startRedisCluster();
  cluster = await startCluster({
    env: { REDIS_URL: redis.url, RATE_PRESENCE: '1000,1ms', RATE_TYPING: '1000,1ms', RATE_MUTATIONS: '1000,1ms' },
  });
}, 120_000);
afterAll(async () => {
  await cluster.stop();
  await redis.stop();
});

/** Registered users, followed by the watcher, whose records the pair serves. */
const followedOn = async (pair: TestPair, watcherId: string, name: string, count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let i = 0; ids.length < count; i += 1) {
    const id = `${name}-${i}`;
    if ((await redis.pairOf(keys.record(id))) === pair) ids.push(id);
  }
  const host = cluster.host();
  await host.upsertUsers([watcherId, ...ids].map((id) => ({ id })));
  await host.addFollows(ids.map((followeeId) => ({ followerId: watcherId, followeeId })));
  return ids;
};

const is = (userId: string, status: string) => (presence: Presence) =>
  presence.userId === userId && presence.status === status;

/** Awaits the status of each of them, whatever events come in between. */
const eachIs = async (watch: SubscriptionIterator<Presence>, ids: readonly string[], status: string) => {
  const left = new Set(ids);
  while (left.size > 0) {
    const seen = await watch.next(30_000);
    if (seen.status === status) left.delete(seen.userId);
  }
};

/** Polls the database or Redis. */
const until = async (holds: () => Promise<boolean>) => {
  while (!(await holds().catch(() => false))) await wait(50);
};

describe('two nodes on a Redis Cluster', () => {
  it('deliver to a watcher on one what changes on the other, for users of every shard', async () => {
    const ids = await cluster.followed('ada', 'friend', 40);
    expect(new Set(ids.map(keys.shardOf)).size).toBeGreaterThan(20);
    const watch = (await cluster.person('ada').connect()).watch(ids);
    await watch.take(ids.length);
    const there = await Promise.all(ids.map((id) => cluster.person(id, cluster.node(1)).connect()));
    await eachIs(watch, ids, 'ONLINE');
    const shown = await cluster.person('ada').presence(ids);
    expect(shown.map(({ status }) => status)).toEqual(ids.map(() => 'ONLINE'));
    await there[7]!.say('hello');
    expect((await watch.nextWhere(({ statusMessage }) => statusMessage !== null)).userId).toBe(ids[7]);
    const { totalCount } = await cluster.host(cluster.node(1)).online();
    expect(totalCount).toBe(ids.length + 1);
    await Promise.all(there.map((socket) => socket.close()));
    await eachIs(watch, ids, 'OFFLINE');
  });

  it('deliver typing, and none of a user who blocks the viewer', { timeout: LIMIT_MS }, async () => {
    const [bo, cy] = [cluster.person('bo'), cluster.person('cy', cluster.node(1))];
    await cluster.host().upsertUsers([{ id: 'bo' }, { id: 'cy' }]);
    await cluster.host().addFollows([{ followerId: 'bo', followeeId: 'cy' }]);
    await cluster.host().putConversation('room', ['bo', 'cy']);
    const [here, there] = [await bo.connect(), await cy.connect()];
    const typing = here.watchTyping('room');
    const watch = here.watch(['cy']);
    await watch.nextWhere(is('cy', 'ONLINE'));
    // What is typed before the subscription has started is in its snapshot.
    await there.setTyping('room');
    expect(await typing.next()).toMatchObject({ userId: 'cy', isTyping: true });
    await there.setTyping('room', false);
    expect(await typing.next()).toMatchObject({ userId: 'cy', isTyping: false });
    await there.block('bo');
    expect(await watch.next()).toMatchObject({ userId: 'cy', status: 'OFFLINE', lastSeen: null, devices: [] });
    expect(await bo.userPresence('cy')).toBeNull();
    await there.unblock('bo');
    expect(await watch.next()).toMatchObject({ userId: 'cy', status: 'ONLINE' });
    await Promise.all([here.close(), there.close()]);
  });

  it('show the users of a killed node offline, and none of the others', { timeout: LIMIT_MS }, async () => {
    const third = await cluster.add();
    const ids = await cluster.followed('dee', 'lost', 12);
    const stays = await cluster.person(ids[0]!, cluster.node(1)).connect();
    for (const id of ids.slice(1)) await cluster.person(id, third).connect();
    const watch = (await cluster.person('dee').connect()).watch(ids);
    await eachIs(watch, ids, 'ONLINE');
    await third.stop('SIGKILL');
    await eachIs(watch, ids.slice(1), 'OFFLINE');
    expect((await cluster.person('dee').userPresence(ids[0]!))?.status).toBe('ONLINE');
    await stays.close();
    await watch.nextWhere(is(ids[0]!, 'OFFLINE'));
    expect(watch.transcript.filter(({ status }) => status === 'OFFLINE')).toHaveLength(ids.length);
  });
});

describe('a Redis Cluster that is unavailable as a whole', () => {
  it('makes answers UNAVAILABLE, and all is up to date when it is back', { timeout: 2 * LIMIT_MS }, async () => {
    const ids = await cluster.followed('gil', 'waits', 12);
    const there = await Promise.all(ids.map((id) => cluster.person(id, cluster.node(1)).connect()));
    const watch = (await cluster.person('gil').connect()).watch(ids);
    await eachIs(watch, ids, 'ONLINE');
    for (const node of redis.nodes) node.signal('SIGSTOP');
    const refused = expect.objectContaining({ code: 'UNAVAILABLE' });
    // Repeatedly, for longer than the nodes wait before they reconnect.
    for (let round = 0; round < 4; round += 1) {
      const askedAt = performance.now();
      const answers = await Promise.allSettled([there[round]!.say('now'), cluster.person('gil').presence(ids)]);
      expect(performance.now() - askedAt).toBeLessThan(8_000);
      expect(answers).toEqual(answers.map(() => ({ status: 'rejected', reason: refused })));
    }
    await Promise.all(cluster.nodes.slice(0, 2).map((node) => node.ready(503)));
    for (const node of redis.nodes) node.signal('SIGCONT');
    await cluster.ready();
    for (const [i, socket] of there.entries()) {
      await until(async () => (await socket.setPresence({ status: 'DO_NOT_DISTURB' })) !== undefined);
      if (i > 0) continue;
      await there[0]!.close();
    }
    await eachIs(watch, ids.slice(1), 'DO_NOT_DISTURB');
    await until(async () => watch.transcript.some(is(ids[0]!, 'OFFLINE')));
    expect(watch.transcript.filter(({ status }) => status === 'OFFLINE')).toHaveLength(1);
    await Promise.all(there.slice(1).map((socket) => socket.close()));
  });
});

describe('a master that fails over', () => {
  it('ends no node and shows nobody offline, and all is up to date afterwards', {
    timeout: 2 * LIMIT_MS,
  }, async () => {
    const pair = await redis.pairOf(keys.of(0).shard);
    const ids = await followedOn(pair, 'eve', 'served', 6);
    const there = await Promise.all(ids.map((id) => cluster.person(id, cluster.node(1)).connect()));
    const watch = (await cluster.person('eve').connect()).watch(ids);
    await eachIs(watch, ids, 'ONLINE');
    await redis.failOver(pair);
    await cluster.ready();
    await until(async () => (await there[0]!.say('after')) !== undefined);
    await watch.nextWhere(({ userId, statusMessage }) => userId === ids[0] && statusMessage?.text === 'after', 20_000);
    for (const [i, socket] of there.slice(1).entries()) {
      await socket.setPresence({ status: 'DO_NOT_DISTURB' });
      await watch.nextWhere(is(ids[i + 1]!, 'DO_NOT_DISTURB'));
    }
    // A later departure shows that time goes on there: a lost user would have been shown by now.
    await there[0]!.close();
    await watch.nextWhere(is(ids[0]!, 'OFFLINE'), 20_000);
    expect(watch.transcript.filter(({ status }) => status === 'OFFLINE').map(({ userId }) => userId)).toEqual([ids[0]]);
    for (const node of cluster.nodes.slice(0, 2)) expect(node.run.child.exitCode).toBeNull();
    await Promise.all(there.slice(1).map((socket) => socket.close()));
  });

  it('to a replica without the last second loses nothing', { timeout: 2 * LIMIT_MS }, async () => {
    const pair = await redis.pairOf(keys.of(1).shard);
    expect(pair).not.toBe(await redis.pairOf(keys.of(0).shard));
    const ids = await followedOn(pair, 'fay', 'unsaid', 3);
    const [opens, closes, stays] = ids as [string, string, string];
    const [closing] = await Promise.all([closes, stays].map((id) => cluster.person(id, cluster.node(1)).connect()));
    const watch = (await cluster.person('fay').connect()).watch(ids);
    await eachIs(watch, [closes, stays], 'ONLINE');
    await redis.separate(pair);
    await cluster.person(opens, cluster.node(1)).connect();
    await watch.nextWhere(is(opens, 'ONLINE'));
    await closing!.close();
    await watch.nextWhere(is(closes, 'OFFLINE'));
    await redis.takeOver(pair);
    await cluster.ready();
    const statuses = async () => (await cluster.person('fay').presence(ids)).map(({ status }) => status);
    await until(async () => (await statuses()).join() === 'ONLINE,OFFLINE,ONLINE');
    // The latest event holds.
    const lastTold = () => ids.map((id) => watch.transcript.findLast(({ userId }) => userId === id)?.status);
    await until(async () => lastTold().join() === 'ONLINE,OFFLINE,ONLINE');
    expect(watch.transcript.filter(is(stays, 'OFFLINE'))).toEqual([]);
  });
});
