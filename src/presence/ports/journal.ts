/** The journal: what outlives a restart, in the database. */
import type { DurablePresence, JournalRow } from '../types.js';

/**
 * Chosen status, status message, `lastSeen` and revision of each user. Methods reject with UNAVAILABLE while the database cannot
 * be asked. Keeps docs/design.md#2-shape ("Write-behind"); each adapter passes `test/contract/journal.ts`.
 */
export interface Journal {
  /** Rows by user id, in one query; unknown and deleted users are missing. A row's `persisted` throws UNAVAILABLE when it is of a newer format. */
  read(userIds: readonly string[]): Promise<ReadonlyMap<string, JournalRow>>;
  /**
   * Writes all rows in one statement, each merged with the row in place, so that writes may come in any order and repeatedly:
   * - a row of another generation than the user's present one is ignored;
   * - the choice and the message are each taken from the row with the later `chosenAsOf` or `messageAsOf`;
   * - the later revision holds; where something is taken from both rows, a revision later than either;
   * - at equal revisions only a later `lastSeen` is taken.
   */
  write(rows: readonly DurablePresence[]): Promise<void>;
}
