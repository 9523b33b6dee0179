/** Runs at most `max` at once; what comes beside waits, in its order. Settles as what it ran. */
export const createLimit = (max: number): (<T>(run: () => Promise<T>) => Promise<T>) => {
  const waiting: (() => void)[] = [];
  let running = 0;

  const enter = async (): Promise<void> => {
    if (running < max) running += 1;
    // Whoever leaves hands over the place.
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };

  return async (run) => {
    await enter();
    try {
      return await run();
    } finally {
      leave();
    }
  };
};
