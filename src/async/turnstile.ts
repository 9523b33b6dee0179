/**
 * Admits callers one after another, each in a turn of the event loop of its own, so that other work runs in between.
 * The promise resolves when the caller may go on, and never rejects.
 */
export const createTurnstile = (): (() => Promise<void>) => {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => new Promise<void>((resolve) => setImmediate(resolve)));
    return last;
  };
};
