import { expect, it } from 'vitest';
import { startCluster } from '../support/cluster/cluster.js';
import { gather } from '../support/cluster/crowd.js';
import { rounds } from '../support/cluster/rounds.js';
import { isLive, isOffline, observe } from '../support/http/observer.js';

/** For whom a busy machine lets come back late. */
const GRACE_MS = 10_000;
const RETURNING = rounds(30, 100);
const GONE = rounds(50, 100);
const LEASE_MS = 3_000;
/** What is allowed beyond the lease and the grace: the machine may be busy. */
const SLACK_MS = 15_000;

it('users of a killed node go offline, except those who return elsewhere in time', async () => {
  const cluster = await startCluster({ nodes: 2, env: { PRESENCE_OFFLINE_DEBOUNCE: `${GRACE_MS}ms` } });
  const [survivor, victim] = [cluster.node(0), cluster.node(1)];
  const ids = await cluster.followed('watcher', 'user', RETURNING + GONE);
  const [returning, gone] = [ids.slice(0, RETURNING), ids.slice(RETURNING)];
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
