/**
 * A block made while the subscription that it concerns is starting (docs/architecture.md#visibility, and
 * invariants 9 and 10), at both nodes, in many interleavings.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import { patient } from '../support/http/api.js';
import { createPerson } from '../support/http/rollcall.js';
import { randomFrom } from '../support/unit/random.js';

const PAIRS = 20;
const ROUNDS = 6;
/** The greatest interval between the start and the block. */
const APART_MS = 40;
const AFTER_MS = 1_000;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
  return cluster.stop;
});

it('sends nothing a second after the block was answered, and the last event equals the answer of a query', async () => {
  const random = randomFrom(20);
  const host = cluster.host();
  const pairs = Array.from({ length: PAIRS }, (_, i) => ({
    viewer: createPerson(cluster.node(i % 2), `viewer-${i}`, {}, patient),
    blockers: cluster.nodes.map((node) => createPerson(node, `watched-${i}`, {}, patient)),
    watchedId: `watched-${i}`,
  }));
  await host.upsertUsers(pairs.flatMap(({ viewer, watchedId }) => [{ id: viewer.id }, { id: watchedId }]));
  await host.addFollows(pairs.map(({ viewer, watchedId }) => ({ followerId: viewer.id, followeeId: watchedId })));

  const seen = { nothing: 0, live: 0 };
  await Promise.all(
    pairs.map(async ({ viewer, blockers, watchedId }) => {
      await blockers[0]!.connect();
      const socket = await viewer.lurk();
      for (let round = 0; round < ROUNDS; round += 1) {
        const blocker = blockers[Math.floor(random() * 2)]!;
        const [startsIn, blocksIn] = [random() * APART_MS, random() * APART_MS];
        const starting = wait(startsIn).then(() => socket.watch(round % 3 === 0 ? null : [watchedId]));
        const sessionReference = round % 2 === 0 ? blocker.say(`round ${round}`) : undefined;
        await wait(blocksIn);
        await blocker.block(viewer.id);
        const watch = await starting;
        await Promise.all([wait(AFTER_MS), sessionReference]);
        const sent = watch.transcript.length;

        await blocker.say(`secret ${round}`);
        expect(await viewer.userPresence(watchedId)).toBeNull();
        await wait(100);
        expect(watch.transcript.slice(sent)).toEqual([]);
        expect(watch.transcript.at(-1)?.status ?? 'OFFLINE').toBe('OFFLINE');
        expect(JSON.stringify(watch.transcript)).not.toContain(`secret ${round}`);
        seen[watch.transcript.length === 0 ? 'nothing' : 'live'] += 1;

        await blocker.unblock(viewer.id);
        expect(await watch.nextWhere(({ status }) => status === 'ONLINE')).toMatchObject({ userId: watchedId });
        watch.stop();
      }
    }),
  );
  // Both orders occurred.
  expect(seen.nothing).toBeGreaterThan(0);
  expect(seen.live).toBeGreaterThan(0);
}, 120_000);
