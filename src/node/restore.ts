/**
 * The restore, besides the connections, of a store that came back empty or older than it was: chosen statuses and messages that
 * the journal may lack, HTTP leases, graces, what it knows of other nodes' sessions, host-provided activities; and which sessions ended.
 *
 * | phase   | a user of this phase                                | next, and by what                                          |
 * |---------|-----------------------------------------------------|------------------------------------------------------------|
 * | `first` | has yet to be restored                              | `again`: the restore was committed                         |
 * | `again` | is restored once more when all nodes have restored: | done: committed again, by now without adding sessions      |
 * |         | their restores may lack what this node knows        |                                                            |
 *
 * {@link Restore.phase} is the earliest phase of any user. See docs/architecture.md#recovery.
 */
import { performance } from 'node:perf_hooks';
import { inBatches } from '../async/batches.js';
import { isTemporary } from '../presence/errors.js';
import type { Emptied, RestorePhase } from '../presence/ports/leases.js';
import { knowsMore, restoreRemainder } from '../presence/recovery.js';
import type { Timings } from '../presence/types.js';
import type { RecentCommits } from './recentCommits.js';
import type { RecordWriter } from './recordWriter.js';

export interface Restore {
  readonly phase: RestorePhase;
  /** The store lost data of those users: what {@link RecentCommits} has of them is to be restored. */
  require(emptied: Emptied): void;
  /** The recovery ended without this node: the first phase is skipped, since it alone adds sessions. */
  missedRecovery(): void;
  /**
   * Restores the users of the present phase; those who cannot be restored now stay for the next run. The caller begins the
   * phase `again` only when no other node is in its first. Concurrent calls share one run. Never rejects.
   */
  run(): Promise<void>;
}

export const createRestore = ({
  records,
  recentCommits,
  servedSessions,
  timings,
  onError,
}: {
  readonly records: RecordWriter;
  readonly recentCommits: RecentCommits;
  /** The ids of the sessions that connections of this node hold, by user. */
  readonly servedSessions: () => ReadonlyMap<string, ReadonlySet<string>>;
  readonly timings: Timings;
  readonly onError: (error: unknown) => void;
}): Restore => {
  let first = new Set<string>();
  let again = new Set<string>();
  let running: Promise<void> | undefined;

  /** False while the store is unavailable. */
  const restoreUser = async (userId: string, isAgain: boolean): Promise<boolean> => {
    const lost = recentCommits.lostRecord(userId);
    const [persisted, ends] = [recentCommits.lostPersisted(userId), recentCommits.lostEnds(userId)];
    // The user was deleted.
    if (!lost && !persisted && ends.size === 0) return true;
    const knownAt = (now: number) =>
      lost
        ? { record: lost.record, memory: lost.hostProvided, livedAt: now - (performance.now() - lost.goneAt) }
        : null;
    try {
      const { record: restored } = await records.update(
        userId,
        (record, now) =>
          restoreRemainder(
            record,
            { known: knownAt(now), persisted, ends },
            { atLeastMs: timings.heartbeatIntervalMs, again: isAgain },
            now,
          ),
        'restored',
      );
      // A user without a live session has no record to commit: other nodes learn the choice from the journal.
      if (persisted && restored.sessions.length === 0 && recentCommits.isUnjournaled(userId)) {
        await records.persist(persisted);
      }
      return true;
    } catch (error) {
      onError(error);
      return !isTemporary(error);
    }
  };

  const restorePhase = async (): Promise<void> => {
    const isAgain = first.size === 0;
    const [users, next] = isAgain ? [again, undefined] : [first, again];
    const interrupted = new AbortController();
    const restoreOne = async (userId: string) => {
      if (!users.has(userId)) return;
      const isRestored = await restoreUser(userId, isAgain);
      const isRequired = users.delete(userId);
      if (isRestored) next?.add(userId);
      else {
        // Only a part of the store may be unavailable: users of the other parts come first the next time.
        if (isRequired) users.add(userId);
        interrupted.abort();
      }
    };
    await inBatches([...users], restoreOne, interrupted.signal);
  };

  return {
    get phase() {
      if (first.size > 0) return 'first';
      return again.size > 0 ? 'again' : 'done';
    },
    require(emptied) {
      // New sets: a restore under way may be lost again, and must not take its user off these.
      first = new Set(first);
      again = new Set([...again].filter((userId) => !emptied(userId)));
      for (const userId of recentCommits.lostUsers()) if (emptied(userId)) first.add(userId);
      const served = servedSessions();
      for (const [userId, { record }] of recentCommits.lostRecords()) {
        if (emptied(userId) && knowsMore(record, served.get(userId))) first.add(userId);
      }
    },
    missedRecovery() {
      for (const userId of first) again.add(userId);
      first.clear();
    },
    run() {
      running ??= restorePhase().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
};
