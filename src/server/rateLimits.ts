import type { Rates } from '../config.js';
import { PresenceError, unavailable } from '../presence/errors.js';
import type { RateKind, RateLimits } from '../presence/ports.js';
import type { Rate } from '../settings.js';
import { ALSO_WHEN_FULL, type RedisClient } from '../store/scripts.js';

const SENTENCES: Record<RateKind, string> = {
  presence: 'You change your presence too often. Try again later.',
  typing: 'You send typing too often. Try again later.',
  mutation: 'You send too many mutations. Try again later.',
};

/**
 * One kind's allowances. Of a user nothing is kept but when the allowance is whole again: each that is taken moves that
 * one interval on, and none is taken that would move it further than the whole burst ahead.
 */
interface Allowance {
  /** Takes one, or gives for how many milliseconds there is none: at most one interval. */
  take(userId: string): Promise<number>;
}

/** In this process, on the monotonic clock, in whole milliseconds. Entries end by themselves, by timers that keep no process alive. */
const createMemoryAllowance = ({ burst, intervalMs }: Rate): Allowance => {
  const users = new Map<string, { readonly wholeAt: number; readonly timer: NodeJS.Timeout }>();
  return {
    async take(userId) {
      const now = Math.floor(performance.now());
      const before = users.get(userId);
      const wholeAt = Math.max(now, before?.wholeAt ?? now) + intervalMs;
      const waitMs = wholeAt - burst * intervalMs - now;
      if (waitMs > 0) return waitMs;
      clearTimeout(before?.timer);
      const timer = setTimeout(() => users.delete(userId), wholeAt - now).unref();
      users.set(userId, { wholeAt, timer });
      return 0;
    },
  };
};

/**
 * Takes one, also while Redis is full (what ends there takes one too), on the clock of Redis; one that was set back leaves nobody without for longer than the burst takes.
 * KEYS[1] when the allowance is whole again   ARGV[1] burst   ARGV[2] interval in ms   Returns the ms to wait, 0 if taken.
 */
const TAKE = `${ALSO_WHEN_FULL}
local burst, interval = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local whole = math.min(tonumber(redis.call('GET', KEYS[1]) or 0), now + burst * interval)
whole = math.max(now, whole) + interval
local wait = whole - burst * interval - now
if wait > 0 then return wait end
redis.call('SET', KEYS[1], string.format('%.0f', whole), 'PX', whole - now)
return 0`;

type Take = (key: string, burst: number, intervalMs: number) => Promise<unknown>;

/** The script as a command, which is sent whole once a connection, and by its hash from then on. */
const defineTake = (client: RedisClient): Take => {
  client.defineCommand('rollcall_take', { numberOfKeys: 1, lua: TAKE });
  const commands = client as unknown as { readonly rollcall_take: Take };
  return (...args) => commands.rollcall_take(...args);
};

/** Over all nodes. */
const createRedisAllowance = (kind: RateKind, { burst, intervalMs }: Rate, take: Take): Allowance => ({
  async take(userId) {
    try {
      return Number(await take(`rc:rate:${kind}:${encodeURIComponent(userId)}`, burst, intervalMs));
    } catch {
      throw unavailable('The live store cannot be reached. Try again in a moment.');
    }
  },
});

/**
 * The allowances of DESIGN section 1, "Limits, errors", a user: `burst` at once, then one an interval; over all nodes
 * with a client of Redis, in this process without. A null rate is no limit.
 */
export const createRateLimits = (rates: Rates, client: RedisClient | null = null): RateLimits => {
  const take = client && defineTake(client);
  const allowanceOf = (kind: RateKind): Allowance | null => {
    const rate = rates[kind];
    if (rate === null) return null;
    return take ? createRedisAllowance(kind, rate, take) : createMemoryAllowance(rate);
  };
  const allowances: Record<RateKind, Allowance | null> = {
    presence: allowanceOf('presence'),
    typing: allowanceOf('typing'),
    mutation: allowanceOf('mutation'),
  };
  return {
    async take(kind, userId) {
      const retryAfterMs = (await allowances[kind]?.take(userId)) ?? 0;
      if (retryAfterMs > 0) throw new PresenceError('RATE_LIMITED', SENTENCES[kind], { retryAfterMs });
    },
  };
};
