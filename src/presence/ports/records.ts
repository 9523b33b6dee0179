import type { Decision } from '../decision.js';
import type { PresenceRecord } from '../types.js';

/** Records of some users, and the clock of the same reading. */
export interface Reading {
  /** The earliest that the clock was for any of them. */
  readonly now: number;
  /** The clock as it was for one of those who were asked for: parts of a store have clocks of their own. */
  readonly nowOf: (userId: string) => number;
  /** By user id; users without a live record are missing: their state is the journal's. */
  readonly records: ReadonlyMap<string, PresenceRecord>;
  /** Users of whom nothing can be said: their record is of a format that this release does not know. */
  readonly unreadable?: ReadonlySet<string>;
  /** Whose records are of before the store came back older than it was: the journal may know of later, see `reconciled`. */
  readonly doubtful?: ReadonlySet<string>;
}

/** Where a decision has no record of the store to start from. */
export interface Missing {
  /** The store settles: what is not there may yet be put back. */
  readonly recovering: boolean;
  /** There is one of before the store came back older than it was: the journal may know of later, see `reconciled`. */
  readonly doubtful: PresenceRecord | undefined;
}

/**
 * The live records of users, on one clock of the store that never goes back. Each adapter passes `test/contract/store.ts`.
 * Methods reject with a `PresenceError` UNAVAILABLE while the store cannot be asked.
 */
export interface RecordStore {
  /**
   * Reads a user's record, lets `decide` make the next one, and commits it: compare-and-set, repeated with the newer
   * record when it moved in between, so `decide` must be pure. The commit stores, schedules, marks what the journal
   * must get, and publishes the record where somebody may see a difference, in one step, in commit order.
   * `restore` is awaited where there is no live record to start from, and says what it starts from, which the journal
   * must get with the commit; it rejects for a user who does not exist, and so does `update`. Leases and graces of before
   * the store was away are prolonged first. Returns the decision's result, the committed record and the clock.
   */
  update<R>(
    userId: string,
    restore: (missing: Missing) => Promise<PresenceRecord>,
    decide: (record: PresenceRecord, now: number) => Decision<R>,
  ): Promise<{ readonly record: PresenceRecord; readonly result: R; readonly now: number }>;
  /** The records of those users, in one reading. */
  read(userIds: readonly string[]): Promise<Reading>;
  /** Up to `limit` users whose `dueAt` has passed. They stay due until a commit reschedules them. */
  dueUsers(limit: number): Promise<readonly string[]>;
  /** Users seen live (audience aside), by id, after `after`; and how many there are in all. */
  live(options: { readonly after: string | null; readonly limit: number }): Promise<{
    readonly userIds: readonly string[];
    readonly total: number;
  }>;
  /** Those of the users who are seen live (audience aside), in no order. */
  liveAmong(userIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Up to `limit` records that the journal has not got yet, oldest mark first. */
  dirty(limit: number): Promise<{ readonly now: number; readonly records: readonly PresenceRecord[] }>;
  /** Removes the marks of those that were written at these revisions, and drops records in which nothing is live. */
  clean(written: readonly { readonly userId: string; readonly revision: number }[]): Promise<void>;
  /** Marks every live record dirty, so that the journal learns that they are still live. */
  markLiveDirty(): Promise<void>;
  /**
   * Drops a user's record, schedule and typing, whatever they hold (the user was deleted). Publishes typing stops. False,
   * and the record stays, where it is of a later generation: of a user who was named again.
   */
  forget(userId: string, generation: number): Promise<boolean>;
}
