/** Runs something again and again, one run at a time. */
export interface Repeated {
  /** Aborted by `stop`, so that a long run can end early. */
  readonly stopped: AbortSignal;
  /** Resolves when the run under way is over. Stopping twice is stopping once. */
  stop(): Promise<void>;
}

/**
 * `everyMs` is from the end of one run to the start of the next. `onError` receives what a run rejects with; the next run
 * comes all the same. Keeps no process alive.
 */
export const every = (
  everyMs: number,
  run: (stopped: AbortSignal) => Promise<void>,
  onError: (error: unknown) => void,
): Repeated => {
  const stopping = new AbortController();
  const stopped = stopping.signal;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const schedule = () => {
    timer = setTimeout(() => {
      running = run(stopped)
        .catch(onError)
        .then(() => {
          if (!stopped.aborted) schedule();
        });
    }, everyMs).unref();
  };
  schedule();
  return {
    stopped,
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
};
