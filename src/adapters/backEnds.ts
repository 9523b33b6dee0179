/** Opens the live back-end: the store of what is live and the bus between nodes, in memory or in Redis. */
import { randomUUID } from 'node:crypto';
import type { Bus } from '../presence/ports/bus.js';
import type { StateMarks } from '../presence/ports/stateMarks.js';
import type { LiveStore } from '../presence/ports/stores.js';
import type { Timings } from '../presence/types.js';
import type { SocialBus } from '../social/ports/socialBus.js';
import type { MessageKind } from './busTopics.js';
import { createMemoryBus } from './memory/memoryBus.js';
import { createMemoryStore } from './memory/memoryStore.js';
import { createKeys } from './redis/keys.js';
import { createRedisBus } from './redis/redisBus.js';
import { openRedis, type RedisConnection } from './redis/redisConnection.js';
import { createRedisStore } from './redis/redisStore.js';
import { createRedises, type Redises } from './redis/scripts.js';
import { checkRedis } from './redis/startChecks.js';
import type { SocialReceiver } from './socialTopics.js';

/** How long a start waits for a Redis that does not answer yet. */
const REACH_MS = 8_000;

export interface Live {
  readonly store: LiveStore;
  readonly stateMarks: StateMarks;
  readonly bus: Bus & SocialBus & SocialReceiver;
  /** Runs scripts for what else is stored in Redis; null in memory. */
  readonly redis: Redises | null;
  close(): Promise<void>;
}

export interface LiveOptions {
  /** Null: memory. Several: the nodes of a Redis Cluster. */
  readonly redisUrls: readonly string[] | null;
  readonly redisShards: number;
  readonly timings: Timings;
  /** Counts the messages that this node receives through the bus. */
  readonly onMessage: (kind: MessageKind) => void;
  /** Called with each failure of a connection to Redis. */
  readonly onError: (error: unknown) => void;
  /** For how many ms a start waits for Redis. */
  readonly reachMs?: number;
}

/** Rejects with a StartFault, a sentence for the operator, where Redis cannot be used. */
export const openLive = async ({ redisUrls, ...options }: LiveOptions): Promise<Live> => {
  if (redisUrls === null) return openMemory(options);
  const connection = openRedis(redisUrls, options);
  try {
    await checkRedis(connection.client, options.redisShards, {
      url: redisUrls[0]!,
      reachMs: options.reachMs ?? REACH_MS,
    });
    return await openOverRedis(connection, options);
  } catch (error) {
    await connection.close();
    throw error;
  }
};

const openMemory = ({ onMessage }: Pick<LiveOptions, 'onMessage'>): Live => {
  const bus = createMemoryBus({ onMessage });
  const { stateMarks, ...store } = createMemoryStore({ bus });
  return { store, stateMarks, bus, redis: null, close: async () => {} };
};

const openOverRedis = async (
  connection: RedisConnection,
  { redisShards, timings, onMessage }: Omit<LiveOptions, 'redisUrls'>,
): Promise<Live> => {
  const keys = createKeys(redisShards);
  const redises = createRedises(connection.client);
  const probe = randomUUID();
  const bus = createRedisBus({ connection, keys, probe, onMessage });
  await bus.start();
  const { stateMarks, ...store } = createRedisStore({
    redises,
    keys,
    publish: connection.publish,
    probe,
    leaseMs: timings.heartbeatTimeoutMs,
    quietMs: timings.heartbeatIntervalMs,
    maxQuietMs: Math.max(timings.sessionTtlMs, timings.graceMs, timings.heartbeatTimeoutMs),
  });
  return {
    store,
    stateMarks,
    bus,
    redis: redises,
    async close() {
      await store.close();
      await bus.close();
      await connection.close();
    },
  };
};
