/** A Redis Cluster whose masters are replaced, or whose slots move, under some hundreds of users of every kind. */
import { expect, onTestFinished, test } from 'vitest';
import { createKeys } from '../../src/store/keys.js';
import { startCluster } from '../support/cluster.js';
import { populate } from '../support/population.js';
import { startRedisCluster, type TestRedisCluster } from '../support/redisCluster.js';

const BACK_WITHIN_MS = 8_000;
/** What a busy machine may add. */
const LOAD_MS = 4_000;
const SHARDS = 64;
const keys = createKeys(SHARDS);

interface ClusterFault {
  readonly name: string;
  readonly happen: (redis: TestRedisCluster) => Promise<unknown>;
}

const faults: ClusterFault[] = [
  {
    name: 'has a master killed and its replica take over at once',
    happen: async (redis) => redis.takeOver(await redis.pairOf(keys.of(0).shard)),
  },
  {
    name: 'has a master killed and the others choose its replica',
    happen: async (redis) => redis.failOver(await redis.pairOf(keys.of(0).shard)),
  },
  {
    name: 'has every slot of a master moved to another',
    async happen(redis) {
      const from = await redis.pairOf(keys.of(0).shard);
      const all = Array.from({ length: SHARDS }, (_, shard) => keys.of(shard).shard);
      const pairs = await Promise.all(all.map((key) => redis.pairOf(key)));
      const to = pairs.find((pair) => pair !== from)!;
      for (const [i, key] of all.entries()) if (pairs[i] === from) await redis.moveSlot(key, to);
    },
  },
];

for (const { name, happen } of faults) {
  test(`a Redis Cluster that ${name}: what was acknowledged is all that anybody is shown`, async () => {
    const redis = await startRedisCluster();
    onTestFinished(() => redis.stop());
    const cluster = await startCluster({ nodes: 3, env: { REDIS_URL: redis.url, SESSION_TTL: '120s' } });
    const population = await populate(cluster);
    await population.change();
    population.askOn();
    await happen(redis);
    const ms = await population.answered();
    console.log(`${name}: answers again after ${ms.toFixed()} ms`);
    expect(await population.findings()).toEqual([]);
    expect(ms).toBeLessThan(BACK_WITHIN_MS + LOAD_MS);
    for (const { run } of cluster.nodes.slice(0, 2)) expect(run.child.exitCode).toBeNull();
  });
}
