/** Runs something again and again, one run at a time. */
export interface Repeated {
  /** Aborted by `stop`: a run that takes long looks at it, and ends before its time. */
  readonly stopped: AbortSignal;
  /** Resolves when the run under way is over. Stopping twice is stopping once. */
  stop(): Promise<void>;
}

/** `everyMs` is from the end of one run to the start of the next. A run that fails is told of, and the next one comes. */
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
