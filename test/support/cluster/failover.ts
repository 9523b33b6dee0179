/**
 * A store that goes and comes back under users of every kind: what was acknowledged is all that anybody is
 * shown, and it can be asked again in time (docs/operations.md, "When something fails").
 */
import { expect, it, onTestFinished } from 'vitest';
import { type Cluster, startCluster } from './cluster.js';
import { populate } from './population.js';
import { startRedisCluster } from './redisCluster.js';
import type { ClusterFault } from './redisClusterFaults.js';
import { inflict, type RedisFault } from './redisFaults.js';

const BACK_WITHIN_MS = 8_000;
/** What a busy machine may add. */
const LOAD_MS = 4_000;
/** So much later than the others a node may find out. */
const LATE_MS = 2_500;
const NODES = 3;
/** Longer than any of it takes. */
const SESSION_TTL = '120s';

/** How the nodes find out. */
export interface Found {
  readonly how: string;
  /** Which of them do so later, and by how many ms. */
  readonly late: ReadonlyMap<number, number>;
}
export const AT_ONCE: Found = { how: 'by all nodes at once', late: new Map() };
export const ONE_LATE: Found = { how: 'by one node later than by another', late: new Map([[1, LATE_MS]]) };

const expectAllShown = async (
  cluster: Cluster,
  { name, mark, happen }: { readonly name: string; mark(): Promise<unknown>; happen(): Promise<unknown> },
): Promise<void> => {
  const population = await populate(cluster);
  await mark();
  await population.change();
  population.askOn();
  await happen();
  const ms = await population.answered();
  console.log(`${name}: answers again after ${ms.toFixed()} ms`);
  expect(await population.findings()).toEqual([]);
  expect(ms).toBeLessThan(BACK_WITHIN_MS + LOAD_MS);
  for (const { run } of cluster.nodes.slice(0, 2)) expect(run.child.exitCode).toBeNull();
};

/** A Redis of which that becomes. */
export const testRedis = (fault: RedisFault, { how, late }: Found): void => {
  const name = `a Redis that is ${fault.name}, found ${how}`;
  it(`${name}: what was acknowledged is all that anybody is shown`, async () => {
    const { redisArgs = [] } = fault;
    const cluster = await startCluster({ nodes: NODES, ways: true, env: { SESSION_TTL }, redisArgs });
    const armed = await fault.arm(cluster);
    await expectAllShown(cluster, { name, mark: armed.mark, happen: () => inflict(cluster, armed, late) });
  });
};

/** A Redis Cluster to which that happens. */
export const testRedisCluster = (fault: ClusterFault): void => {
  const name = `a Redis Cluster that ${fault.name}`;
  it(`${name}: what was acknowledged is all that anybody is shown`, async () => {
    const redis = await startRedisCluster();
    onTestFinished(() => redis.stop());
    const cluster = await startCluster({ nodes: NODES, env: { REDIS_URL: redis.url, SESSION_TTL } });
    await expectAllShown(cluster, {
      name,
      mark: async () => fault.mark?.(redis),
      happen: () => fault.happen(redis),
    });
  });
};
