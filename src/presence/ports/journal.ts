import type { DurablePresence, JournalRow } from '../types.js';

/** What outlives a restart: chosen status, message, `lastSeen` and the record's time. */
export interface Journal {
  /** By user id; unknown and deleted users are missing. One query. */
  read(userIds: readonly string[]): Promise<ReadonlyMap<string, JournalRow>>;
  /**
   * One statement for the whole batch. A row of another generation than the user's present one is passed over. Of the
   * choice and of the message what is known as of later is kept, whichever row has the later revision; where it is of
   * both, the row's revision is later than either. Of the same revision a later `lastSeen` alone is taken.
   */
  write(rows: readonly DurablePresence[]): Promise<void>;
}
