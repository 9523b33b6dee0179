import type { ClosedNames } from '../../presence/ports/closedNames.js';
import type { Clock } from './memoryClock.js';

/** How many closed names are remembered: past them the earliest is forgotten. */
const MAX_NAMES = 200_000;

/** Closed names of one process, in memory. */
export const createMemoryClosedNames = ({ clock }: { readonly clock: Clock }): ClosedNames => {
  /** Until when each is remembered, the latest remembered last. */
  const until = new Map<string, number>();
  const keyOf = (userId: string, name: string): string => JSON.stringify([userId, name]);

  const prune = (now: number): void => {
    for (const [key, end] of until) {
      if (end > now && until.size <= MAX_NAMES) return;
      until.delete(key);
    }
  };

  return {
    async rememberClosed(userId, name, forMs) {
      const now = clock();
      const key = keyOf(userId, name);
      until.delete(key);
      until.set(key, now + forMs);
      prune(now);
    },
    async isClosed(userId, name) {
      return (until.get(keyOf(userId, name)) ?? 0) > clock();
    },
  };
};
