/** What a decision about a record comes to, and what a store must know of it. */
import type { PresenceRecord } from './types.js';

/** What a decision about one user's record comes to. */
export interface Decision<R> {
  /** The record to commit; the very record that was given when nothing changes (nothing is then written). */
  readonly record: PresenceRecord;
  readonly result: R;
}
