import type { Rates } from '../config/config.js';
import type { Rate } from '../config/settings.js';
import { PresenceError } from '../presence/errors.js';
import type { RateKind, RateLimits } from '../presence/ports/rates.js';
import { AHEAD, type Allowance, PRESENT } from './allowance.js';
import { createMemoryAllowance } from './memory/memoryAllowance.js';
import { createRedisAllowance } from './redis/redisAllowance.js';
import type { Redises } from './redis/scripts.js';

const SENTENCES: Record<RateKind, string> = {
  presence: 'You change your presence too often.',
  typing: 'You send typing too often.',
  mutation: 'You send too many mutations.',
  read: 'You read of too many users.',
  connection: 'You connect too often.',
  tray: 'You open and close your tray too often.',
};

const inWords = (ms: number): string => (ms < 1_000 ? `${ms} ms` : `${Math.ceil(ms / 100) / 10} s`);

const refusal = (kind: RateKind, retryAfterMs: number): PresenceError =>
  new PresenceError('RATE_LIMITED', `${SENTENCES[kind]} Try again in ${inWords(retryAfterMs)}.`, { retryAfterMs });

/**
 * The allowances of each user (docs/semantics.md, "Limits"): `burst` at once, then one an interval; over all nodes with a
 * Redis, in this process without. A null rate is no limit.
 */
export const createRateLimits = (rates: Rates, redises: Pick<Redises, 'run'> | null = null): RateLimits => {
  const allowanceOf = (kind: RateKind, rate: Rate | null): Allowance | null => {
    if (rate === null) return null;
    return redises ? createRedisAllowance(kind, rate, redises) : createMemoryAllowance(rate);
  };
  const allowances: Record<RateKind, Allowance | null> = {
    presence: allowanceOf('presence', rates.presence),
    typing: allowanceOf('typing', rates.typing),
    mutation: allowanceOf('mutation', rates.mutation),
    read: allowanceOf('read', rates.read),
    // Both write the user's record.
    tray: allowanceOf('tray', rates.presence),
    // Each node's own: a user who comes back while Redis is unavailable is not refused for that.
    connection: rates.connection && createMemoryAllowance(rates.connection),
  };
  return {
    async take(kind, userId, { count = 1, ahead = false } = {}) {
      const retryAfterMs = (await allowances[kind]?.take(userId, { count, limit: ahead ? AHEAD : PRESENT })) ?? 0;
      if (retryAfterMs !== 0) throw refusal(kind, retryAfterMs);
    },
    async count(kind, userId, count) {
      await allowances[kind]?.take(userId, { count, limit: null });
    },
  };
};
