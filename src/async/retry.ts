import { setTimeout as wait } from 'node:timers/promises';

/**
 * Attempts something until it succeeds, `everyMs` milliseconds after each failure, and returns what it resolved to.
 * `onFailure` receives each error; what it throws ends the attempts, and is what this rejects with. Rejects with an
 * AbortError once `signal` is aborted, after the attempt under way. Waiting keeps no process alive.
 */
export const retry = async <T>(
  attempt: () => Promise<T>,
  {
    everyMs,
    onFailure,
    signal,
  }: {
    readonly everyMs: number;
    readonly onFailure: (error: unknown) => void | Promise<void>;
    readonly signal?: AbortSignal;
  },
): Promise<T> => {
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      await onFailure(error);
    }
    await wait(everyMs, undefined, { ref: false, ...(signal && { signal }) });
  }
};
