import { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { DEFAULT_TIMINGS } from '../../src/presence/types.js';
import { openRedis } from '../../src/store/connection.js';
import { openLive } from '../../src/store/live.js';
import { createRedises } from '../../src/store/scripts.js';
import { freePort } from '../support/freePort.js';
import { createInbox } from '../support/inbox.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { startRedisCluster, type TestRedisCluster } from '../support/redisCluster.js';
import { openRedisProxy } from '../support/redisProxy.js';

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
  it('that is closed while Redis hangs and is subscribed to anew leaves no failure that nobody hears', async () => {
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
    // Failures that nobody hears are told of after a turn.
    await new Promise(setImmediate);
    hanging.signal('SIGCONT');
    expect(unheard).toEqual([]);
  });

  it.each([
    ['one Redis', () => [redis.url]],
    ['a Cluster', () => cluster.urls],
  ])('that is given up for a new one, to %s, is subscribed to the same once that is done', async (_, urls) => {
    const connection = openRedis(urls(), { onError: () => {} });
    onTestFinished(() => connection.close());
    const { pubSub, messageEvent } = connection;
    await new Promise<unknown>((acknowledged) => pubSub.subscribe('{a}:channel', acknowledged));
    const heard = createInbox<string>('messages');
    pubSub.on(messageEvent, (_channel: string, message: string) => heard.push(message));
    await pubSub.reconnect();
    // One Redis is subscribed to again in its own time.
    await vi.waitFor(async () => {
      await pubSub.publish('{a}:channel', 'after');
      expect(heard.transcript.length).toBeGreaterThan(0);
    }, 20_000);
    expect(heard.transcript[0]).toBe('after');
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
    'that is not there, to %s, answers UNAVAILABLE to what is asked, and what it reports ends no process',
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
  ])('to %s sends what is asked in one turn in one write, in its order', async (_, urls) => {
    const connection = openRedis(urls().split(','), { onError: () => {} });
    onTestFinished(() => connection.close());
    const { client } = connection;
    await client.set('{turn}count', 0);
    // Nodes that nothing was asked of yet have none.
    const streams =
      client instanceof Cluster ? client.nodes('master').flatMap(({ stream }) => stream ?? []) : [client.stream];
    const one = streams.map((stream) => vi.spyOn(stream, '_write'));
    const many = streams.map((stream) => vi.spyOn(stream, '_writev'));
    const counts = await Promise.all(Array.from({ length: 20 }, () => client.incr('{turn}count')));
    expect(counts).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(one.flatMap(({ mock }) => mock.calls)).toHaveLength(0);
    expect(many.flatMap(({ mock }) => mock.calls)).toHaveLength(1);
  });

  it('that falls silent without closing is given up for a new one', async () => {
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

  it('that may not ask INFO stops the start, since it would not be seen that another Redis took over', async () => {
    await redis.admin.call('ACL', 'SETUSER', 'guest', 'on', '>guest', '~*', '&*', '+@all', '-info');
    await expect(open([redis.url.replace('//', '//guest:guest@')])).rejects.toMatchObject({
      name: 'StartFault',
      message: expect.stringMatching(/^Redis cannot be used at REDIS_URL: NOPERM .*'info'.* Allow that user INFO: /),
    });
  });
});
