/** Does everything timed: asks the store who is due, and ticks them. See docs/architecture.md#the-functional-core. */
import { performance } from 'node:perf_hooks';
import { inPieces } from '../async/batches.js';
import { every } from '../async/loop.js';
import type { PlaceIndex } from '../presence/ports/placeIndex.js';
import type { RecordStore } from '../presence/ports/records.js';
import type { TypingStore } from '../presence/ports/typing.js';

/** How many due users are asked for at a time. */
const BATCH = 500;
/** How many of them are ticked at a time: the users of a lost node are all due at the same moment. */
const AT_ONCE = 50;
/** How late a user is, in ms, when others than the node that comes first for them tick them too. */
const OTHERS_AFTER_MS = 500;

export interface Sweeper {
  /** Resolves when the sweep under way is over; what else is due stays due. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Sweeps every `everyMs`. A gap between two sweeps (a stalled event loop, a stopped process) proves nothing about anybody: the
 * sweeper pauses for as long again, so that signs of life that could not arrive in the gap arrive first.
 *
 * The ticks of one sweep are spread over `spreadMs` at random, unless they are too many to be distinguished: otherwise the instant
 * would tell a departure, which comes with a sweep, from a choice to hide, which comes at any time (docs/security.md#time).
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
  readonly store: Pick<RecordStore, 'dueUsers'> & Pick<TypingStore, 'expireTyping'> & Pick<PlaceIndex, 'indexPlaces'>;
  readonly tick: (userId: string) => Promise<void>;
  readonly everyMs?: number;
  /** A gap of up to this is the usual unpunctuality of timers. */
  readonly toleratedGapMs?: number;
  /** The longest pause after a gap. */
  readonly maxWaitMs?: number;
  readonly spreadMs?: number;
  readonly random?: () => number;
  /** A sweep is over, in which this many users were ticked. */
  readonly onSwept?: (users: number) => void;
  readonly onError: (error: unknown) => void;
}): Sweeper => {
  let lastSweptAt = performance.now();
  let pausedUntil = 0;

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
  const tickAll = async (due: readonly string[], stopped: AbortSignal) => {
    if (spreadMs > 0 && due.length < BATCH) await Promise.all(due.map(tickApart));
    else for (const batch of inPieces(due, AT_ONCE)) if (!stopped.aborted) await Promise.all(batch.map(tickOne));
  };

  const tickDue = async (stopped: AbortSignal) => {
    failed = false;
    let more = true;
    let users = 0;
    // A user whose tick failed stays due until the next sweep: asking on in this one would only return them again.
    while (more && !failed && !stopped.aborted) {
      const due = await store.dueUsers(BATCH, { othersAfterMs: OTHERS_AFTER_MS });
      await tickAll(due, stopped);
      users += due.length;
      more = due.length === BATCH;
    }
    onSwept(users);
  };
  /** All of it, whatever of it fails: a part of the store may be away. */
  const sweep = async (stopped: AbortSignal) => {
    const parts = await Promise.allSettled([tickDue(stopped), store.expireTyping(), store.indexPlaces()]);
    for (const part of parts) if (part.status === 'rejected') onError(part.reason);
  };

  const sweeping = every(
    everyMs,
    async (stopped) => {
      const startedAt = performance.now();
      const gapMs = startedAt - lastSweptAt - everyMs;
      if (gapMs > toleratedGapMs) pausedUntil = startedAt + Math.min(gapMs, maxWaitMs);
      try {
        if (startedAt >= pausedUntil) await sweep(stopped);
      } finally {
        lastSweptAt = performance.now();
      }
    },
    onError,
  );

  return { stop: () => sweeping.stop() };
};
