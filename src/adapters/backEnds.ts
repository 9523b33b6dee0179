import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { StartFault } from '../config/startFault.js';
import type { Bus } from '../presence/ports/bus.js';
import type { LiveStore } from '../presence/ports/stores.js';
import type { Timings } from '../presence/types.js';
import type { MessageKind } from './busTopics.js';
import { createMemoryBus } from './memory/memoryBus.js';
import { createMemoryStore } from './memory/memoryStore.js';
import { createKeys, SHARDS_KEY } from './redis/keys.js';
import { checkTellsWhich, whyUnusable } from './redis/reach.js';
import { createRedisBus } from './redis/redisBus.js';
import { openRedis } from './redis/redisConnection.js';
import { createRedisStore } from './redis/redisStore.js';
import { createRedises, type RedisClient } from './redis/scripts.js';

/** How long a start waits for Redis, and how often it asks. */
const REACH_MS = 8_000;
const RETRY_MS = 200;

/** What is live, and who hears of it: of one process, or of many. */
export interface Live {
  readonly store: LiveStore;
  readonly bus: Bus;
  /** Null in memory. */
  readonly redis: RedisClient | null;
  close(): Promise<void>;
}

const openMemory = (onMessage: (kind: MessageKind) => void): Live => {
  const bus = createMemoryBus({ onMessage });
  const store = createMemoryStore({ bus });
  return { store, bus, redis: null, close: async () => {} };
};

/** Where Redis is, and how long it is waited for one that is on its way. */
interface Reach {
  readonly url: string;
  readonly reachMs: number;
}

/** What `ask` resolves to, which is asked until then. */
const reached = async <T>(
  client: RedisClient,
  { url, reachMs }: Reach,
  ask: (client: RedisClient) => Promise<T>,
): Promise<T> => {
  const giveUpAt = performance.now() + reachMs;
  for (;;) {
    try {
      return await ask(client);
    } catch (error) {
      if (performance.now() > giveUpAt) throw new StartFault(await whyUnusable(url, ask, error), { cause: error });
      await wait(RETRY_MS);
    }
  }
};

/** The number of shards as the first node stored it. */
const storedShards = (client: RedisClient, shards: number, reach: Reach): Promise<number> =>
  reached(client, reach, async (asked) => {
    await asked.set(SHARDS_KEY, shards, 'NX');
    return Number(await asked.get(SHARDS_KEY));
  });

/** The number of shards is the first node's to choose: keys of another number would not be found. */
const checkShards = async (client: RedisClient, shards: number, reach: Reach): Promise<void> => {
  const stored = await storedShards(client, shards, reach);
  if (stored === shards) return;
  throw new StartFault(
    `REDIS_SHARDS is ${shards}, but what is in Redis was made with ${stored}. Set it to ${stored}, or use an empty Redis.`,
  );
};

/**
 * Opens what is live: Redis (or, with several addresses, a Redis Cluster) at `redisUrls`, or memory where that is null.
 * Rejects with a sentence for the operator.
 */
export const openLive = async ({
  redisUrls,
  redisShards,
  timings,
  onMessage,
  onError,
  reachMs = REACH_MS,
}: {
  readonly redisUrls: readonly string[] | null;
  readonly redisShards: number;
  readonly timings: Timings;
  /** Counts what this node hears through the bus. */
  readonly onMessage: (kind: MessageKind) => void;
  readonly onError: (error: unknown) => void;
  /** How long it is waited for a Redis that is on its way. */
  readonly reachMs?: number;
}): Promise<Live> => {
  if (redisUrls === null) return openMemory(onMessage);
  const connection = openRedis(redisUrls, { onError });
  try {
    const { client, publish } = connection;
    const reach = { url: redisUrls[0]!, reachMs };
    await checkShards(client, redisShards, reach);
    await reached(client, reach, checkTellsWhich);
    const keys = createKeys(redisShards);
    const probe = randomUUID();
    const bus = createRedisBus({ connection, keys, probe, onMessage });
    await bus.start();
    const store = createRedisStore({
      redises: createRedises(client),
      keys,
      publish,
      probe,
      leaseMs: timings.heartbeatTimeoutMs,
      quietMs: timings.heartbeatIntervalMs,
      maxQuietMs: Math.max(timings.sessionTtlMs, timings.graceMs, timings.heartbeatTimeoutMs),
    });
    return {
      store,
      bus,
      redis: client,
      async close() {
        await store.close();
        await bus.close();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
};
