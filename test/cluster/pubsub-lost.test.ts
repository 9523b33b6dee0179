import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { openRedisProxy } from '../support/cluster/redisProxy.js';
import { isLive, observe } from '../support/http/observer.js';

const NOTICED_WITHIN_MS = 5_000;
const LOAD_MS = 6_000;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 2 });
});
afterAll(() => cluster.stop());

const watched = async () => {
  const ids = await cluster.followed('watcher', 'user', 3);
  const observer = observe(await cluster.person('watcher', cluster.node(0)).connect({ presence: false }));
  const socket = await cluster.person('user-0', cluster.node(1)).connect();
  await observer.until(ids, () => true);
  await observer.until(['user-0'], isLive);
  observer.forget();
  return { observer, socket };
};

it('killed pub/sub connections come back, and changes made meanwhile arrive', async () => {
  const { observer, socket } = await watched();
  for (const text of ['one', 'two', 'three']) {
    const at = performance.now();
    await cluster.redis.admin.client('KILL', 'TYPE', 'pubsub');
    await socket.say(text);
    await observer.until(['user-0'], ({ statusMessage }) => statusMessage?.text === text);
    const after = performance.now() - at;
    console.log(`pub/sub killed: up to date after ${after.toFixed()} ms`);
    expect(after).toBeLessThan(NOTICED_WITHIN_MS + LOAD_MS);
  }
  expect(observer.offline).toEqual([]);
});

it('a pub/sub connection that is dead but not closed is noticed and replaced, and missed changes arrive', async () => {
  const proxy = await openRedisProxy(cluster.redis.port);
  const deaf = await cluster.add({ REDIS_URL: proxy.url });
  const ids = await cluster.followed('deaf-watcher', 'unheard', 3);
  const observer = observe(await cluster.person('deaf-watcher', deaf).connect({ presence: false }));
  const socket = await cluster.person('unheard-0', cluster.node(1)).connect();
  await observer.until(ids, () => true);
  await observer.until(['unheard-0'], isLive);
  observer.forget();
  const before = proxy.subscribers;

  const at = performance.now();
  proxy.muteSubscribers();
  await socket.say('unheard');
  await observer.until(['unheard-0'], ({ statusMessage }) => statusMessage?.text === 'unheard');
  const after = performance.now() - at;
  console.log(`pub/sub dead: up to date after ${after.toFixed()} ms`);
  expect(after).toBeLessThan(NOTICED_WITHIN_MS + LOAD_MS);
  expect(proxy.subscribers).toBeGreaterThan(before);
  expect(observer.offline).toEqual([]);

  // The new connection receives messages by itself.
  await socket.say('heard');
  await observer.until(['unheard-0'], ({ statusMessage }) => statusMessage?.text === 'heard');
  await deaf.stop('SIGKILL');
  await proxy.close();
});
