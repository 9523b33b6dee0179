/** How long something may be put off for what else comes. */
const MAX_WAIT_MS = 10;
const LOOK_EVERY_MS = 1;
/** What is under way is often over within a few turns of the event loop: those are cheaper than a timer. */
const QUIET_TURNS = 16;

/** Something to be done once. */
export interface Due {
  run(): void;
}

/**
 * Runs each of what was asked for once, when nothing more comes: many events are one write. More comes while turns of the
 * event loop bring something, and while there is something under way of which it may come. What comes without end is
 * waited for no longer than {@link MAX_WAIT_MS}.
 */
export const createCoalescer = ({
  isBusy = () => false,
  now = () => performance.now(),
}: {
  /** Whether something is under way of which more may come. */
  readonly isBusy?: () => boolean;
  readonly now?: () => number;
} = {}) => {
  let asked: Due[] = [];
  /** How often something came, and how often it had when that was looked at last. */
  let moreMayCome = 0;
  let eventsBefore = 0;
  let since = 0;
  /** For how many turns nothing came. */
  let inferredIdle = 0;

  const run = () => {
    const due = asked;
    asked = [];
    for (const each of due) each.run();
  };

  const look = () => {
    const cameMore = moreMayCome !== eventsBefore;
    eventsBefore = moreMayCome;
    inferredIdle = cameMore ? 0 : inferredIdle + 1;
    if (asked.length === 0) return;
    if (now() - since >= MAX_WAIT_MS || (!cameMore && !isBusy())) run();
    else if (inferredIdle < QUIET_TURNS) setImmediate(look);
    else setTimeout(look, LOOK_EVERY_MS);
  };

  return {
    /** Something came that may be followed by more. */
    moreMayCome() {
      moreMayCome += 1;
    },
    /** To be run once, at the end. */
    schedule(due: Due): void {
      if (asked.push(due) > 1) return;
      since = now();
      setImmediate(look);
    },
    /** Runs now what was asked for. */
    run,
  };
};

export type Coalescer = ReturnType<typeof createCoalescer>;
