/** The result of every command of the domain. */
import type { PresenceRecord } from './types.js';

/** A decision about one user's record: the record to commit, and what the command returns. */
export interface Decision<R> {
  /** The very record that was given where nothing changes: then nothing is written. */
  readonly record: PresenceRecord;
  readonly result: R;
}
