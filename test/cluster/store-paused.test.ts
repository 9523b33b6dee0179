import { expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { gather } from '../support/cluster/crowd.js';
import { post } from '../support/http/http.js';
import { isLive, observe } from '../support/http/observer.js';
import { connectSocket, SocketRefused } from '../support/http/socket.js';

/** What a busy machine may add to each of the limits. */
const LOAD_MS = 6_000;
const UNREADY_WITHIN_MS = 3_000;
const REFUSED_WITHIN_MS = 2_000;
/** Many more than are admitted at a time. */
const NEWCOMERS = 400;
const TURNED_AWAY_WITHIN_MS = 3_000;
const UP_TO_DATE_WITHIN_MS = 8_000;
/** Longer than the lease, the grace and every time-out of a command together. */
const PAUSE_MS = 9_000;

const timed = async <T>(act: () => Promise<T>): Promise<[T, number]> => {
  const at = performance.now();
  const result = await act();
  return [result, performance.now() - at];
};

const refusal = async (cluster: Cluster, document: string) => {
  const { url } = cluster.node(0);
  const token = await cluster.person('user-0').token();
  const [{ body }, ms] = await timed(() => post(url, token, document));
  const extensions = body.errors?.[0]?.extensions;
  return { code: extensions?.code, retries: typeof extensions?.retryAfterMs, ms };
};

/** The code with which a new connection is refused. */
const refused = (cluster: Cluster, userId: string): Promise<number> =>
  cluster
    .person(userId)
    .connect()
    .then(
      () => Promise.reject(new Error('let in')),
      (error: unknown) => (error instanceof SocketRefused ? error.code : Promise.reject(error)),
    );

it('a Redis that hangs for longer than every time-out: answers are UNAVAILABLE at once, nobody goes offline, and all is up to date afterwards', async () => {
  const cluster = await startCluster({ nodes: 2 });
  const ids = await cluster.followed('watcher', 'user', 40);
  const observers = await Promise.all(
    cluster.nodes.map(async (node) => observe(await cluster.person('watcher', node).connect({ presence: false }))),
  );
  const crowd = await gather({ ids, at: (place) => cluster.node(place % 2) });
  const returning = await connectSocket(cluster.node(1).wsUrl, {
    authorization: `Bearer ${await cluster.person('user-0').token()}`,
  });
  for (const observer of observers) {
    await observer.until(ids, isLive);
    observer.forget();
  }

  const pausedAt = performance.now();
  cluster.redis.signal('SIGSTOP');
  const [, unreadyAfter] = await timed(() => Promise.all(cluster.nodes.map((node) => node.ready(503))));
  const query = await refusal(cluster, '{ me { userId } }');
  const mutation = await refusal(cluster, 'mutation { setPresence(input: { status: AWAY }) { status } }');
  const refusals = await Promise.all(
    Array.from({ length: NEWCOMERS }, (_, place) => timed(() => refused(cluster, `new-${place}`))),
  );
  await pausedFor(pausedAt);

  expect(crowd.closes).toEqual([]);
  cluster.redis.signal('SIGCONT');
  const at = performance.now();
  const change = async (): Promise<unknown> => returning.say('back').catch(change);
  await change();
  for (const observer of observers) {
    await observer.until(['user-0'], ({ statusMessage }) => statusMessage?.text === 'back');
  }
  await cluster.ready();
  const upToDateAfter = performance.now() - at;
  const turnedAwayAfter = Math.max(...refusals.map(([, ms]) => ms));
  console.log(
    `paused: 503 after ${unreadyAfter.toFixed()} ms, query refused in ${query.ms.toFixed()} ms, mutation in ${mutation.ms.toFixed()} ms, ${NEWCOMERS} newcomers within ${turnedAwayAfter.toFixed()} ms, up to date ${upToDateAfter.toFixed()} ms after its return`,
  );

  expect(unreadyAfter).toBeLessThan(UNREADY_WITHIN_MS + LOAD_MS);
  for (const { code, retries, ms } of [query, mutation]) {
    expect([code, retries]).toEqual(['UNAVAILABLE', 'number']);
    expect(ms).toBeLessThan(REFUSED_WITHIN_MS + LOAD_MS);
  }
  expect(new Set(refusals.map(([code]) => code))).toEqual(new Set([1013]));
  expect(turnedAwayAfter).toBeLessThan(TURNED_AWAY_WITHIN_MS + LOAD_MS);
  expect(upToDateAfter).toBeLessThan(UP_TO_DATE_WITHIN_MS + LOAD_MS);
  expect(crowd.closes).toEqual([]);
  for (const observer of observers) expect(observer.offline).toEqual([]);
  expect((await cluster.host().presence(ids)).every(isLive)).toBe(true);
});

/** A fault that lasts: only the clock tells when it has lasted long enough. */
const pausedFor = (since: number) =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, PAUSE_MS - (performance.now() - since))));
