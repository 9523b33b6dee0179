import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startCluster } from '../support/cluster/cluster.js';
import { gather } from '../support/cluster/crowd.js';
import { isLive, isOffline, observe } from '../support/http/observer.js';

/** The defaults of docs/design.md#5-configuration. */
const DEFAULTS = {
  HEARTBEAT_TIMEOUT: undefined,
  HEARTBEAT_INTERVAL: undefined,
  PRESENCE_OFFLINE_DEBOUNCE: undefined,
  BROADCAST_INTERVAL: undefined,
};
const LEASE_MS = 45_000;
const GRACE_MS = 5_000;
/** Twice what the design allows beyond these: the machine may be busy. */
const SLACK_MS = 4_000;

const scene = async (count: number) => {
  const cluster = await startCluster({ nodes: 2, env: DEFAULTS });
  const ids = await cluster.followed('watcher', 'user', count);
  const observer = observe(await cluster.person('watcher').connect({ presence: false }));
  return { cluster, ids, observer };
};

it('a killed node: 1,000 sessions offline in time, and nobody who returned', async () => {
  const { cluster, ids, observer } = await scene(1_000);
  const [survivor, victim] = [cluster.node(0), cluster.node(1)];
  const [returning, gone] = [ids.slice(0, 100), ids.slice(100)];
  const back = await gather({
    ids: returning,
    at: (_, attempt) => (attempt === 0 ? victim : survivor),
    delayMs: 3_000,
  });
  await gather({ ids: gone, at: () => victim, returns: false });
  await observer.until(ids, isLive);
  observer.forget();

  const killedAt = Date.now();
  await victim.stop('SIGKILL');
  await back.allLive();
  await observer.until(gone, isOffline, 120_000);
  const wentAt = observer.offline.map(({ asOf }) => Date.parse(asOf) - killedAt);
  console.log(`killed: offline after ${Math.min(...wentAt)} to ${Math.max(...wentAt)} ms`);
  expect(new Set(observer.offline.map(({ userId }) => userId))).toEqual(new Set(gone));
  expect(observer.offline).toHaveLength(gone.length);
  expect(Math.min(...wentAt)).toBeGreaterThanOrEqual(GRACE_MS);
  expect(Math.max(...wentAt)).toBeLessThanOrEqual(LEASE_MS + GRACE_MS + SLACK_MS);
});

it('a Redis that hangs for longer than the lease: nobody is shown offline, and all is up to date within seconds', async () => {
  const { cluster, ids, observer } = await scene(200);
  const crowd = await gather({ ids, at: (place) => cluster.node(place % 2) });
  await observer.until(ids, isLive);
  observer.forget();

  cluster.redis.signal('SIGSTOP');
  await Promise.all(cluster.nodes.map((node) => node.ready(503)));
  await wait(LEASE_MS + GRACE_MS + SLACK_MS);
  cluster.redis.signal('SIGCONT');
  const at = performance.now();
  await cluster.ready();
  const insist = async (): Promise<unknown> => cluster.person('user-0').say('back').catch(insist);
  await insist();
  await observer.until(['user-0'], ({ statusMessage }) => statusMessage?.text === 'back');
  console.log(`paused: up to date ${(performance.now() - at).toFixed()} ms after its return`);
  expect(crowd.closes).toEqual([]);

  // What the pause could have ended would have ended by now.
  await wait(LEASE_MS + GRACE_MS + SLACK_MS);
  expect(observer.offline).toEqual([]);
  expect((await cluster.host().presence(ids)).every(isLive)).toBe(true);
});

it('a flushed Redis: sessions are back within seconds, and nobody is shown offline afterwards', async () => {
  const { cluster, ids, observer } = await scene(500);
  const crowd = await gather({ ids, at: (place) => cluster.node(place % 2) });
  await observer.until(ids, isLive);
  observer.forget();

  const at = performance.now();
  await cluster.redis.admin.flushall();
  const back = async (): Promise<unknown> => cluster.host().presence(ids).catch(back);
  await back();
  console.log(`flushed: back after ${(performance.now() - at).toFixed()} ms`);
  expect((await cluster.host().presence(ids)).every(isLive)).toBe(true);

  // Also when the quiet after it is over.
  await wait(LEASE_MS + GRACE_MS + SLACK_MS);
  expect(observer.offline).toEqual([]);
  expect(crowd.closes).toEqual([]);
  expect((await cluster.host().presence(ids)).every(isLive)).toBe(true);
});
