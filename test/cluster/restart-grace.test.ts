import { expect, it } from 'vitest';
import { startCluster } from '../support/cluster/cluster.js';
import { gather } from '../support/cluster/crowd.js';
import { rounds } from '../support/cluster/rounds.js';
import { isLive, observe } from '../support/http/observer.js';

const RETURNING = rounds(40, 300);
const LEAVING = 10;
/** Far shorter than the closing of so many sockets is spread, and than they take to come back. */
const GRACE_MS = 100;
/** As long as a busy machine may take to let them in again; what is added to the grace is within it. */
const SHORT_GRACE = { PRESENCE_OFFLINE_DEBOUNCE: `${GRACE_MS}ms`, HEARTBEAT_TIMEOUT: '45s' };
/** What is added, whatever the number. */
const ADDED_MS = 10_000;

it('a grace that is over long before a crowd is back: who was sent away is waited for, and who stays away goes', async () => {
  const cluster = await startCluster({ nodes: 2, env: SHORT_GRACE });
  const [survivor, leaving] = [cluster.node(0), cluster.node(1)];
  const returning = await cluster.followed('watcher', 'user', RETURNING);
  const gone = await cluster.followed('watcher', 'gone', LEAVING);
  const observer = observe(await cluster.person('watcher', survivor).connect({ presence: false }));
  // Most of them come back when the grace alone would be over.
  const at = (_: number, attempt: number) => (attempt === 0 ? leaving : survivor);
  const crowd = await gather({ ids: returning, at, delayMs: 1_000 });
  const others = await gather({ ids: gone, at, returns: false });
  await observer.until([...returning, ...gone], isLive);
  observer.forget();

  const toldAt = Date.now();
  expect(await leaving.stop()).toEqual({ code: 0, signal: null });
  await crowd.allLive();
  await others.allGone();
  await observer.until(gone, ({ status }) => status === 'OFFLINE');

  const away = Math.max(...crowd.absences);
  console.log(`restart: ${RETURNING} moved, away for ${away} ms at most with a grace of ${GRACE_MS} ms`);
  expect(away).toBeGreaterThan(GRACE_MS);
  expect(observer.offline.map(({ userId }) => userId).toSorted()).toEqual(gone.toSorted());
  for (const { asOf } of observer.offline) expect(Date.parse(asOf) - toldAt).toBeGreaterThan(ADDED_MS);
});
