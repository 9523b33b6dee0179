/**
 * Lets one after the other go on, each in a turn of the event loop of its own: whatever else is due is done in between.
 * The promise resolves when it is one's turn, and never rejects.
 */
export const createTurnstile = (): (() => Promise<void>) => {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => new Promise<void>((resolve) => setImmediate(resolve)));
    return last;
  };
};
