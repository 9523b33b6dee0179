import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { UserMessage } from '../../../src/presence/ports/bus.js';
import { busContract } from '../../contract/bus.js';
import { busUnderTest, commitsOf, type LiveUnderTest, openLiveInTest } from '../../support/cluster/live.js';
import { startRedis, type TestRedis } from '../../support/cluster/redis.js';
import { startRedisCluster, type TestRedisCluster } from '../../support/cluster/redisCluster.js';
import { record } from '../../support/unit/builders.js';
import { createInbox } from '../../support/unit/inbox.js';

let redis: TestRedis;
let cluster: TestRedisCluster;
beforeAll(async () => {
  [redis, cluster] = await Promise.all([startRedis(), startRedisCluster()]);
});
afterAll(async () => {
  await Promise.all([redis.stop(), cluster.stop()]);
});

busContract('Redis', () => busUnderTest([redis.url], 1));
busContract('a Redis Cluster', () => busUnderTest(cluster.urls, 64));

const of = (userId: string, revision: number): UserMessage => ({ userId, record: record({ userId, revision }) });

/** Asks Redis repeatedly until it holds. */
const until = async (holds: () => Promise<boolean>) => {
  while (!(await holds())) await wait(10);
};

describe('the bus over Redis', () => {
  const open = () => openLiveInTest([redis.url], 1);
  const hear = async ({ bus }: LiveUnderTest, userId: string) => {
    const inbox = createInbox<UserMessage>(`messages of ${userId}`);
    return { inbox, unsubscribe: await bus.subscribeUser(userId, inbox.push) };
  };
  const channels = async () => (await redis.admin.pubsub('CHANNELS', '*')) as string[];
  const subscribersOf = async (channel: string) => Number((await redis.admin.pubsub('NUMSUB', channel))[1]);

  it('subscribes to a channel once, however many listen, and unsubscribes with the last of them', async () => {
    const live = open();
    const channel = live.keys.userChannel('ana');
    const commands = async () =>
      /cmdstat_subscribe:calls=(\d+)/.exec(await redis.admin.info('commandstats'))?.[1] ?? '0';
    const before = Number(await commands());
    const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => hear(live, 'ana')));
    expect(await subscribersOf(channel)).toBe(1);
    expect(Number(await commands()) - before).toBe(1);
    expect(live.bus.size).toBe(1);
    for (const { unsubscribe } of others) unsubscribe();
    commitsOf(live).publishUser(of('ana', 1));
    expect(await first?.inbox.next()).toEqual(of('ana', 1));
    expect(await subscribersOf(channel)).toBe(1);
    first?.unsubscribe();
    await until(async () => (await subscribersOf(channel)) === 0);
    expect(live.bus.size).toBe(0);
  });

  it('retries a subscription that Redis refuses, and receives messages once it is admitted', async () => {
    const live = open();
    await redis.admin.acl('SETUSER', 'default', 'resetchannels');
    const refused = hear(live, 'ana');
    await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const waiting = hear(live, 'ana');
    await redis.admin.acl('SETUSER', 'default', 'allchannels');
    const { inbox } = await waiting;
    commitsOf(live).publishUser(of('ana', 1));
    expect(await inbox.next()).toEqual(of('ana', 1));
  });

  it('goes on receiving where a channel is unsubscribed and subscribed again at once, repeatedly', async () => {
    const live = open();
    const commits = commitsOf(live);
    let held = await hear(live, 'ana');
    for (let revision = 1; revision <= 100; revision += 1) {
      held.unsubscribe();
      held = await hear(live, 'ana');
      commits.publishUser(of('ana', revision));
      expect(await held.inbox.next()).toEqual(of('ana', revision));
    }
    // Not awaited: each acknowledgement comes after the unsubscribing.
    for (let i = 0; i < 100; i += 1) void hear(live, 'ana').then(({ unsubscribe }) => unsubscribe());
    held.unsubscribe();
    held = await hear(live, 'ana');
    commits.publishUser(of('ana', 101));
    expect(await held.inbox.next()).toEqual(of('ana', 101));
    expect(live.bus.size).toBe(1);
  });

  it('leaves nothing after ten thousand subscriptions that ended', async () => {
    const live = open();
    for (let from = 0; from < 10_000; from += 500) {
      const ids = Array.from({ length: 500 }, (_, i) => `user ${from + i}`);
      const all = await Promise.all(ids.map((id) => live.bus.subscribeUser(id, () => {})));
      for (const unsubscribe of all) unsubscribe();
    }
    expect(live.bus.size).toBe(0);
    await until(async () => (await channels()).every((channel) => !channel.includes(':user:')));
  });

  it("ignores messages that are damaged, or of another release's format", async () => {
    const live = open();
    const { inbox } = await hear(live, 'ana');
    const typing = createInbox<unknown>('typing');
    await live.bus.subscribeTyping('room', typing.push);
    await live.bus.subscribeAccessChanges(typing.push);
    const social = createInbox<unknown>('social changes');
    await live.bus.subscribeActs('ana', social.push);
    await live.bus.subscribeTray('ana', social.push);
    await live.bus.subscribeCounts('post', social.push);
    const { client } = live.connection;
    for (const text of ['nonsense', '{', '99|1|2|3|4|5|1|{}', '1|1|2|3|4|5|1|{', '|', 'act|', 'act|2|{}', 'act|1|{']) {
      await client.publish(live.keys.userChannel('ana'), text);
      await client.publish(live.keys.typingChannel('room'), text);
      await client.publish('rc:{0}:facts', text);
      await client.publish(live.keys.trayChannel('ana'), text);
      await client.publish(live.keys.countsChannel('post'), text);
    }
    await client.publish(live.keys.trayChannel('ana'), '1|{"kind":"wave"}');
    const commits = commitsOf(live);
    commits.publishUser(of('ana', 7));
    commits.publishTyping({ conversationId: 'room', userId: 'bo', isTyping: false, expiresAt: null });
    expect(await inbox.next()).toEqual(of('ana', 7));
    expect(await typing.next()).toMatchObject({ userId: 'bo' });
    await live.bus.publishSocial({ kind: 'tray', userId: 'ana', revision: 3 });
    expect(await social.next()).toEqual({ kind: 'tray', userId: 'ana', revision: 3 });
  });
});

