import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { gather } from '../support/cluster/crowd.js';
import { insist } from '../support/cluster/insist.js';
import { rounds } from '../support/cluster/rounds.js';
import { isLive, isOffline, observe } from '../support/http/observer.js';

const BACK_WITHIN_MS = 5_000;
/** What a busy machine may add. */
const LOAD_MS = 6_000;

const faults: [string, (cluster: Cluster) => Promise<unknown>][] = [
  ['flushed', ({ redis }) => redis.admin.flushall()],
  ['killed and restarted empty', ({ redis }) => redis.restartEmpty()],
];

const USERS = rounds(24, 50);

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 2, env: { SESSION_TTL: '60s' } });
});
afterAll(() => cluster.stop());

for (const [place, [fault, happen]] of faults.entries()) {
  it(`a Redis that is ${fault}: sessions come back as they were, and nobody is shown offline who did not leave`, async () => {
    const [a, b] = [cluster.node(0), cluster.node(1)];
    const ids = await cluster.followed(`watcher-${place}`, `user-${place}`, USERS);
    const [busy, over, leaver, app] = ids.slice(0, 4) as [string, string, string, string];
    const staying = ids.filter((id) => id !== leaver);
    const watchers = await Promise.all(
      [a, b].map(async (node) => observe(await cluster.person(`watcher-${place}`, node).connect({ presence: false }))),
    );
    await gather({ ids: ids.slice(4), at: (i) => cluster.node(i % 2), device: 'MOBILE' });

    const busySocket = await cluster.person(busy, b).connect({ device: 'DESKTOP', sessionId: 'desk' });
    await busySocket.setPresence({ activities: [{ type: 'PLAYING', name: 'chess' }], status: 'DO_NOT_DISTURB' });
    const secondTab = await cluster.person(busy, b).connect({ device: 'WEB', sessionId: 'second' });
    await secondTab.setPresence({ activities: [{ type: 'WATCHING', name: 'a film' }] });
    await cluster.host(a).putActivity(busy, 'calls', [{ type: 'IN_CALL', name: 'a meeting' }]);
    await cluster.person(over, b).connect({ device: 'WEB', sessionId: 'web' });
    // Its app uses HTTP, on whichever node the load balancer picks.
    await cluster.person(over, a).setPresence({ activities: [{ type: 'LISTENING', name: 'a song' }] });
    const leaving = await cluster.person(leaver, b).connect({ sessionId: 'gone' });
    const lease = await cluster.person(app, a).heartbeat({ sessionId: 'phone', device: 'MOBILE' });
    for (const watcher of watchers) {
      await watcher.until(ids, isLive);
      await watcher.until([over], ({ activities }) => activities[0]?.name === 'a song');
      await watcher.until([busy], ({ activities }) => activities.length === 3);
    }
    const me = async (id: string) => (await cluster.person(id, a).me()).sessions;
    const before = new Map(await Promise.all([busy, over, app].map(async (id) => [id, await me(id)] as const)));
    const shown = new Map(watchers[0]?.latest);
    for (const watcher of watchers) watcher.forget();

    await happen(cluster);
    const at = performance.now();
    await leaving.drop();
    // A change made meanwhile is refused or kept; one that is retried until it is accepted arrives.
    await insist(() => busySocket.say('meanwhile'));
    await insist(() => cluster.host(b).presence(ids));
    const backAfter = performance.now() - at;
    console.log(`${fault}: back after ${backAfter.toFixed()} ms`);
    expect(backAfter).toBeLessThan(BACK_WITHIN_MS + LOAD_MS);

    for (const watcher of watchers) {
      await watcher.until([busy], ({ statusMessage }) => statusMessage?.text === 'meanwhile');
      await watcher.until([leaver], isOffline);
      expect(new Set(watcher.offline.map(({ userId }) => userId))).toEqual(new Set([leaver]));
      for (const id of staying) {
        const { asOf: _, statusMessage: __, ...rest } = watcher.latest.get(id)!;
        expect(rest).toEqual(expect.objectContaining({ ...projectedRecord(shown.get(id)) }));
      }
    }
    const present = await cluster.host(a).presence(ids);
    for (const { asOf: _, statusMessage: __, ...rest } of present.filter(({ userId }) => userId !== leaver)) {
      expect(rest).toEqual(projectedRecord(shown.get(rest.userId)));
    }
    for (const [id, sessions] of before) {
      const now = await me(id);
      expect(now.map(comparable)).toEqual(sessions.map(comparable));
    }
    const phone = (await me(app))[0];
    expect(Date.parse(phone?.expiresAt ?? '')).toBeGreaterThanOrEqual(Date.parse(lease.expiresAt) - 5);
    for (const { run } of cluster.nodes) expect(run.child.exitCode).toBeNull();
  });
}

const comparable = ({
  id,
  device,
  idle,
  startedAt,
}: {
  id: string;
  device: string;
  idle: boolean;
  startedAt: string;
}) => ({
  id,
  device,
  idle,
  startedAt,
});

/** What others see, without the instants and the changes made meanwhile. */
const projectedRecord = (presence: object | undefined) => {
  const { asOf: _, statusMessage: __, ...rest } = presence as { asOf: string; statusMessage: unknown };
  return rest;
};
