/** Users whose state the consumer refuses: each waits by itself, so that nobody else waits for them. Bounded. */
import type { MarkPart } from '../../presence/ports/stateMarks.js';
import { type Backoff, OF_REFUSED, waitAfter } from './attempts.js';

interface RefusedUser {
  readonly at: MarkPart;
  readonly times: number;
  readonly retryAt: number;
}

export const createRefusedUsers = ({
  max,
  backoff = OF_REFUSED,
  now = () => performance.now(),
  chance = Math.random,
}: {
  readonly max: number;
  readonly backoff?: Backoff;
  readonly now?: () => number;
  readonly chance?: () => number;
}) => {
  const users = new Map<string, RefusedUser>();
  return {
    has: (userId: string): boolean => users.has(userId),
    /** False where there is no room: the user is given up until they change. */
    add(userId: string, at: MarkPart): boolean {
      const times = (users.get(userId)?.times ?? 0) + 1;
      if (times === 1 && users.size >= max) return false;
      users.set(userId, { at, times, retryAt: now() + waitAfter(backoff, times, chance()) });
      return true;
    },
    /** The consumer took the user, or there is nothing to be told of them. */
    delete: (userId: string): boolean => users.delete(userId),
    /** Somebody else has the marks of that part now. */
    lost(at: MarkPart): void {
      for (const [userId, refused] of users) if (refused.at === at) users.delete(userId);
    },
    /** Somebody whose wait is over and whom `isFree` lets go; undefined: nobody. */
    due(isFree: (userId: string) => boolean): { readonly userId: string; readonly at: MarkPart } | undefined {
      for (const [userId, { at, retryAt }] of users) {
        if (retryAt <= now() && isFree(userId)) return { userId, at };
      }
      return undefined;
    },
  };
};

export type RefusedUsers = ReturnType<typeof createRefusedUsers>;
