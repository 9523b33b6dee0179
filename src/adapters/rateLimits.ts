import type { Rates } from '../config/config.js';
import { MAX_TIMER_MS, type Rate } from '../config/settings.js';
import { PresenceError, unavailable } from '../presence/errors.js';
import type { RateKind, RateLimits } from '../presence/ports/rates.js';
import { ALSO_WHEN_FULL, type RedisClient } from './redis/scripts.js';

const SENTENCES: Record<RateKind, string> = {
  presence: 'You change your presence too often.',
  typing: 'You send typing too often.',
  mutation: 'You send too many mutations.',
  read: 'You read of too many users.',
  connection: 'You connect too often.',
};

const inWords = (ms: number): string => (ms < 1_000 ? `${ms} ms` : `${Math.ceil(ms / 100) / 10} s`);

/** How many whole allowances may be taken: the present one; with the next; and, counted afterwards, one more. */
const PRESENT = 1;
const AHEAD = 2;
const MOST = 3;

/** `limit` in whole allowances; null refuses nothing. */
interface Taking {
  readonly count: number;
  readonly limit: number | null;
}

/**
 * One kind's allowances. Of a user nothing is kept but when the allowance is whole again: each that is taken moves that
 * one interval on, and none is taken that would move it further ahead than the limit.
 */
interface Allowance {
  /** Takes so many, or gives for how many milliseconds they cannot be had. */
  take(userId: string, taking: Taking): Promise<number>;
}

/** In this process, on the monotonic clock, in whole milliseconds. Entries end by themselves, by timers that keep no process alive. */
const createMemoryAllowance = ({ burst, intervalMs }: Rate): Allowance => {
  const users = new Map<string, { readonly wholeAt: number; readonly timer: NodeJS.Timeout }>();
  return {
    async take(userId, { count, limit }) {
      const now = Math.floor(performance.now());
      const before = users.get(userId);
      const taken = Math.max(now, before?.wholeAt ?? now) + Math.min(count, burst) * intervalMs;
      const waitMs = limit === null ? 0 : taken - limit * burst * intervalMs - now;
      if (waitMs > 0) return waitMs;
      const wholeAt = Math.min(taken, now + MOST * burst * intervalMs);
      clearTimeout(before?.timer);
      const timer = setTimeout(() => users.delete(userId), Math.min(wholeAt - now, MAX_TIMER_MS)).unref();
      users.set(userId, { wholeAt, timer });
      return 0;
    },
  };
};

/**
 * Takes some, also while Redis is full (what ends there takes one too), on the clock of Redis; one that was set back leaves
 * nobody without for longer than three allowances take.
 * KEYS[1] when the allowance is whole again
 * ARGV[1] burst   ARGV[2] interval in ms   ARGV[3] count   ARGV[4] limit in whole allowances; empty: none
 * Returns the ms to wait, 0 if taken.
 */
const TAKE = `${ALSO_WHEN_FULL}
local burst, interval, count = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most = now + ${MOST} * burst * interval
local whole = math.min(tonumber(redis.call('GET', KEYS[1]) or 0), most)
whole = math.max(now, whole) + math.min(count, burst) * interval
if ARGV[4] ~= '' then
  local wait = whole - ARGV[4] * burst * interval - now
  if wait > 0 then return wait end
end
whole = math.min(whole, most)
redis.call('SET', KEYS[1], string.format('%.0f', whole), 'PX', string.format('%.0f', whole - now))
return 0`;

type Take = (key: string, burst: number, intervalMs: number, count: number, limit: number | '') => Promise<unknown>;

/** The script as a command, which is sent whole once a connection, and by its hash from then on. */
const defineTake = (client: RedisClient): Take => {
  client.defineCommand('rollcall_take', { numberOfKeys: 1, lua: TAKE });
  const commands = client as unknown as { readonly rollcall_take: Take };
  return (...args) => commands.rollcall_take(...args);
};

/** Over all nodes. */
const createRedisAllowance = (kind: RateKind, { burst, intervalMs }: Rate, take: Take): Allowance => ({
  async take(userId, { count, limit }) {
    try {
      const key = `rc:rate:${kind}:${encodeURIComponent(userId)}`;
      return Number(await take(key, burst, intervalMs, count, limit ?? ''));
    } catch {
      throw unavailable('The live store cannot be reached. Try again in a moment.');
    }
  },
});

/**
 * The allowances of docs/semantics.md, "Limits", a user: `burst` at once, then one an interval; over all nodes
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
    read: allowanceOf('read'),
    // A node's own: who comes back while Redis is away is not kept out for that.
    connection: rates.connection && createMemoryAllowance(rates.connection),
  };
  return {
    async take(kind, userId, { count = 1, ahead = false } = {}) {
      const retryAfterMs = (await allowances[kind]?.take(userId, { count, limit: ahead ? AHEAD : PRESENT })) ?? 0;
      if (retryAfterMs === 0) return;
      throw new PresenceError('RATE_LIMITED', `${SENTENCES[kind]} Try again in ${inWords(retryAfterMs)}.`, {
        retryAfterMs,
      });
    },
    async count(kind, userId, count) {
      await allowances[kind]?.take(userId, { count, limit: null });
    },
  };
};
