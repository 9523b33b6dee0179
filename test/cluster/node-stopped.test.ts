import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { gather } from '../support/cluster/crowd.js';
import { rounds } from '../support/cluster/rounds.js';
import { isLive, observe } from '../support/http/observer.js';

const STOPS_WITHIN_MS = 15_000;
/** Clients and nodes share a busy machine: the grace is as long as all may take to come back. */
const PATIENT = { PRESENCE_OFFLINE_DEBOUNCE: '40s', HEARTBEAT_TIMEOUT: '45s' };

const LEAVING = rounds(90, 200);

/** The second node stops first, and then the first. */
let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 2, env: { ...PATIENT, METRICS_PORT: '0' } });
});
afterAll(() => cluster.stop());

it('a node that is signalled twice to stop sends its clients elsewhere, and nobody is shown offline', async () => {
  const [survivor, leaving] = [cluster.node(0), cluster.node(1)];
  const ids = await cluster.followed('watcher', 'user', LEAVING);
  const observer = observe(await cluster.person('watcher', survivor).connect({ presence: false }));
  const crowd = await gather({ ids, at: (_, attempt) => (attempt === 0 ? leaving : survivor) });
  await observer.until(ids, isLive);
  observer.forget();

  const { metricsPort } = await leaving.run.logged('listening');
  const inside = async () => (await fetch(`http://127.0.0.1:${metricsPort}/ready`)).status;
  expect(await inside()).toBe(200);
  const toldAt = Date.now();
  leaving.signal('SIGTERM');
  leaving.signal('SIGTERM');
  await vi.waitUntil(() => crowd.closes.length > 0, { timeout: STOPS_WITHIN_MS, interval: 1 });
  expect(await leaving.readiness(), 'it was taken out of rotation before').not.toBe(200);
  expect(await inside(), 'and says so on the port of metrics').toBe(503);
  const exit = await leaving.stop();
  const exitedAfter = Date.now() - toldAt;
  await crowd.allLive();

  const closedAt = crowd.closes.map(({ at }) => at);
  const spread = Math.max(...closedAt) - Math.min(...closedAt);
  console.log(`stopped: exit after ${exitedAfter} ms, closed over ${spread} ms`);
  expect(exit).toEqual({ code: 0, signal: null });
  expect(exitedAfter).toBeLessThan(STOPS_WITHIN_MS);
  expect(new Set(crowd.closes.map(({ code }) => code))).toEqual(new Set([1012]));
  expect(crowd.closes).toHaveLength(ids.length);
  expect(spread).toBeGreaterThan(500);
  expect(spread).toBeLessThan(STOPS_WITHIN_MS);

  // Once a change made now arrives, every earlier event has.
  await cluster.person('user-0', survivor).say('still here');
  await observer.until(['user-0'], ({ statusMessage }) => statusMessage?.text === 'still here');
  expect(observer.offline).toEqual([]);
  const present = await cluster.host(survivor).presence(ids);
  expect(present.every(isLive)).toBe(true);
  const devices = await cluster.redis.admin.keys('rc:*:on:*');
  expect(devices, 'only the survivor has users').toHaveLength(1);
});

it('a node that is signalled twice to stop, with many sessions while Redis hangs, exits in time', async () => {
  const node = cluster.node(0);
  const ids = Array.from({ length: rounds(200, 1_000) }, (_, place) => `held-${place}`);
  const crowd = await gather({ ids, at: () => node, returns: false });

  cluster.redis.signal('SIGSTOP');
  await node.ready(503);
  const toldAt = Date.now();
  node.signal('SIGTERM');
  node.signal('SIGTERM');
  const exit = await node.stop();
  const exitedAfter = Date.now() - toldAt;
  cluster.redis.signal('SIGCONT');

  console.log(`stopped while Redis hung: exit after ${exitedAfter} ms`);
  expect(exit).toEqual({ code: 0, signal: null });
  expect(exitedAfter).toBeLessThan(STOPS_WITHIN_MS);
  await crowd.allGone();
  expect(new Set(crowd.closes.map(({ code }) => code))).toEqual(new Set([1012]));
});
