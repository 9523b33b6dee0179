import { inPieces } from '../async/batches.js';
import { every } from '../async/loop.js';
import type { Journal } from '../presence/ports/journal.js';
import type { LiveStore } from '../presence/ports/stores.js';
import { durableOf } from '../presence/scheduling.js';
import type { DurablePresence, JournalRow } from '../presence/types.js';
import { isPersistedIn, type RecentCommits } from './recentCommits.js';

const BATCH = 1_000;
/** After how long, in ms, a change that this node did not bring into the journal itself is looked for there. */
const LOOK_AFTER_MS = 5_000;

/** Brings what outlives a restart from the store into the journal. */
export interface WriteBehind {
  /** Writes all that waits. Rejects when the journal does; nothing is lost by that, it stays marked. */
  flush(): Promise<void>;
  /** The store lost something: writes what this node committed lately and the journal has not got, which may be marked no more. */
  rescue(): Promise<void>;
  /** For how long something may have been waiting for the journal, in ms. */
  readonly lagMs: number;
  /** Stops the timers and flushes a last time, with the last moment of all who are still live. */
  stop(): Promise<void>;
}

/** Whether the journal has of a user all that was kept, or will never take it: of one who was deleted, or in a format of a newer release. */
const isJournaled = (row: JournalRow | undefined, persisted: DurablePresence): boolean => {
  if (row?.generation !== persisted.generation) return true;
  try {
    return row.persisted !== null && isPersistedIn(row.persisted, persisted);
  } catch {
    return true;
  }
};

/**
 * Every `everyMs` the journal gets what changed, in batches, until it holds; and once every `liveEveryMs` how long
 * those lived who stay live. What this node committed it remembers until the journal has it, whoever brought it there, so
 * that it is not lost with the store. See docs/architecture.md.
 */
export const startWriteBehind = ({
  store,
  journal,
  recentCommits,
  everyMs = 1_000,
  liveEveryMs = 60_000,
  onError,
}: {
  readonly store: LiveStore;
  readonly journal: Journal;
  readonly recentCommits?: RecentCommits;
  readonly everyMs?: number;
  readonly liveEveryMs?: number;
  readonly onError: (error: unknown) => void;
}): WriteBehind => {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  /** All that was marked by then is in the journal. */
  let journaledAt = performance.now();

  const drain = async () => {
    const startedAt = performance.now();
    for (;;) {
      const { now, records } = await store.dirty(BATCH);
      if (records.length > 0) {
        await journal.write(records.map((record) => durableOf(record, now)));
        recentCommits?.journaled(records);
        await store.clean(records.map(({ userId, revision }) => ({ userId, revision })));
      }
      if (records.length < BATCH) break;
    }
    journaledAt = startedAt;
  };

  /** What this node remembers of so long ago is in the journal, or is written now: its mark was lost with the store. */
  const look = async (ageMs: number): Promise<void> => {
    const waiting = recentCommits?.unjournaled(ageMs) ?? [];
    for (const some of inPieces(waiting, BATCH)) {
      const rows = await journal.read(some.map(({ userId }) => userId));
      const unwritten = some.filter((persisted) => !isJournaled(rows.get(persisted.userId), persisted));
      if (unwritten.length > 0) await journal.write(unwritten);
      recentCommits?.journaled(some);
    }
  };

  /** One after the other, so that a slow journal is not asked twice at once. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    running = running.catch(() => {}).then(work);
    return running;
  };

  const flush = () =>
    inTurn(async () => {
      // Also where the store cannot be asked.
      const results = await Promise.allSettled([drain(), look(LOOK_AFTER_MS)]);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    });
  const rescue = () => inTurn(() => look(0));

  const flushing = every(everyMs, flush, onError);
  const liveTimer = setInterval(() => void store.markLiveDirty().catch(onError), liveEveryMs);
  liveTimer.unref();

  return {
    flush,
    rescue,
    get lagMs() {
      return performance.now() - journaledAt;
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(liveTimer);
      await flushing.stop();
      try {
        await store.markLiveDirty();
        await flush();
      } catch (error) {
        // Where it is the store that is away the journal may still get what this node alone has not seen written.
        await rescue();
        throw error;
      }
    },
  };
};
