/** What a start requires of Redis. Each fault stops the start with a sentence for the operator. */
import { setTimeout as wait } from 'node:timers/promises';
import { StartFault } from '../../config/startFault.js';
import { SHARDS_KEY } from './keys.js';
import { checkTellsWhich, whyUnusable } from './reach.js';
import type { RedisClient } from './scripts.js';

/** How often a start asks a Redis that does not answer yet. */
const RETRY_MS = 200;

/** Where Redis is, and for how long a start waits for it. */
export interface Reach {
  readonly url: string;
  readonly reachMs: number;
}

/** Repeats `ask` until it succeeds, for `reachMs`. */
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

/** The number of shards is the first node's to choose: with another number no key would be found. */
const checkShards = async (client: RedisClient, shards: number, reach: Reach): Promise<void> => {
  const stored = await reached(client, reach, async (asked) => {
    await asked.set(SHARDS_KEY, shards, 'NX');
    return Number(await asked.get(SHARDS_KEY));
  });
  if (stored === shards) return;
  throw new StartFault(
    `REDIS_SHARDS is ${shards}, but what is in Redis was made with ${stored}. Set it to ${stored}, or use an empty Redis.`,
  );
};

/** Rejects with a StartFault where Redis cannot be reached, was made with another number of shards, or may not be asked INFO. */
export const checkRedis = async (client: RedisClient, shards: number, reach: Reach): Promise<void> => {
  await checkShards(client, shards, reach);
  await reached(client, reach, checkTellsWhich);
};
