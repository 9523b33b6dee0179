/** The live records of users. */
import type { Decision } from '../decision.js';
import type { PresenceRecord } from '../types.js';

/** Records of some users, and the store's clock when they were read. */
export interface Reading {
  /** The earliest clock of the reading: each part of a store has its own. Milliseconds since 1970. */
  readonly now: number;
  /** The clock of the part with that user, who has to be one of those asked for. */
  readonly nowOf: (userId: string) => number;
  /** Live records by user id; of a missing user nothing is live, and the journal has the rest. */
  readonly records: ReadonlyMap<string, PresenceRecord>;
  /** Users whose record is in a format of a newer release: nothing is known of them. */
  readonly unreadable?: ReadonlySet<string>;
  /** Users whose record is from before the store came back older: the journal may have a later one, see `reconciled`. */
  readonly doubtful?: ReadonlySet<string>;
}

/** What {@link RecordStore.forget} dropped. */
export interface Forgotten {
  /** The live record, to the one call that dropped it; null where there was none that this release reads. */
  readonly record: PresenceRecord | null;
  /** The store's clock. */
  readonly now: number;
}

/** Which state of a record it is. */
export type RecordHead = Pick<PresenceRecord, 'generation' | 'revision'>;

/** Why an update has no record of the store to start from. */
export interface Missing {
  /** The store is recovering: a record may yet be restored by another node. */
  readonly recovering: boolean;
  /** The record from before the store came back older: the journal may have a later one, see `reconciled`. */
  readonly doubtful: PresenceRecord | undefined;
}

/**
 * The live records of users, on the store's clock. Methods reject with UNAVAILABLE while the store cannot be asked, and readings
 * also while it is recovering. Keeps docs/design.md#2-shape; each adapter passes `test/contract/store.ts`.
 */
export interface RecordStore {
  /**
   * Commits what `decide` makes of the user's record; compare-and-set, decided anew with the newer record when it moved meanwhile,
   * so `decide` must be pure. A commit stores the record, schedules it, marks it for the journal, and publishes it where
   * anybody may see a difference: in one step, in the order of the commits, at a revision above every earlier one. A decision
   * that returns the very record it was given writes nothing.
   * Without a whole live record `restore` gives the one to start from, which is then marked for the journal; what it rejects
   * with (NOT_FOUND for an unknown user), `update` rejects with. Leases and graces from before an outage are prolonged
   * first. Resolves to the committed record, the decision's result and the store's clock.
   */
  update<R>(
    userId: string,
    restore: (missing: Missing) => Promise<PresenceRecord>,
    decide: (record: PresenceRecord, now: number) => Decision<R>,
  ): Promise<{ readonly record: PresenceRecord; readonly result: R; readonly now: number }>;
  /** The live records of those users, in one reading. */
  read(userIds: readonly string[]): Promise<Reading>;
  /**
   * Of which generation and revision the records of those users are, for who may know them already. Users are missing of whom there is
   * no record, or one from before an outage, which has to be read.
   */
  heads(userIds: readonly string[]): Promise<ReadonlyMap<string, RecordHead>>;
  /**
   * Up to `limit` users whose `dueAt` has passed. They stay due until a commit reschedules them. With `othersAfterMs` those for whom
   * another node comes first (see `LeaseStore.isFirstFor`) are left to it for so long.
   */
  dueUsers(limit: number, options?: { readonly othersAfterMs: number }): Promise<readonly string[]>;
  /** Up to `limit` users seen live (audience aside), in the order of the bytes of their ids, beyond `after`; and how many there are in all. */
  live(options: { readonly after: string | null; readonly limit: number }): Promise<{
    readonly userIds: readonly string[];
    readonly total: number;
  }>;
  /** Those of the users who are seen live, audience aside. */
  liveAmong(userIds: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Up to `limit` records marked for the journal, of each part of the store the oldest marks. With `shared`, of those parts alone that
   * are this node's for the next seconds: the nodes take turns, so that whatever one leaves is another's soon.
   * The marks of parts that cannot be asked are missing; `failures` holds what these failed with. Rejects where no other has a mark.
   */
  dirty(
    limit: number,
    options?: { readonly shared: boolean },
  ): Promise<{
    readonly now: number;
    readonly records: readonly PresenceRecord[];
    readonly failures?: readonly unknown[];
  }>;
  /** Removes the marks of records still at these revisions, and drops those in which nothing is live. */
  clean(written: readonly { readonly userId: string; readonly revision: number }[]): Promise<void>;
  /**
   * Marks the next of the live records, so that the journal gets their `lastSeen`: asked once a second, on however many nodes, it comes
   * to each about once a minute, and more seldom where there are too many for that. `ending`: marks all that end with this process.
   */
  markLiveDirty(options?: { readonly ending: boolean }): Promise<void>;
  /**
   * Drops the record, schedule and typing of a deleted user, and publishes the typing stops. Null, with nothing dropped, where the
   * record is of a later generation: the user was named again.
   */
  forget(userId: string, generation: number): Promise<Forgotten | null>;
}
