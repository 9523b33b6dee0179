/** The write-behind: brings what outlives a restart from the store into the journal. See docs/architecture.md#recovery. */
import { inPieces } from '../async/batches.js';
import { every } from '../async/loop.js';
import type { Journal } from '../presence/ports/journal.js';
import type { RecordStore } from '../presence/ports/records.js';
import { durableOf } from '../presence/scheduling.js';
import type { DurablePresence, JournalRow } from '../presence/types.js';
import type { RecentCommits } from './recentCommits.js';
import { isPersistedIn } from './unjournaled.js';

const BATCH = 1_000;
/** How old a commit of this node is, in ms, when it is looked for in the journal: any node may have written it by then. */
const LOOK_AFTER_MS = 5_000;

export interface WriteBehind {
  /** Writes everything that is marked. Rejects while the store or the journal is unavailable; the marks stay. */
  flush(): Promise<void>;
  /** The store lost something, and maybe marks: writes those recent commits of this node that the journal lacks. */
  rescue(): Promise<void>;
  /** The age of the oldest mark that may be unwritten, in ms. */
  readonly lagMs: number;
  /** Marks all who are still live, so that their `lastSeen` is journaled, and flushes a last time. Idempotent; rejects as `flush`. */
  stop(): Promise<void>;
}

/** Whether the journal has it, or will never take it: the user was deleted, or the row is of a newer release. */
const isJournaled = (row: JournalRow | undefined, persisted: DurablePresence): boolean => {
  if (row?.generation !== persisted.generation) return true;
  try {
    return row.persisted !== null && isPersistedIn(row.persisted, persisted);
  } catch {
    return true;
  }
};

/**
 * Flushes every `everyMs`, and marks all live users every `liveEveryMs`, so that the journal knows how long they were live.
 * What this node committed is remembered until the journal has it, whichever node wrote it.
 */
export const startWriteBehind = ({
  store,
  journal,
  recentCommits,
  everyMs = 1_000,
  liveEveryMs = 60_000,
  onError,
}: {
  readonly store: Pick<RecordStore, 'dirty' | 'clean' | 'markLiveDirty'>;
  readonly journal: Journal;
  readonly recentCommits?: Pick<RecentCommits, 'journaled' | 'unjournaled'>;
  readonly everyMs?: number;
  readonly liveEveryMs?: number;
  readonly onError: (error: unknown) => void;
}): WriteBehind => {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  /** What was marked by then is in the journal. */
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

  /** Looks for recent commits of at least that age in the journal, and writes what it lacks. */
  const look = async (ageMs: number): Promise<void> => {
    const waiting = recentCommits?.unjournaled(ageMs) ?? [];
    for (const some of inPieces(waiting, BATCH)) {
      const rows = await journal.read(some.map(({ userId }) => userId));
      const unwritten = some.filter((persisted) => !isJournaled(rows.get(persisted.userId), persisted));
      if (unwritten.length > 0) await journal.write(unwritten);
      recentCommits?.journaled(some);
    }
  };

  /** One after the other: a slow journal is not asked twice at once. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    running = running.catch(() => {}).then(work);
    return running;
  };

  const flush = () =>
    inTurn(async () => {
      // Both, also where the store cannot be asked.
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
        // Without the store, the journal still gets what this node remembers.
        await rescue();
        throw error;
      }
    },
  };
};
