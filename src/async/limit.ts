/** What runs at once is bounded; what comes beside waits in its order, behind what is hurried. */
export interface Turns {
  /** Settles as what it ran. A key waits at most once at a time. */
  take<T>(key: unknown, run: () => Promise<T>, isHurried: boolean): Promise<T>;
  /** Whoever waits under that key goes before all that are not hurried. */
  hurry(key: unknown): void;
}

/** At most `max` run at once. */
export const createTurns = (max: number): Turns => {
  const hurried = new Map<unknown, () => void>();
  const waiting = new Map<unknown, () => void>();
  let running = 0;

  const enter = async (key: unknown, isHurried: boolean): Promise<void> => {
    if (running < max) running += 1;
    // Whoever leaves hands over the place.
    else await new Promise<void>((resolve) => (isHurried ? hurried : waiting).set(key, resolve));
  };
  const leave = (): void => {
    for (const queue of [hurried, waiting]) {
      for (const [key, next] of queue) {
        queue.delete(key);
        next();
        return;
      }
    }
    running -= 1;
  };

  return {
    async take(key, run, isHurried) {
      await enter(key, isHurried);
      try {
        return await run();
      } finally {
        leave();
      }
    },
    hurry(key) {
      const next = waiting.get(key);
      if (next && waiting.delete(key)) hurried.set(key, next);
    },
  };
};

/** Runs at most `max` at once; what comes beside waits, in its order. Settles as what it ran. */
export const createLimit = (max: number): (<T>(run: () => Promise<T>) => Promise<T>) => {
  const turns = createTurns(max);
  return (run) => turns.take(Symbol(), run, false);
};