/** One Redis, in the shape of a Cluster. */
const one = (node: TestRedis) => ({ urls: [node.url], nodes: [node], stop: () => node.stop() });
const IDS = ['ana', 'bo', 'cy', 'di', 'eve', 'fay'];

/** The channels with a subscriber at a server, of either kind. */
const channelsOf = async ({ admin }: TestRedis) => [
  ...((await admin.pubsub('CHANNELS', 'rc:*')) as string[]),
  ...((await admin.pubsub('SHARDCHANNELS')) as string[]),
];

describe('the bus while Redis is unavailable', () => {
  it.each([
    ['Redis', 1, async () => one(await startRedis())],
    ['a Redis Cluster', 8, startRedisCluster],
  ] as const)('%s: answers UNAVAILABLE in time, and leaves nothing when it is back', async (_, shards, start) => {
    const away = await start();
    onTestFinished(() => away.stop());
    const live = openLiveInTest(away.urls, shards);
    const held = await Promise.all(IDS.map((id) => live.bus.subscribeUser(`${id} before`, () => {})));
    for (const node of away.nodes) node.signal('SIGSTOP');
    const askedAt = performance.now();
    const asked = Promise.allSettled([...IDS, ...IDS].map((id) => live.bus.subscribeUser(id, () => {})));
    // What is unsubscribed meanwhile stays so, whether Redis learns of it now or when it is back.
    for (const unsubscribe of held) unsubscribe();
    live.connection.pubSub.reconnect();
    for (const result of await asked) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
    }
    expect(performance.now() - askedAt).toBeLessThan(8_000);
    expect(live.bus.size).toBe(0);
    for (const node of away.nodes) node.signal('SIGCONT');
    await until(async () => (await Promise.all(away.nodes.map(channelsOf))).flat().length === 0);
    const answered = createInbox<UserMessage>('messages');
    const ids = IDS.map((id) => `${id} after`);
    const subscribe = async (id: string): Promise<unknown> =>
      live.bus.subscribeUser(id, answered.push).catch(() => subscribe(id));
    for (const id of ids) await subscribe(id);
    const commits = commitsOf(live);
    for (const id of ids) commits.publishUser(of(id, 1));
    expect((await answered.take(ids.length)).map(({ userId }) => userId).sort()).toEqual(ids);
    const channels = (await Promise.all(away.nodes.map(channelsOf))).flat();
    expect([...new Set(channels)].sort()).toEqual(ids.map(live.keys.userChannel).sort());
  });

  it.each([
    ['Redis', 1, async () => one(await startRedis())],
    ['a Redis Cluster', 8, startRedisCluster],
  ] as const)(
    '%s: receives what was subscribed to meanwhile, however often its connection was replaced',
    async (_, shards, start) => {
      const away = await start();
      onTestFinished(() => away.stop());
      const live = openLiveInTest(away.urls, shards);
      await live.bus.subscribeUser('before', () => {});
      for (const node of away.nodes) node.signal('SIGSTOP');
      // Before a connection is replaced, while it closes, and while the next one waits for its first answer.
      const ids = Array.from({ length: 6 }, (_, i) => `user ${i}`);
      for (const [i, id] of ids.entries()) {
        if (i % 3 === 0) live.connection.pubSub.reconnect();
        await expect(live.bus.subscribeUser(id, () => {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      }
      live.connection.pubSub.reconnect();
      for (const node of away.nodes) node.signal('SIGCONT');
      const answered = createInbox<UserMessage>('messages');
      const subscribe = async (id: string): Promise<unknown> =>
        live.bus.subscribeUser(id, answered.push).catch(() => subscribe(id));
      await Promise.all(ids.map(subscribe));
      const commits = commitsOf(live);
      for (const id of ids) commits.publishUser(of(id, 1));
      expect((await answered.take(ids.length)).map(({ userId }) => userId).sort()).toEqual(ids);
    },
  );

  it.each([
    ['Redis', 1, () => [redis.url]],
    ['a Redis Cluster', 8, () => cluster.urls],
  ] as const)('over %s reports a gap once every interrupted channel receives again', async (_, shards, urls) => {
    const live = openLiveInTest(urls(), shards, { settleMs: 0 });
    const ids = Array.from({ length: 40 }, (_, i) => `user ${i}`);
    const gaps = createInbox<string>('gaps');
    live.bus.onGap(() => gaps.push('gap'));
    const answered = createInbox<UserMessage>('messages');
    await live.bus.start();
    for (const id of ids) await live.bus.subscribeUser(id, answered.push);
    const renew = () => live.store.renewLease('this node').then(() => {});
    await renew();
    await gaps.next();
    const nodes = shards === 1 ? [redis] : cluster.nodes;
    for (const { admin } of nodes) await admin.client('KILL', 'TYPE', 'PUBSUB');
    // As the node renews its lease every second.
    while (gaps.transcript.length < 2) {
      await renew();
      await wait(20);
    }
    // Reading again now misses nothing: whatever is published afterwards is received.
    const commits = commitsOf(live);
    for (const id of ids) commits.publishUser(of(id, 9));
    const told = await answered.take(ids.length);
    expect(told.map(({ userId }) => userId).sort()).toEqual([...ids].sort());
  });
});
