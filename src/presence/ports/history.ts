/** The history: who was seen when, as spans, for reports of the host (docs/doors.md#history). */
import type { DeviceType, PresenceStatus } from '../types.js';

/** A user was seen with one status on one device from `from` until `to`; null while it goes on. Instants in ms since 1970. */
export interface Span {
  readonly device: DeviceType;
  readonly status: PresenceStatus;
  readonly from: number;
  readonly to: number | null;
}

/** A span that goes on. */
export type OpenSpan = Span & { readonly to: null };

/** Whose history: of that generation of the id. */
export interface HistoryOwner {
  readonly userId: string;
  readonly generation: number;
}

/** Up to where the history of one user is written. */
export interface HistoryHead {
  /** The revision of the latest step in it; 0 before the first. */
  readonly asOf: number;
  /** At most one a device. */
  readonly open: readonly OpenSpan[];
  /** How many spans began on `day`, in days since 1970. */
  readonly opened: number;
  readonly day: number;
}

/** What of a history is to be written. */
export interface HistoryChange {
  readonly head: HistoryHead;
  /** Open spans that turned out to be none. Removed first. */
  readonly removed: readonly OpenSpan[];
  /** New spans, and open ones that ended; one is known by its device and `from`. */
  readonly written: readonly Span[];
}

/** A place between two spans of a page: behind the span of that device that began then. */
export interface HistoryPlace {
  readonly from: number;
  readonly device: string;
}

export interface HistoryReader {
  /**
   * Up to `limit` spans of a user that overlap `from` (inclusive) to `to` (exclusive) and ended within the retention, by their
   * beginnings and devices, beyond `after`. None of an unknown or deleted user.
   */
  spans(
    userId: string,
    options: {
      readonly from: number;
      readonly to: number;
      readonly after: HistoryPlace | null;
      readonly limit: number;
    },
  ): Promise<readonly Span[]>;
}

/** Each method rejects with UNAVAILABLE while the database cannot be asked. Adapters pass `test/contract/history.ts`. */
export interface HistoryStore extends HistoryReader {
  /**
   * Changes the histories of distinct users, all of them or none: `decide` gets each head, and undefined leaves the history as it is.
   * One after the other where calls name the same user. Users who were deleted, or are of another generation by now, are left out.
   * Returns how many spans were written.
   */
  write<T extends HistoryOwner>(
    users: readonly T[],
    decide: (user: T, head: HistoryHead) => HistoryChange | undefined,
  ): Promise<number>;
  /**
   * Users with open spans, by id, beyond `after`: those of up to `limit` spans, which is more than a user has devices. `next` is where
   * the following ones begin; null at the end.
   */
  openAfter(
    after: string,
    limit: number,
  ): Promise<{
    readonly users: readonly (HistoryOwner & { readonly open: readonly OpenSpan[] })[];
    readonly next: string | null;
  }>;
  /** Removes one batch of what is too old. Resolves to whether there may be more; false where another node sweeps. */
  sweep(): Promise<boolean>;
}
