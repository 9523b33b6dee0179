import { expect, it } from 'vitest';
import { startCluster } from '../support/cluster/cluster.js';
import { gather } from '../support/cluster/crowd.js';
import { rounds } from '../support/cluster/rounds.js';
import { isLive, observe } from '../support/http/observer.js';

const CLIENTS = rounds(200, 2_000);
/** The design's ten seconds are for a machine that is the servers' alone. */
const BACK_WITHIN_MS = 40_000;

it(`${CLIENTS} clients that drop and come back at once: nobody is shown offline, and all are live again`, async () => {
  // The clients share a busy machine with the servers: the grace is as long as they may take together.
  const cluster = await startCluster({ nodes: 2, env: { PRESENCE_OFFLINE_DEBOUNCE: '40s', HEARTBEAT_TIMEOUT: '45s' } });
  const ids = await cluster.followed('watcher', 'user', CLIENTS);
  const observer = observe(await cluster.person('watcher').connect({ presence: false }));
  const crowd = await gather({ ids, at: (place, attempt) => cluster.node((place + attempt) % 2) });
  await observer.until(ids, isLive);
  observer.forget();

  crowd.drop();
  const backAfter = await crowd.allLive();
  console.log(
    `storm: all ${CLIENTS} live again after ${backAfter.toFixed()} ms, ${crowd.closes.length - CLIENTS} refused on the way`,
  );
  expect(backAfter).toBeLessThan(BACK_WITHIN_MS);
  await cluster.person(ids[0] ?? '').say('all back');
  await observer.until(ids.slice(0, 1), ({ statusMessage }) => statusMessage?.text === 'all back');
  expect(observer.offline).toEqual([]);
  expect((await cluster.host().online()).totalCount).toBe(CLIENTS);
  expect((await cluster.host().presence(ids.slice(0, 1_000))).every(isLive)).toBe(true);
  await crowd.leave();
});
