const LOOK_EVERY_MS = 1;
/** Work under way often ends within a few turns of the event loop, which are cheaper than a timer. */
const QUIET_TURNS = 16;

/** Something that runs once. */
export interface Due {
  run(): void;
}

/**
 * Runs what was scheduled once no more events come, so that many events become one write. It waits while turns of the
 * event loop bring events, and while `isBusy` says that more may come, but no longer than `maxWaitMs`.
 */
export const createCoalescer = ({
  maxWaitMs,
  isBusy = () => false,
  now = () => performance.now(),
}: {
  /** How long a run may be delayed by further events; 0: what one turn of the event loop brings runs together, and waits for no other. */
  readonly maxWaitMs: number;
  /** Whether work is under way that may bring more events. */
  readonly isBusy?: () => boolean;
  readonly now?: () => number;
}) => {
  let scheduled: Due[] = [];
  /** How many events there were, now and at the last look. */
  let events = 0;
  let eventsBefore = 0;
  let since = 0;
  /** For how many turns no event came. */
  let quietTurns = 0;

  const run = () => {
    const due = scheduled;
    scheduled = [];
    for (const each of due) each.run();
  };

  const look = () => {
    const cameMore = events !== eventsBefore;
    eventsBefore = events;
    quietTurns = cameMore ? 0 : quietTurns + 1;
    if (scheduled.length === 0) return;
    if (now() - since >= maxWaitMs || (!cameMore && !isBusy())) run();
    else if (quietTurns < QUIET_TURNS) setImmediate(look);
    else setTimeout(look, LOOK_EVERY_MS);
  };

  return {
    /** There was an event that others may follow. */
    moreMayCome() {
      events += 1;
    },
    /** Has `due` run, once, with all else that is scheduled. */
    schedule(due: Due): void {
      if (scheduled.push(due) > 1) return;
      since = now();
      setImmediate(look);
    },
    /** Runs at once what is scheduled. */
    run,
  };
};

export type Coalescer = ReturnType<typeof createCoalescer>;
