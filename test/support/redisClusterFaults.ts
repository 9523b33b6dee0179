/** Ways in which a part of a Redis Cluster comes to another server: with all it had, or without the last of it. */
import { createKeys } from '../../src/adapters/redis/keys.js';
import type { TestPair, TestRedisCluster } from './redisCluster.js';

/** What REDIS_SHARDS is on a Cluster where nobody sets it. */
const SHARDS = 64;
const keys = createKeys(SHARDS);

export interface ClusterFault {
  /** What is said of the Cluster. */
  readonly name: string;
  /** From now on what is written is lost with the fault; left out where nothing is lost. */
  readonly mark?: (redis: TestRedisCluster) => Promise<unknown>;
  /** Resolves when the Cluster serves all slots again. */
  readonly happen: (redis: TestRedisCluster) => Promise<unknown>;
}

/** The master to which it happens. */
const victimOf = (redis: TestRedisCluster): Promise<TestPair> => redis.pairOf(keys.of(0).shard);

export const TAKEN_OVER: ClusterFault = {
  name: 'has a master killed and its replica take over at once',
  happen: async (redis) => redis.takeOver(await victimOf(redis)),
};

export const FAILED_OVER: ClusterFault = {
  name: 'has a master killed and the others choose its replica',
  happen: async (redis) => redis.failOver(await victimOf(redis)),
};

export const BEHIND: ClusterFault = {
  name: 'has a master killed whose replica was behind',
  mark: async (redis) => redis.separate(await victimOf(redis)),
  happen: async (redis) => redis.takeOver(await victimOf(redis)),
};

export const MOVED: ClusterFault = {
  name: 'has every slot of a master moved to another',
  async happen(redis) {
    const from = await victimOf(redis);
    const all = Array.from({ length: SHARDS }, (_, shard) => keys.of(shard).shard);
    const pairs = await Promise.all(all.map((key) => redis.pairOf(key)));
    const to = pairs.find((pair) => pair !== from)!;
    for (const [i, key] of all.entries()) if (pairs[i] === from) await redis.moveSlot(key, to);
  },
};
