/**
 * Work of which no two runs are under way at a time: whoever asks during a run shares the next one, which begins after it. So what was asked
 * for is done by a run that began later, and runs do not pile up however often they are asked for.
 */
export const createShared = (work: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const run = () => {
    next = undefined;
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (!running) return run();
    next ??= running.catch(() => {}).then(run);
    return next;
  };
};
