import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { gather } from '../support/cluster/crowd.js';
import { rounds } from '../support/cluster/rounds.js';
import { isLive, isOffline, observe } from '../support/http/observer.js';

/** Longer than the lease and the grace. */
const LONG_MS = 10_000;
const STALL_MS = 5_000;
const CLIENTS = rounds(40, 100);

/** The lease by default is nine times as long as the stall; the second node stops before the last test. */
let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 2, env: { HEARTBEAT_TIMEOUT: '8s' } });
});
afterAll(() => cluster.stop());

it('a node stopped for longer than its lease comes back with its sockets, and without second sessions', async () => {
  const [survivor, paused] = [cluster.node(0), cluster.node(1)];
  const ids = await cluster.followed('paused-watcher', 'paused', CLIENTS);
  const observer = observe(await cluster.person('paused-watcher', survivor).connect({ presence: false }));
  const crowd = await gather({ ids, at: () => paused, device: 'DESKTOP' });
  await observer.until(ids, isLive);

  paused.signal('SIGSTOP');
  // Its lease has run out: the others may declare the node lost.
  await observer.until(ids, isOffline);
  paused.signal('SIGCONT');
  const at = performance.now();
  await observer.until(ids, isLive);
  console.log(`node paused: all back after ${(performance.now() - at).toFixed()} ms`);
  await paused.ready();

  expect(crowd.closes).toEqual([]);
  for (const id of ids.slice(0, 10)) {
    const { sessions } = await cluster.person(id, survivor).me();
    expect(sessions.map((session) => [session.id, session.device])).toEqual([['tab', 'DESKTOP']]);
  }
  // It goes on under its new incarnation, and closes connections under it.
  await crowd.leave();
  await observer.until(ids, isOffline);
  expect(await cluster.redis.admin.keys('rc:*:on:*')).toEqual([]);
});

it('an event loop that stalls for five seconds shows nobody offline', async () => {
  const [survivor, stalled] = [cluster.node(0), cluster.node(1)];
  const ids = await cluster.followed('stalled-watcher', 'stalled', CLIENTS);
  const observer = observe(await cluster.person('stalled-watcher', survivor).connect({ presence: false }));
  const crowd = await gather({ ids, at: () => stalled });
  await observer.until(ids, isLive);
  observer.forget();

  stalled.signal('SIGSTOP');
  await wait(STALL_MS);
  stalled.signal('SIGCONT');
  await cluster.person('stalled-0', stalled).say('still here');
  await observer.until(['stalled-0'], ({ statusMessage }) => statusMessage?.text === 'still here');
  expect(crowd.closes).toEqual([]);
  expect(observer.offline).toEqual([]);
  expect((await cluster.host().presence(ids)).every(isLive)).toBe(true);
});

it('a node stopped for longer than its lease while it is the only one shows nobody offline', async () => {
  await cluster.node(1).stop();
  const ids = await cluster.followed('alone-watcher', 'alone', CLIENTS / 2);
  const observer = observe(await cluster.person('alone-watcher').connect({ presence: false }));
  const crowd = await gather({ ids, at: () => cluster.node(0) });
  await observer.until(ids, isLive);
  observer.forget();

  cluster.node(0).signal('SIGSTOP');
  await wait(LONG_MS);
  cluster.node(0).signal('SIGCONT');
  await cluster.node(0).ready();
  await cluster.person('alone-0').say('still here');
  await observer.until(['alone-0'], ({ statusMessage }) => statusMessage?.text === 'still here');
  expect(crowd.closes).toEqual([]);
  expect(observer.offline).toEqual([]);
});
