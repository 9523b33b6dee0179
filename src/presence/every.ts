/** Runs something again and again, one run at a time. */
export interface Repeated {
  /** Resolves when the run under way is over. Stopping twice is stopping once. */
  stop(): Promise<void>;
}

/** `everyMs` is from the end of one run to the start of the next. A run that fails is told of, and the next one comes. */
export const every = (everyMs: number, run: () => Promise<void>, onError: (error: unknown) => void): Repeated => {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const schedule = () => {
    timer = setTimeout(() => {
      running = run()
        .catch(onError)
        .then(() => {
          if (!stopped) schedule();
        });
    }, everyMs).unref();
  };
  schedule();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
};
