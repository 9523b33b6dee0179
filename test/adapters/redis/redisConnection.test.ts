import { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openLive } from '../../../src/adapters/backEnds.js';
import { openRedis } from '../../../src/adapters/redis/redisConnection.js';
import { createRedises } from '../../../src/adapters/redis/scripts.js';
import { DEFAULT_TIMINGS } from '../../../src/presence/types.js';
import { freePort } from '../../support/cluster/freePort.js';
import { startRedis, type TestRedis } from '../../support/cluster/redis.js';
import { startRedisCluster, type TestRedisCluster } from '../../support/cluster/redisCluster.js';
import { openRedisProxy } from '../../support/cluster/redisProxy.js';
import { createInbox } from '../../support/unit/inbox.js';

let cluster: TestRedisCluster;
let redis: TestRedis;
beforeAll(async () => {
  cluster = await startRedisCluster();
  redis = await startRedis();
});
afterAll(async () => {
  await cluster.stop();
  await redis.stop();
});

const nowhere = async () => `redis://127.0.0.1:${await freePort()}`;
const open = (redisUrls: readonly string[]) =>
  openLive({
    redisUrls,
    redisShards: 8,
    timings: DEFAULT_TIMINGS,
    reachMs: 500,
    onMessage: () => {},
    onError: () => {},
  });

describe('a connection to Redis', () => {
  it('that is closed while it subscribes again to a Redis that hangs leaves no unhandled rejection', async () => {
    const hanging = await startRedis();
    onTestFinished(() => hanging.stop());
    const unheard: unknown[] = [];
    const hear = (error: unknown) => unheard.push(error);
    process.on('unhandledRejection', hear);
    onTestFinished(() => void process.off('unhandledRejection', hear));
    const { pubSub, close } = openRedis([hanging.url], { onError: () => {} });
    await new Promise<unknown>((acknowledged) => pubSub.subscribe('channel', acknowledged));
    hanging.signal('SIGSTOP');
    const connected = new Promise<void>((resolve) => pubSub.on('ready', resolve));
    await pubSub.reconnect();
    await connected;
    const ended = new Promise<void>((resolve) => pubSub.on('end', resolve));
    await close();
    await ended;
    // Node.js reports unhandled rejections after a turn.
    await new Promise(setImmediate);
    hanging.signal('SIGCONT');
    expect(unheard).toEqual([]);
  });

  it.each([
    ['one Redis', () => [redis.url]],
    ['a Cluster', () => cluster.urls],
  ])('that is replaced, to %s, has the same subscriptions once that is done', async (_, urls) => {
    const connection = openRedis(urls(), { onError: () => {} });
    onTestFinished(() => connection.close());
    const { pubSub, messageEvent } = connection;
    await new Promise<unknown>((acknowledged) => pubSub.subscribe('{a}:channel', acknowledged));
    const answered = createInbox<string>('messages');
    pubSub.on(messageEvent, (_channel: string, message: string) => answered.push(message));
    await pubSub.reconnect();
    // The client of one Redis subscribes again by itself.
    await vi.waitFor(async () => {
      await pubSub.publish('{a}:channel', 'after');
      expect(answered.transcript.length).toBeGreaterThan(0);
    }, 20_000);
    expect(answered.transcript[0]).toBe('after');
  });

  it('that is given up again and again while a Cluster is away asks once for each channel when that is back', async () => {
    const { pubSub, close } = openRedis([await nowhere(), await nowhere()], { onError: () => {} });
    onTestFinished(close);
    const asked = vi.spyOn(Cluster.prototype, 'ssubscribe');
    onTestFinished(() => asked.mockRestore());
    const away: ((error: Error) => void)[] = [];
    asked.mockImplementation(() => new Promise((_, reject) => away.push(reject)));
    const acknowledged = new Promise<unknown>((resolve) => pubSub.subscribe('channel', resolve));
    const reconnected = Array.from({ length: 10 }, () => pubSub.reconnect());
    asked.mockReset().mockResolvedValue(1);
    for (const fail of away) fail(new Error('Connection is closed.'));
    await Promise.all([acknowledged, ...reconnected]);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['one Redis', 1],
    ['a Cluster', 2],
  ])(
    'that cannot be made, to %s, rejects commands with UNAVAILABLE, and its errors end no process',
    async (_, count) => {
      const errors: unknown[] = [];
      const urls = await Promise.all(Array.from({ length: count }, nowhere));
      const connection = openRedis(urls, { onError: (error) => errors.push(error) });
      onTestFinished(() => connection.close());
      const redises = createRedises(connection.client);
      const askedAt = performance.now();
      const asked = [redises.run('open', ['a', 'b', 'c']), redises.ask((client) => client.get('a'))];
      for (const answer of await Promise.allSettled(asked)) {
        expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
      }
      expect(performance.now() - askedAt).toBeLessThan(8_000);
      expect(errors.length).toBeGreaterThan(0);
    },
  );

  it.each([
    ['one Redis', () => redis.url],
    ['a Cluster', () => cluster.urls.join()],
  ])('to %s sends the commands of one turn in one write, in order', async (_, urls) => {
    const connection = openRedis(urls().split(','), { onError: () => {} });
    onTestFinished(() => connection.close());
    const { client } = connection;
    await client.set('{turn}count', 0);
    // Nodes without a command so far have none.
    const streams =
      client instanceof Cluster ? client.nodes('master').flatMap(({ stream }) => stream ?? []) : [client.stream];
    const one = streams.map((stream) => vi.spyOn(stream, '_write'));
    const many = streams.map((stream) => vi.spyOn(stream, '_writev'));
    const counts = await Promise.all(Array.from({ length: 20 }, () => client.incr('{turn}count')));
    expect(counts).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(one.flatMap(({ mock }) => mock.calls)).toHaveLength(0);
    expect(many.flatMap(({ mock }) => mock.calls)).toHaveLength(1);
  });

  it('that falls silent without closing is replaced', async () => {
    const silent = await startRedis();
    const proxy = await openRedisProxy(silent.port);
    const connection = openRedis([proxy.url], { onError: () => {} });
    onTestFinished(async () => {
      await connection.close();
      await proxy.close();
      await silent.stop();
    });
    const redises = createRedises(connection.client);
    const ask = () => redises.ask((client) => client.ping());
    expect(await ask()).toBe('PONG');
    proxy.mute();
    const askedAt = performance.now();
    await expect(ask()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    while ((await ask().catch(() => 'silence')) !== 'PONG');
    expect(performance.now() - askedAt).toBeLessThan(10_000);
  });

  it('to a Cluster is made through whichever of the listed nodes answers', async () => {
    const live = await open([await nowhere(), cluster.urls[1]!, await nowhere()]);
    await live.store.renewLease('here');
    expect(await live.store.now()).toBeGreaterThan(0);
    expect(live.bus).toBeDefined();
    await live.close();
  });

  it('that cannot be made stops the start, with a sentence for the operator', async () => {
    await expect(open([await nowhere()])).rejects.toMatchObject({
      name: 'StartFault',
      message: expect.stringMatching(/^Redis cannot be used at REDIS_URL: .*\.$/),
    });
  });

  it('that may not ask INFO stops the start: a takeover by another Redis would go unnoticed', async () => {
    await redis.admin.call('ACL', 'SETUSER', 'guest', 'on', '>guest', '~*', '&*', '+@all', '-info');
    await expect(open([redis.url.replace('//', '//guest:guest@')])).rejects.toMatchObject({
      name: 'StartFault',
      message: expect.stringMatching(/^Redis cannot be used at REDIS_URL: NOPERM .*'info'.* Allow that user INFO: /),
    });
  });
});
