import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { insist } from '../support/cluster/insist.js';
import { isLive, isOffline, observe } from '../support/http/observer.js';

const settled = async (cluster: Cluster, id: string) => {
  await insist(() => cluster.host(cluster.node(1)).presence([id]));
  await cluster.ready();
};

/** Where nothing ends by itself. */
let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ env: { SESSION_TTL: '60s' } });
});
afterAll(() => cluster.stop());

/** A watcher, and a user whose change is received last: everything before it has arrived by then. */
const scene = async (cluster: Cluster, name: string) => {
  const [, , lastId] = (await cluster.followed(`${name}-watcher`, name, 3)) as [string, string, string];
  const observer = observe(await cluster.person(`${name}-watcher`).connect({ presence: false }));
  const last = await cluster.person(lastId, cluster.node(1)).connect();
  await observer.until([lastId], isLive);
  const round = async (text: string) => {
    await last.say(text);
    await observer.until([lastId], ({ statusMessage }) => statusMessage?.text === text);
  };
  return { observer, round };
};

it('a user who chose INVISIBLE just before Redis was flushed is not shown again', async () => {
  const { observer, round } = await scene(cluster, 'hides');
  const socket = await cluster.person('hides-0', cluster.node(1)).connect({ sessionId: 'tab' });
  await observer.until(['hides-0'], isLive);
  await socket.setPresence({ status: 'INVISIBLE' });
  await cluster.redis.admin.flushall();
  await observer.until(['hides-0'], isOffline);
  observer.forget();

  await settled(cluster, 'hides-0');
  await round('settled');
  expect(observer.events.filter(({ userId }) => userId === 'hides-0')).toEqual([]);
  const [seen] = await cluster.host().presence(['hides-0']);
  expect(seen?.status).toBe('OFFLINE');
  const mine = await cluster.person('hides-0').me();
  expect(mine.chosenStatus).toBe('INVISIBLE');
  expect(mine.sessions.map(({ id }) => id)).toEqual(['tab']);
});

it('a session that was ended on one node is not restored by another', async () => {
  const [a, b] = [cluster.node(0), cluster.node(1)];
  const { observer, round } = await scene(cluster, 'ended');
  // One of a connection at B, and one over HTTP that A granted: each is ended at the other node.
  await cluster.person('ended-0', b).connect({ sessionId: 'tab' });
  await cluster.person('ended-1', a).heartbeat({ sessionId: 'phone' });
  await observer.until(['ended-0', 'ended-1'], isLive);
  expect(await cluster.person('ended-0', a).endSession('tab')).toBe(true);
  expect(await cluster.person('ended-1', b).endSession('phone')).toBe(true);
  await observer.until(['ended-0', 'ended-1'], isOffline);
  await round('before');
  observer.forget();

  await cluster.redis.admin.flushall();
  await settled(cluster, 'ended-0');
  await round('settled');
  expect(observer.events.filter(({ userId }) => userId !== 'ended-2')).toEqual([]);
  for (const id of ['ended-0', 'ended-1']) expect((await cluster.person(id).me()).sessions).toEqual([]);
});

it('a change made while Redis recovers starts no second session', async () => {
  const { observer } = await scene(cluster, 'changed');
  const socket = await cluster.person('changed-0', cluster.node(1)).connect({ sessionId: 'tab' });
  await observer.until(['changed-0'], isLive);
  await cluster.redis.admin.flushall();
  await Promise.all([
    insist(() => socket.say('over the socket')),
    insist(() => cluster.person('changed-0', cluster.node(0)).heartbeat({})),
    insist(() => cluster.person('changed-0', cluster.node(1)).setPresence({ status: 'AWAY' })),
  ]);
  await settled(cluster, 'changed-0');
  expect((await cluster.person('changed-0').me()).sessions.map(({ id }) => id)).toEqual(['tab']);
});

it('leases and graces go on for at least the time they had left, and then end', async () => {
  // The last of the file: that of the others need not go on beside it.
  await cluster.stop();
  const own = await startCluster({ env: { SESSION_TTL: '12s', PRESENCE_OFFLINE_DEBOUNCE: '6s' } });
  const { observer, round } = await scene(own, 'leased');
  const socket = await own.person('leased-0', own.node(1)).connect({ sessionId: 'tab' });
  await observer.until(['leased-0'], isLive);
  const lease = await own.person('leased-1', own.node(0)).heartbeat({ sessionId: 'phone' });
  await observer.until(['leased-1'], isLive);
  observer.forget();
  const closedAt = Date.now();
  await socket.close();
  while (
    (await own.person('leased-0').me()).sessions.some(({ expiresAt }) => Date.parse(expiresAt) > closedAt + 7_000)
  );
  await own.redis.admin.flushall();
  await settled(own, 'leased-0');
  await round('settled');
  expect(observer.offline).toEqual([]);

  await observer.until(['leased-0', 'leased-1'], isOffline);
  const wentAt = (id: string) => Date.parse(observer.offline.find(({ userId }) => userId === id)?.asOf ?? '');
  expect(wentAt('leased-0')).toBeGreaterThanOrEqual(closedAt + 6_000);
  expect(wentAt('leased-1')).toBeGreaterThanOrEqual(Date.parse(lease.expiresAt));
});
