/** Faults that move a part of a Redis Cluster to another server: whole, or without its latest writes. */
import { createKeys } from '../../../src/adapters/redis/keys.js';
import type { TestPair, TestRedisCluster } from './redisCluster.js';

/** The default of REDIS_SHARDS on a Cluster. */
const SHARDS = 64;
const keys = createKeys(SHARDS);

export interface ClusterFault {
  /** Completes the sentence "a Redis Cluster that …". */
  readonly name: string;
  /** What is written from now on is lost with the fault; left out where nothing is lost. */
  readonly mark?: (redis: TestRedisCluster) => Promise<unknown>;
  /** Resolves when the Cluster serves all slots again. */
  readonly happen: (redis: TestRedisCluster) => Promise<unknown>;
}

/** The master that the fault hits. */
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
