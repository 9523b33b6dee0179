import { setTimeout as wait } from 'node:timers/promises';

/**
 * Attempts something until it succeeds, `everyMs` milliseconds after each failure, and returns what it resolved to. With `upToMs`
 * each wait is twice as long as the one before, up to that.
 * `onFailure` receives each error; what it throws ends the attempts, and is what this rejects with. Rejects with an
 * AbortError once `signal` is aborted, after the attempt under way. Waiting keeps no process alive.
 */
export const retry = async <T>(
  attempt: () => Promise<T>,
  {
    everyMs,
    upToMs = everyMs,
    onFailure,
    signal,
  }: {
    readonly everyMs: number;
    readonly upToMs?: number;
    readonly onFailure: (error: unknown) => void | Promise<void>;
    readonly signal?: AbortSignal;
  },
): Promise<T> => {
  for (let ms = everyMs; ; ms = Math.min(2 * ms, upToMs)) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      await onFailure(error);
    }
    await wait(ms, undefined, { ref: false, ...(signal && { signal }) });
  }
};
