/** What a decision about a record comes to, and what a store must know of it. */
import type { PresenceRecord } from './types.js';

/** What a decision about one user's record comes to. */
export interface Decision<R> {
  /** The record to commit; the very record that was given when nothing changes (nothing is then written). */
  readonly record: PresenceRecord;
  readonly result: R;
}

/** What a store must know of a record to schedule and index it; computed by the domain, kept by the store. */
export interface Schedule {
  /** When `tick` has something to do; null when nothing is timed. */
  readonly dueAt: number | null;
  /** Whether others, audience aside, see the user live: what `live` lists. */
  readonly seenLive: boolean;
  /** False when nothing of the record is live, so that it may be dropped once the journal has it. */
  readonly live: boolean;
  /** Whether anybody, the user included, sees a difference, so that it has to be published. */
  readonly projectionChanged: boolean;
  /** Whether what outlives a restart changed, so that the journal must get it. */
  readonly durableChanged: boolean;
}
