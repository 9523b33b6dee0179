/**
 * Users whose state the consumer refuses: each waits by itself, so that nobody else waits for them. Their marks wait in the store; here
 * is how often they were refused. Bounded: who finds no room waits for the longest time each time.
 */
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
    /** How long the user is to wait who was refused now, in ms. Who changed meanwhile waits as if it was the first time. */
    add(userId: string, at: MarkPart, hasChanged: boolean): number {
      const before = users.get(userId);
      if (!before && users.size >= max) return waitAfter({ ...backoff, firstMs: backoff.maxMs }, 1, chance());
      const times = hasChanged ? 1 : (before?.times ?? 0) + 1;
      const waitMs = waitAfter(backoff, times, chance());
      users.set(userId, { at, times, retryAt: now() + waitMs });
      return waitMs;
    },
    /**
     * How long the user who was taken is still to wait, in ms; 0: they are tried now. Who is taken before their time changed: their wait
     * begins anew, and ends no later than it would have.
     */
    waitOf(userId: string, at: MarkPart): number {
      const before = users.get(userId);
      if (!before || before.retryAt <= now()) return 0;
      const retryAt = Math.min(before.retryAt, now() + waitAfter(backoff, 1, chance()));
      users.set(userId, { at, times: 0, retryAt });
      return retryAt - now();
    },
    /** The consumer took the user, or there is nothing to be told of them. */
    delete: (userId: string): boolean => users.delete(userId),
    /** Somebody else has the marks of that part now. */
    lost(at: MarkPart): void {
      for (const [userId, refused] of users) if (refused.at === at) users.delete(userId);
    },
  };
};

export type RefusedUsers = ReturnType<typeof createRefusedUsers>;
