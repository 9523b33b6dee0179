import { isUnavailable, PresenceError } from '../presence/errors.js';

const RETRY_MS = 1_000;

/**
 * Does the work of one user at a time, in the order asked. RATE_LIMITED where `maxWaiting` wait already. Whoever waited for
 * work that was UNAVAILABLE has waited long enough, and is refused likewise.
 */
export const createLine = ({ maxWaiting }: { readonly maxWaiting: number }) => {
  const lines = new Map<string, { last: Promise<unknown>; length: number }>();

  return async <T>(userId: string, work: () => Promise<T>): Promise<T> => {
    const line = lines.get(userId) ?? { last: Promise.resolve(), length: 0 };
    if (line.length > maxWaiting) {
      throw new PresenceError('RATE_LIMITED', 'You make too many large reads at once. Try again in 1 s.', {
        retryAfterMs: RETRY_MS,
      });
    }
    lines.set(userId, line);
    line.length += 1;
    const mine = line.last.then(work, (error: unknown) => {
      if (isUnavailable(error)) throw error;
      return work();
    });
    line.last = mine;
    try {
      return await mine;
    } finally {
      line.length -= 1;
      if (line.length === 0) lines.delete(userId);
    }
  };
};
