/**
 * What goes back into a store that came back empty, or older than it was, besides the connections: choices and messages
 * that the journal may not have, HTTP leases, graces, what others' sessions said, what the host put; and what had ended.
 * docs/architecture.md.
 */
import { performance } from 'node:perf_hooks';
import { inBatches } from './batches.js';
import { passes } from './errors.js';
import type { Emptied } from './ports.js';
import type { RecordWriter } from './records.js';
import { knowsMore, putBackRest } from './recovery.js';
import type { Remembered } from './remembered.js';
import type { Timings } from './types.js';

export interface Rest {
  /** The store lost something of those users: all that this node knew of them, as {@link Remembered} has it, is owed. */
  owe(emptied: Emptied): void;
  /** The others waited no longer: nothing that is missing by now is added any more. */
  comeLate(): void;
  /** Something of it is not there yet. */
  readonly owing: boolean;
  /** Nothing is left to be done. */
  readonly done: boolean;
  /**
   * Puts back what is owed. Once all of it is there, and the others have put back theirs, it is for the caller to have all
   * of it put back once more, since it may add to that. What cannot be put back now is left for the next time. Never rejects.
   */
  putBack(): Promise<void>;
}

export const createRest = ({
  records,
  remembered,
  served,
  timings,
  onError,
}: {
  readonly records: RecordWriter;
  readonly remembered: Remembered;
  /** The ids of the sessions that connections of this node hold, by user. */
  readonly served: () => ReadonlyMap<string, ReadonlySet<string>>;
  readonly timings: Timings;
  readonly onError: (error: unknown) => void;
}): Rest => {
  let owed = new Set<string>();
  let again = new Set<string>();
  let running: Promise<void> | undefined;

  /** False while the store is away. */
  const putBackOne = async (userId: string, again: boolean): Promise<boolean> => {
    const lost = remembered.lostRecord(userId);
    const [kept, ends] = [remembered.lostKept(userId), remembered.lostEnds(userId)];
    // The user was deleted.
    if (!lost && !kept && ends.size === 0) return true;
    const knownAt = (now: number) =>
      lost ? { record: lost.record, memory: lost.hosted, livedAt: now - (performance.now() - lost.goneAt) } : null;
    try {
      const { record: back } = await records.update(
        userId,
        (record, now) =>
          putBackRest(
            record,
            { known: knownAt(now), kept, ends },
            { atLeastMs: timings.heartbeatIntervalMs, again },
            now,
          ),
        'put back',
      );
      // Nothing is committed of a user of whom nothing is live: other nodes learn it from the journal.
      if (kept && back.sessions.length === 0 && remembered.waits(userId)) await records.keep(kept);
      return true;
    } catch (error) {
      onError(error);
      return !passes(error);
    }
  };

  const putBackAll = async (): Promise<void> => {
    const [todo, then] = owed.size > 0 ? [owed, again] : [again, undefined];
    const away = new AbortController();
    const putBack = async (userId: string) => {
      if (!todo.has(userId)) return;
      const isBack = await putBackOne(userId, !then);
      const isOwed = todo.delete(userId);
      if (isBack) then?.add(userId);
      else {
        // The others come first the next time: it may be a part of the store that is away.
        if (isOwed) todo.add(userId);
        away.abort();
      }
    };
    await inBatches([...todo], putBack, away.signal);
  };

  return {
    owe(emptied) {
      // Whoever is being put back just now may be so in vain.
      owed = new Set(owed);
      again = new Set([...again].filter((userId) => !emptied(userId)));
      for (const userId of remembered.lostUsers()) if (emptied(userId)) owed.add(userId);
      const sessions = served();
      for (const [userId, { record }] of remembered.lostRecords()) {
        if (emptied(userId) && knowsMore(record, sessions.get(userId))) owed.add(userId);
      }
    },
    comeLate() {
      for (const userId of owed) again.add(userId);
      owed.clear();
    },
    get owing() {
      return owed.size > 0;
    },
    get done() {
      return owed.size + again.size === 0;
    },
    putBack() {
      running ??= putBackAll().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
};
