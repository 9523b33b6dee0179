/** The history while nodes die and the live store is lost (docs/doors.md#history). */
import { print } from 'graphql';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { PresenceHistoryDocument, type PresenceHistoryQuery } from '../generated/operations.js';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { gather } from '../support/cluster/crowd.js';
import { isLive, isOffline, observe } from '../support/http/observer.js';

const DAY_MS = 86_400_000;
const SOON = { timeout: 60_000, interval: 200 };

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 2, env: { PRESENCE_HISTORY: '90d', PRESENCE_OFFLINE_DEBOUNCE: '10s' } });
});
afterAll(() => cluster.stop());

const spansOf = async (userId: string) => {
  const [from, to] = [-DAY_MS, DAY_MS].map((ms) => new Date(Date.now() + ms).toISOString());
  const answer = await cluster
    .host()
    .execute<PresenceHistoryQuery>(print(PresenceHistoryDocument), { userId, from, to });
  return answer.presenceHistory.edges.map(({ node }) => node);
};

it('is not cut by an emptied store or a killed node, and ends for who does not return', async () => {
  const [survivor, victim] = [cluster.node(0), cluster.node(1)];
  const ids = await cluster.followed('watcher', 'user', 6);
  const [returning, gone] = [ids.slice(0, 3), ids.slice(3)];
  const observer = observe(await cluster.person('watcher', survivor).connect({ presence: false }));
  const back = await gather({ ids: returning, at: (_, attempt) => (attempt === 0 ? victim : survivor), device: 'WEB' });
  await gather({ ids: gone, at: () => victim, returns: false, device: 'WEB' });
  await observer.until(ids, isLive);
  const begun = new Map<string, string>();
  for (const id of ids) {
    await vi.waitFor(async () => {
      const [span] = await spansOf(id);
      expect(span).toMatchObject({ device: 'WEB', status: 'ONLINE', to: null });
      begun.set(id, span!.from);
    }, SOON);
  }

  await cluster.redis.admin.flushall();
  // Queries are answered again once what was lost is restored.
  await vi.waitFor(async () => expect((await cluster.host().presence(ids)).filter(isLive)).toHaveLength(6), SOON);
  observer.forget();
  await victim.stop('SIGKILL');
  await back.allLive();
  await observer.until(gone, isOffline);
  for (const id of gone) {
    await vi.waitFor(async () => {
      const lastSeen = (await cluster.host().userPresence(id))?.lastSeen;
      expect(await spansOf(id)).toMatchObject([{ from: begun.get(id), to: lastSeen }]);
    }, SOON);
  }
  for (const id of returning) expect(await spansOf(id)).toMatchObject([{ from: begun.get(id), to: null }]);
});
