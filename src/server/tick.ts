/** How long something may be put off for what else comes. */
const MAX_WAIT_MS = 5;

/** Something to be done at the end of a turn of the event loop. */
export interface Due {
  run(): void;
}

/**
 * Runs each of what was asked for once, when a turn of the event loop has brought nothing more: many events are one
 * write. What comes without end is not waited for longer than {@link MAX_WAIT_MS}.
 */
export const createTick = ({ now = () => performance.now() }: { readonly now?: () => number } = {}) => {
  let asked: Due[] = [];
  /** How often something came, and how often it had when the last turn ended. */
  let news = 0;
  let newsBefore = 0;
  let since = 0;

  const run = () => {
    const due = asked;
    asked = [];
    for (const each of due) each.run();
  };

  const endOfTurn = () => {
    const cameMore = news !== newsBefore;
    newsBefore = news;
    if (cameMore && now() - since < MAX_WAIT_MS) setImmediate(endOfTurn);
    else run();
  };

  return {
    /** Something came that may be followed by more. */
    news() {
      news += 1;
    },
    /** To be run once, at the end. */
    atEnd(due: Due): void {
      if (asked.push(due) > 1) return;
      since = now();
      setImmediate(endOfTurn);
    },
    /** Runs now what was asked for. */
    run,
  };
};

/** One for all sockets of the process. */
export const tick = createTick();
