/** Runs each of what was asked for in a turn of the event loop once, at its end: many events are one write. */
export const createTick = () => {
  let asked: (() => void)[] = [];
  const run = () => {
    const due = asked;
    asked = [];
    for (const each of due) each();
  };
  return (callback: () => void): void => {
    if (asked.push(callback) === 1) setImmediate(run);
  };
};

/** One for all sockets of the process. */
export const atEndOfTick = createTick();
