import { clearLong, MAX_TIMER_MS } from '../../async/alarm.js';
import type { Rate } from '../../config/settings.js';
import { type Allowance, MOST } from '../allowance.js';

/**
 * The allowances of one process, on the monotonic clock in whole milliseconds. An entry goes when its allowance is whole
 * again, by a timer that keeps no process alive.
 */
export const createMemoryAllowance = ({ burst, intervalMs }: Rate): Allowance => {
  const users = new Map<string, { readonly wholeAt: number; readonly timer: NodeJS.Timeout }>();
  return {
    async take(userId, { count, limit }) {
      const now = Math.floor(performance.now());
      const before = users.get(userId);
      const taken = Math.max(now, before?.wholeAt ?? now) + Math.min(count, burst) * intervalMs;
      const waitMs = limit === null ? 0 : taken - limit * burst * intervalMs - now;
      if (waitMs > 0) return waitMs;
      const wholeAt = Math.min(taken, now + MOST * burst * intervalMs);
      clearLong(before?.timer);
      const timer = setTimeout(() => users.delete(userId), Math.min(wholeAt - now, MAX_TIMER_MS)).unref();
      users.set(userId, { wholeAt, timer });
      return 0;
    },
  };
};
