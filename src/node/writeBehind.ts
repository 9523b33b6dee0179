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
  /** Writes everything that is marked, whichever node's share it is. Rejects while the store or the journal is unavailable; the marks stay. */
  flush(): Promise<void>;
  /** The store lost something, and maybe marks: writes those recent commits of this node that the journal lacks. */
  rescue(): Promise<void>;
  /** The age of the oldest mark that may be unwritten, in ms, in the share of the store that this node writes. */
  readonly lagMs: number;
  /** Marks those whose live record ends with this process, and flushes a last time. Idempotent; rejects as `flush`. */
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
 * Flushes every `everyMs`, and marks live users every `liveEveryMs`, some at a time, so that the journal knows how long they were live.
 * What this node committed is remembered until the journal has it, whichever node wrote it. Nodes divide what is marked among themselves.
 */
export const startWriteBehind = ({
  store,
  journal,
  recentCommits,
  everyMs = 1_000,
  liveEveryMs = 1_000,
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
  /** The last drain failed: until one succeeds no share of others is left to them, which they may be unable to write either. */
  let hasFailed = false;

  const drain = async (shared: boolean) => {
    const startedAt = performance.now();
    const isShared = shared && !hasFailed;
    hasFailed = true;
    for (;;) {
      const { now, records, failures = [] } = await store.dirty(BATCH, { shared: isShared });
      if (records.length > 0) {
        await journal.write(records.map((record) => durableOf(record, now)));
        recentCommits?.journaled(records);
        await store.clean(records.map(({ userId, revision }) => ({ userId, revision })));
      }
      if (records.length === BATCH) continue;
      hasFailed = false;
      // What could be asked is written; of the rest nobody knows.
      if (failures.length > 0) throw failures[0];
      journaledAt = startedAt;
      return;
    }
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

  const write = (shared: boolean) =>
    inTurn(async () => {
      // Both, also where the store cannot be asked.
      const results = await Promise.allSettled([drain(shared), look(LOOK_AFTER_MS)]);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    });
  const flush = () => write(false);
  const rescue = () => inTurn(() => look(0));

  const flushing = every(everyMs, () => write(true), onError);
  const marking = every(liveEveryMs, () => store.markLiveDirty(), onError);

  return {
    flush,
    rescue,
    get lagMs() {
      return performance.now() - journaledAt;
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      await Promise.all([marking.stop(), flushing.stop()]);
      try {
        await store.markLiveDirty({ ending: true });
        await flush();
      } catch (error) {
        // Without the store, the journal still gets what this node remembers.
        await rescue();
        throw error;
      }
    },
  };
};
