import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { gather } from '../support/cluster/crowd.js';
import { rounds } from '../support/cluster/rounds.js';

/** Over which commands are counted: several rounds of pings, which come a second apart. */
const WINDOW_MS = 5_000;
const CLIENTS = rounds(300, 500);

/** Calls by command, of all clients except this one. */
const calls = async ({ redis }: Cluster): Promise<Map<string, number>> => {
  const text = await redis.admin.info('commandstats');
  return new Map(
    [...text.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)]
      .map(([, name, count]) => [name ?? '', Number(count)] as const)
      .filter(([name]) => name !== 'info'),
  );
};

/** Calls a second while nobody does anything. */
const rates = async (cluster: Cluster): Promise<{ all: number; byCommand: Map<string, number> }> => {
  const [before, at] = [await calls(cluster), performance.now()];
  await wait(WINDOW_MS);
  const [after, seconds] = [await calls(cluster), (performance.now() - at) / 1_000];
  const byCommand = new Map([...after].map(([name, count]) => [name, (count - (before.get(name) ?? 0)) / seconds]));
  return { all: [...byCommand.values()].reduce((sum, rate) => sum + rate, 0), byCommand };
};

it(`${CLIENTS} idle clients cost Redis no commands`, async () => {
  const cluster = await startCluster({ nodes: 2 });
  const ids = await cluster.followed('watcher', 'user', CLIENTS);
  const empty = await rates(cluster);
  const crowd = await gather({ ids, at: (place) => cluster.node(place % 2) });
  // The work that follows connecting, such as the journal's, is over within a few seconds.
  while ((await cluster.redis.admin.zcard('rc:{0}:dirty')) > 0) await wait(100);
  // On a busy machine some of that work is left: what is measured is the window after.
  await rates(cluster);
  const full = await rates(cluster);
  console.log(
    `idle: ${empty.all.toFixed(1)} commands a second without clients, ${full.all.toFixed(1)} with ${ids.length}`,
  );
  // What remains: the heartbeats of two nodes once a second, and their sweepers ten times, fewer on a busy machine. A command a ping and
  // client would be one a second for each of them.
  expect(full.all).toBeLessThan(empty.all * 1.5 + CLIENTS / 2);
  for (const name of ['get', 'set', 'sadd', 'srem']) {
    expect(full.byCommand.get(name) ?? 0, name).toBeLessThan((empty.byCommand.get(name) ?? 0) + 2);
  }
  expect(crowd.closes).toEqual([]);
});
