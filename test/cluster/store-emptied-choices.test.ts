import { expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { insist } from '../support/cluster/insist.js';
import { isLive, isOffline, observe } from '../support/http/observer.js';

const settled = async (cluster: Cluster) => {
  await insist(() => cluster.host(cluster.node(1)).presence(['user-0']));
  await cluster.ready();
};

/** A watcher, and a user whose change is received last: everything before it has arrived by then. */
const scene = async (cluster: Cluster) => {
  await cluster.followed('watcher', 'user', 3);
  const observer = observe(await cluster.person('watcher').connect({ presence: false }));
  const last = await cluster.person('user-2', cluster.node(1)).connect();
  await observer.until(['user-2'], isLive);
  const round = async (text: string) => {
    await last.say(text);
    await observer.until(['user-2'], ({ statusMessage }) => statusMessage?.text === text);
  };
  return { observer, round };
};

it('a user who chose INVISIBLE just before Redis was flushed is not shown again', async () => {
  const cluster = await startCluster();
  const { observer, round } = await scene(cluster);
  const socket = await cluster.person('user-0', cluster.node(1)).connect({ sessionId: 'tab' });
  await observer.until(['user-0'], isLive);
  await socket.setPresence({ status: 'INVISIBLE' });
  await cluster.redis.admin.flushall();
  await observer.until(['user-0'], isOffline);
  observer.forget();

  await settled(cluster);
  await round('settled');
  expect(observer.events.filter(({ userId }) => userId === 'user-0')).toEqual([]);
  const [seen] = await cluster.host().presence(['user-0']);
  expect(seen?.status).toBe('OFFLINE');
  const mine = await cluster.person('user-0').me();
  expect(mine.chosenStatus).toBe('INVISIBLE');
  expect(mine.sessions.map(({ id }) => id)).toEqual(['tab']);
});

it('a session that was ended on one node is not restored by another', async () => {
  const cluster = await startCluster({ env: { SESSION_TTL: '60s' } });
  const [a, b] = [cluster.node(0), cluster.node(1)];
  const { observer, round } = await scene(cluster);
  // One of a connection at B, and one over HTTP that A granted: each is ended at the other node.
  await cluster.person('user-0', b).connect({ sessionId: 'tab' });
  await cluster.person('user-1', a).heartbeat({ sessionId: 'phone' });
  await observer.until(['user-0', 'user-1'], isLive);
  expect(await cluster.person('user-0', a).endSession('tab')).toBe(true);
  expect(await cluster.person('user-1', b).endSession('phone')).toBe(true);
  await observer.until(['user-0', 'user-1'], isOffline);
  await round('before');
  observer.forget();

  await cluster.redis.admin.flushall();
  await settled(cluster);
  await round('settled');
  expect(observer.events.filter(({ userId }) => userId !== 'user-2')).toEqual([]);
  for (const id of ['user-0', 'user-1']) expect((await cluster.person(id).me()).sessions).toEqual([]);
});

it('leases and graces go on for at least the time they had left, and then end', async () => {
  const cluster = await startCluster({ env: { SESSION_TTL: '12s', PRESENCE_OFFLINE_DEBOUNCE: '6s' } });
  const { observer, round } = await scene(cluster);
  const socket = await cluster.person('user-0', cluster.node(1)).connect({ sessionId: 'tab' });
  await observer.until(['user-0'], isLive);
  const lease = await cluster.person('user-1', cluster.node(0)).heartbeat({ sessionId: 'phone' });
  await observer.until(['user-1'], isLive);
  observer.forget();
  const closedAt = Date.now();
  await socket.close();
  while (
    (await cluster.person('user-0').me()).sessions.some(({ expiresAt }) => Date.parse(expiresAt) > closedAt + 7_000)
  );
  await cluster.redis.admin.flushall();
  await settled(cluster);
  await round('settled');
  expect(observer.offline).toEqual([]);

  await observer.until(['user-0', 'user-1'], isOffline);
  const wentAt = (id: string) => Date.parse(observer.offline.find(({ userId }) => userId === id)?.asOf ?? '');
  expect(wentAt('user-0')).toBeGreaterThanOrEqual(closedAt + 6_000);
  expect(wentAt('user-1')).toBeGreaterThanOrEqual(Date.parse(lease.expiresAt));
});

it('a change made while Redis recovers starts no second session', async () => {
  const cluster = await startCluster({ env: { SESSION_TTL: '60s' } });
  const { observer } = await scene(cluster);
  const socket = await cluster.person('user-0', cluster.node(1)).connect({ sessionId: 'tab' });
  await observer.until(['user-0'], isLive);
  await cluster.redis.admin.flushall();
  await Promise.all([
    insist(() => socket.say('over the socket')),
    insist(() => cluster.person('user-0', cluster.node(0)).heartbeat({})),
    insist(() => cluster.person('user-0', cluster.node(1)).setPresence({ status: 'AWAY' })),
  ]);
  await settled(cluster);
  expect((await cluster.person('user-0').me()).sessions.map(({ id }) => id)).toEqual(['tab']);
});
