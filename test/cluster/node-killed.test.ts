import { expect, it } from 'vitest';
import { startCluster } from '../support/cluster/cluster.js';
import { gather } from '../support/cluster/crowd.js';
import { isLive, isOffline, observe } from '../support/http/observer.js';

const GRACE_MS = 1_000;
const LEASE_MS = 3_000;
/** What is allowed beyond the lease and the grace: the machine may be busy. */
const SLACK_MS = 15_000;

it('users of a killed node go offline, except those who return elsewhere in time', async () => {
  const cluster = await startCluster({ nodes: 2 });
  const [survivor, victim] = [cluster.node(0), cluster.node(1)];
  const ids = await cluster.followed('watcher', 'user', 200);
  const [returning, gone] = [ids.slice(0, 100), ids.slice(100)];
  const observer = observe(await cluster.person('watcher', survivor).connect({ presence: false }));

  const back = await gather({ ids: returning, at: (_, attempt) => (attempt === 0 ? victim : survivor) });
  await gather({ ids: gone, at: () => victim, returns: false });
  await observer.until(ids, isLive);
  observer.forget();

  const killedAt = Date.now();
  await victim.stop('SIGKILL');
  await back.allLive();
  await observer.until(gone, isOffline);

  const lost = observer.offline;
  const wentAt = lost.map(({ asOf }) => Date.parse(asOf));
  const seen = lost.map(({ lastSeen }) => Date.parse(lastSeen ?? ''));
  console.log(
    `killed: offline after ${Math.min(...wentAt) - killedAt} to ${Math.max(...wentAt) - killedAt} ms, lastSeen ${
      Math.min(...seen) - killedAt
    } to ${Math.max(...seen) - killedAt} ms`,
  );
  expect(new Set(lost.map(({ userId }) => userId))).toEqual(new Set(gone));
  expect(lost).toHaveLength(gone.length);
  expect(Math.max(...wentAt)).toBeLessThanOrEqual(killedAt + LEASE_MS + GRACE_MS + SLACK_MS);
  for (const [i, at] of wentAt.entries()) expect(at - (seen[i] ?? at)).toBeGreaterThanOrEqual(GRACE_MS);
  // The node was last heard of by its lease, which had not run out when it was killed.
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(killedAt - LEASE_MS);
  expect(Math.max(...seen)).toBeLessThanOrEqual(killedAt + 5);

  const present = await cluster.host().presence(ids);
  expect(present.filter(isLive).map(({ userId }) => userId)).toEqual(returning);
});
