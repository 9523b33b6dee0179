/** Counts of objects: registers that the host sets. */
import type { Counts, NewCounts } from '../socialTypes.js';

/** Methods reject with UNAVAILABLE while the database cannot be asked. Each adapter passes `test/contract/social.ts`. */
export interface CountStore {
  /**
   * Sets counts, unless they were set with the same or a later version. BAD_USER_INPUT past 10 counts an object, with nothing
   * set. What moved is in the social log, and published by the time it resolves. Returns how many objects moved.
   */
  putCounts(puts: readonly NewCounts[]): Promise<number>;
  /** The counts of each object, in one query; none of an object of which nothing was put, as of now. By object id. */
  counts(objectIds: readonly string[]): Promise<ReadonlyMap<string, Counts>>;
}
