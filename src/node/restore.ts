/**
 * What goes back into a store that came back empty, or older than it was, besides the connections: choices and messages
 * that the journal may not have, HTTP leases, graces, what others' sessions said, what the host put; and what had ended.
 * docs/architecture.md.
 */
import { performance } from 'node:perf_hooks';
import { inBatches } from '../async/batches.js';
import { passes } from '../presence/errors.js';
import type { Emptied } from '../presence/ports/leases.js';
import { knowsMore, restoreRemainder } from '../presence/recovery.js';
import type { Timings } from '../presence/types.js';
import type { RecentCommits } from './recentCommits.js';
import type { RecordWriter } from './recordWriter.js';

export interface Restore {
  /** The store lost something of those users: all that this node knew of them, as {@link RecentCommits} has it, is owed. */
  require(emptied: Emptied): void;
  /** The others waited no longer: nothing that is missing by now is added any more. */
  comeLate(): void;
  /** Something of it is not there yet. */
  readonly restorePending: boolean;
  /** Nothing is left to be done. */
  readonly done: boolean;
  /**
   * Puts back what is owed. Once all of it is there, and the others have put back theirs, it is for the caller to have all
   * of it put back once more, since it may add to that. What cannot be put back now is left for the next time. Never rejects.
   */
  restoreConnection(): Promise<void>;
}

export const createRestore = ({
  records,
  recentCommits,
  served,
  timings,
  onError,
}: {
  readonly records: RecordWriter;
  readonly recentCommits: RecentCommits;
  /** The ids of the sessions that connections of this node hold, by user. */
  readonly served: () => ReadonlyMap<string, ReadonlySet<string>>;
  readonly timings: Timings;
  readonly onError: (error: unknown) => void;
}): Restore => {
  let pendingUsers = new Set<string>();
  let again = new Set<string>();
  let running: Promise<void> | undefined;

  /** False while the store is away. */
  const restoreOne = async (userId: string, again: boolean): Promise<boolean> => {
    const lost = recentCommits.lostRecord(userId);
    const [persisted, ends] = [recentCommits.lostPersisted(userId), recentCommits.lostEnds(userId)];
    // The user was deleted.
    if (!lost && !persisted && ends.size === 0) return true;
    const knownAt = (now: number) =>
      lost
        ? { record: lost.record, memory: lost.hostProvided, livedAt: now - (performance.now() - lost.goneAt) }
        : null;
    try {
      const { record: back } = await records.update(
        userId,
        (record, now) =>
          restoreRemainder(
            record,
            { known: knownAt(now), persisted, ends },
            { atLeastMs: timings.heartbeatIntervalMs, again },
            now,
          ),
        'put back',
      );
      // Nothing is committed of a user of whom nothing is live: other nodes learn it from the journal.
      if (persisted && back.sessions.length === 0 && recentCommits.waits(userId)) await records.persist(persisted);
      return true;
    } catch (error) {
      onError(error);
      return !passes(error);
    }
  };

  const restoreAll = async (): Promise<void> => {
    const [todo, then] = pendingUsers.size > 0 ? [pendingUsers, again] : [again, undefined];
    const away = new AbortController();
    const restoreConnection = async (userId: string) => {
      if (!todo.has(userId)) return;
      if (!(await restoreOne(userId, !then))) return away.abort();
      todo.delete(userId);
      then?.add(userId);
    };
    await inBatches([...todo], restoreConnection, away.signal);
  };

  return {
    require(emptied) {
      // Whoever is being put back just now may be so in vain.
      pendingUsers = new Set(pendingUsers);
      again = new Set([...again].filter((userId) => !emptied(userId)));
      for (const userId of recentCommits.lostUsers()) if (emptied(userId)) pendingUsers.add(userId);
      const sessions = served();
      for (const [userId, { record }] of recentCommits.lostRecords()) {
        if (emptied(userId) && knowsMore(record, sessions.get(userId))) pendingUsers.add(userId);
      }
    },
    comeLate() {
      for (const userId of pendingUsers) again.add(userId);
      pendingUsers.clear();
    },
    get restorePending() {
      return pendingUsers.size > 0;
    },
    get done() {
      return pendingUsers.size + again.size === 0;
    },
    restoreConnection() {
      running ??= restoreAll().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
};
