import { expect, it } from 'vitest';
import { startCluster } from '../support/cluster/cluster.js';
import { gather } from '../support/cluster/crowd.js';
import { isLive, isOffline, observe } from '../support/http/observer.js';

it('a node that is killed while it clears up after another leaves no ghost and repeats no event', async () => {
  const cluster = await startCluster({ nodes: 3 });
  const [survivor, first, second] = [cluster.node(0), cluster.node(1), cluster.node(2)];
  const ids = await cluster.followed('watcher', 'user', 600);
  const observer = observe(await cluster.person('watcher', survivor).connect({ presence: false }));
  await gather({ ids, at: (place) => (place < 500 ? first : second), returns: false });
  await observer.until(ids, isLive);
  observer.forget();

  // The survivor stands still, so that it is the second node that finds the first one lost.
  survivor.signal('SIGSTOP');
  await first.stop('SIGKILL');
  const incarnations = await cluster.redis.admin.keys('rc:*:on:*');
  expect(incarnations).toHaveLength(2);
  const left = async () => Math.max(...(await Promise.all(incarnations.map((key) => cluster.redis.admin.scard(key)))));
  // Watched from close by: half way through, it is killed.
  let before = await left();
  while (before === 500) before = await left();
  await second.stop('SIGKILL');
  const half = await left();
  survivor.signal('SIGCONT');
  await observer.until(ids, isOffline);
  console.log(`sweeper killed with ${half} of 500 still to do`);

  expect(half).toBeGreaterThan(0);
  const offline = observer.offline.map(({ userId }) => userId);
  expect(new Set(offline).size).toBe(600);
  expect(offline).toHaveLength(600);
  expect(await cluster.redis.admin.keys('rc:*:on:*')).toEqual([]);
  expect((await cluster.host().online()).totalCount).toBe(0);
});
