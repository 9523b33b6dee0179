import {
  BurstyRateLimiter,
  type IRateLimiterOptions,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import type { Rates } from '../config.js';
import { PresenceError, unavailable } from '../presence/errors.js';
import type { RateKind, RateLimits } from '../presence/ports.js';
import type { Rate } from '../settings.js';
import type { RedisClient } from '../store/scripts.js';

const SENTENCES: Record<RateKind, string> = {
  presence: 'You change your presence too often. Try again later.',
  typing: 'You send typing too often. Try again later.',
  mutation: 'You send too many mutations. Try again later.',
};

/** Takes points. KEYS[1] counter   ARGV[1] points   ARGV[2] for how long they count, in ms   Returns {taken, ms left}. */
const TAKE = `
local taken = redis.call('INCRBY', KEYS[1], ARGV[1])
if taken == tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return {taken, redis.call('PTTL', KEYS[1])}`;

/**
 * Counts in milliseconds. The library's own counts in whole seconds on Redis, and what lasts less than one without an
 * end: such an allowance would never come back.
 */
class RedisLimiter extends RateLimiterRedis {
  readonly #client: RedisClient;

  constructor(options: IRateLimiterOptions, client: RedisClient) {
    super({ ...options, storeClient: client });
    this.#client = client;
  }

  async _upsert(key: string, points: number, durationMs: number): Promise<unknown> {
    return this.#client.eval(TAKE, 1, key, points, Math.ceil(durationMs));
  }
}

/**
 * `burst` at once, then one an interval: one an interval, and the rest of the burst once in the time that the
 * whole of it takes. Entries end by themselves, by timers that keep no process alive.
 */
const limiterOf = (kind: RateKind, { burst, intervalMs }: Rate, client: RedisClient | null) => {
  const limiter = (options: IRateLimiterOptions) =>
    client ? new RedisLimiter(options, client) : new RateLimiterMemory(options);
  const steady = limiter({ keyPrefix: `rc:rate:${kind}:1`, points: 1, duration: intervalMs / 1_000 });
  if (burst === 1) return steady;
  const points = burst - 1;
  const duration = (burst * intervalMs) / 1_000;
  return new BurstyRateLimiter(steady, limiter({ keyPrefix: `rc:rate:${kind}:n`, points, duration }));
};

/**
 * The allowances of DESIGN section 1, "Limits, errors", a user: over all nodes with a client of Redis, in this process
 * without. A null rate is no limit.
 */
export const createRateLimits = (rates: Rates, client: RedisClient | null = null): RateLimits => {
  const limiters = new Map(
    Object.entries(rates).flatMap(([kind, rate]: [string, Rate | null]) =>
      rate === null ? [] : [[kind, limiterOf(kind as RateKind, rate, client)] as const],
    ),
  );
  return {
    async take(kind, userId) {
      const rate = rates[kind];
      try {
        await limiters.get(kind)?.consume(encodeURIComponent(userId));
      } catch (rejection) {
        if (!(rejection instanceof RateLimiterRes) || rate === null) {
          throw client ? unavailable('The live store cannot be reached. Try again in a moment.') : rejection;
        }
        // The steady allowance is back within one interval, whatever a wall clock that was set back says.
        const retryAfterMs = Math.min(Math.max(1, Math.ceil(rejection.msBeforeNext)), rate.intervalMs);
        throw new PresenceError('RATE_LIMITED', SENTENCES[kind], { retryAfterMs });
      }
    },
  };
};
