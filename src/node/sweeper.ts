import { performance } from 'node:perf_hooks';
import { inPieces } from '../async/batches.js';
import type { LiveStore } from '../presence/ports/stores.js';

/** How many users one turn takes care of before others get theirs. */
const BATCH = 500;
/** How many of them are ticked at a time: those whom a lost node leaves behind are due at the same moment. */
const AT_ONCE = 50;

/** Does what is due until it is stopped. */
export interface Sweeper {
  /** Resolves when what is under way is over; what else is due stays due. Stopping twice is stopping once. */
  stop(): Promise<void>;
}

/**
 * Everything timed, done: every `everyMs` the store is asked who is due, and each is ticked. A gap between two turns
 * (the event loop stalled, the process was stopped) proves nothing about anybody: what came due in it waits as long
 * again, so that those who were kept from saying anything can say it.
 *
 * The ticks of one sweep are spread over `spreadMs` at random, unless they are so many that nobody can be told from them:
 * who leaves would otherwise be known by the instant of a sweep from who hides, at any instant (docs/security.md, "Time").
 */
export const startSweeper = ({
  store,
  tick,
  everyMs = 100,
  toleratedGapMs = 1_000,
  maxWaitMs = 30_000,
  spreadMs = 0,
  random = Math.random,
  onSwept = () => {},
  onError,
}: {
  readonly store: LiveStore;
  readonly tick: (userId: string) => Promise<void>;
  readonly everyMs?: number;
  /** A gap up to this long is the ordinary unpunctuality of timers. */
  readonly toleratedGapMs?: number;
  readonly maxWaitMs?: number;
  /** Over how long the ticks of one sweep are spread, in ms. */
  readonly spreadMs?: number;
  readonly random?: () => number;
  /** A turn is over, in which so many users had what was due done. */
  readonly onSwept?: (users: number) => void;
  readonly onError: (error: unknown) => void;
}): Sweeper => {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let turn: Promise<void> = Promise.resolve();
  let lastTurnAt = performance.now();
  let quietUntil = 0;

  let failed = false;
  const tickOne = (userId: string) =>
    tick(userId).catch((error: unknown) => {
      failed = true;
      onError(error);
    });

  const tickApart = async (userId: string) => {
    await new Promise<void>((passed) => void setTimeout(passed, random() * spreadMs).unref());
    await tickOne(userId);
  };
  const tickAll = async (due: readonly string[]) => {
    if (spreadMs > 0 && due.length < BATCH) await Promise.all(due.map(tickApart));
    else for (const batch of inPieces(due, AT_ONCE)) if (!stopped) await Promise.all(batch.map(tickOne));
  };

  const sweep = async () => {
    failed = false;
    let more = true;
    let users = 0;
    // Who could not be ticked stays due, for the next turn; one user's failure is not the next one's.
    while (more && !failed && !stopped) {
      const due = await store.dueUsers(BATCH);
      await tickAll(due);
      users += due.length;
      more = due.length === BATCH;
    }
    onSwept(users);
    if (!stopped) await store.expireTyping();
  };

  const schedule = () => {
    timer = setTimeout(() => {
      const startedAt = performance.now();
      const gap = startedAt - lastTurnAt - everyMs;
      if (gap > toleratedGapMs) quietUntil = startedAt + Math.min(gap, maxWaitMs);
      turn = (startedAt < quietUntil ? Promise.resolve() : sweep()).catch(onError).then(() => {
        lastTurnAt = performance.now();
        if (!stopped) schedule();
      });
    }, everyMs);
    timer.unref();
  };
  schedule();

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await turn;
    },
  };
};
