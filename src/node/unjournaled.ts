/** The durable part of this node's commits until the journal has it: the store's own mark may be lost with the store. */
import { durableChanged, durableOf } from '../presence/scheduling.js';
import type { DurablePresence, PresenceRecord } from '../presence/types.js';
import { setLatest } from './setLatest.js';

/** As of which revisions the durable part of a record is known. */
export type KnownAsOf = Pick<DurablePresence, 'revision' | 'chosenAsOf' | 'messageAsOf'>;

/**
 * Whether `row` holds all of `persisted`, or later values. A later revision alone does not: after a loss it may have been
 * committed without the choice or the message.
 */
export const isPersistedIn = (row: KnownAsOf, persisted: KnownAsOf): boolean =>
  row.revision >= persisted.revision &&
  row.chosenAsOf >= persisted.chosenAsOf &&
  row.messageAsOf >= persisted.messageAsOf;

export interface Unjournaled {
  /** A commit of this node. */
  committed(before: PresenceRecord, after: PresenceRecord): void;
  /** A command about the durable part reached this node, whoever committed it. */
  noteDurable(record: PresenceRecord): void;
  of(userId: string): DurablePresence | undefined;
  all(): readonly DurablePresence[];
  /** What was committed at least `ageMs` ago. */
  olderThan(ageMs: number): readonly DurablePresence[];
  /** The journal has those users as of these revisions. */
  journaled(rows: readonly (KnownAsOf & Pick<DurablePresence, 'userId'>)[]): void;
  delete(userId: string): void;
}

/** Of more than `maxKept` users the longest waiting is dropped: the store's mark remains. `now` in ms, monotonic. */
export const createUnjournaled = ({
  now,
  maxKept,
}: {
  readonly now: () => number;
  readonly maxKept: number;
}): Unjournaled => {
  const durable = new Map<string, { readonly persisted: DurablePresence; readonly at: number }>();
  const remember = (record: PresenceRecord): void =>
    setLatest(durable, record.userId, { persisted: durableOf(record, record.revision), at: now() }, maxKept);
  return {
    committed(before, after) {
      if (durableChanged(before, after)) remember(after);
    },
    noteDurable: remember,
    of: (userId) => durable.get(userId)?.persisted,
    all: () => [...durable.values()].map(({ persisted }) => persisted),
    olderThan(ageMs) {
      const until = now() - ageMs;
      return [...durable.values()].flatMap(({ persisted, at }) => (at <= until ? persisted : []));
    },
    journaled(rows) {
      for (const row of rows) {
        const mine = durable.get(row.userId);
        if (mine && isPersistedIn(row, mine.persisted)) durable.delete(row.userId);
      }
    },
    delete: (userId) => void durable.delete(userId),
  };
};
