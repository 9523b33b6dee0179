import { isUnavailable, PresenceError } from '../presence/errors.js';

const RETRY_MS = 1_000;

/** Runs the work of a user when it is its turn, and settles as it does. */
export type UserQueue = <T>(userId: string, work: () => Promise<T>) => Promise<T>;

/**
 * Runs the work of each user one piece at a time, in the order asked. Rejects with RATE_LIMITED where `maxWaiting` wait
 * already. Work that waited for a piece that was UNAVAILABLE has waited long enough, and is UNAVAILABLE likewise.
 */
export const createUserQueue = ({ maxWaiting }: { readonly maxWaiting: number }): UserQueue => {
  const queues = new Map<string, { last: Promise<unknown>; length: number }>();

  return async (userId, work) => {
    const queue = queues.get(userId) ?? { last: Promise.resolve(), length: 0 };
    if (queue.length > maxWaiting) {
      throw new PresenceError('RATE_LIMITED', 'You ask for too much at once. Try again in 1 s.', {
        retryAfterMs: RETRY_MS,
      });
    }
    queues.set(userId, queue);
    queue.length += 1;
    const mine = queue.last.then(work, (error: unknown) => {
      if (isUnavailable(error)) throw error;
      return work();
    });
    queue.last = mine;
    try {
      return await mine;
    } finally {
      queue.length -= 1;
      if (queue.length === 0) queues.delete(userId);
    }
  };
};
