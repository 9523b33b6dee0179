/** Reads records from the live store and, where nothing is live, from the journal. See docs/architecture.md#visibility. */
import { isUnavailable } from '../presence/errors.js';
import type { Journal } from '../presence/ports/journal.js';
import type { Reading, RecordStore } from '../presence/ports/records.js';
import { fromJournal } from '../presence/recovery.js';
import type { RecentCommits } from './recentCommits.js';

/** Records of one reading, from both; unknown users are missing. */
export type Records = Reading;

/**
 * Reads records, the journal only for users of whom nothing is live. The time that takes tells who is live, so it is for work
 * that no caller waits for. Rejects with UNAVAILABLE while the store or the journal cannot be asked.
 */
export type ReadRecords = (userIds: readonly string[]) => Promise<Records>;

/**
 * Reads records for an answer, in the same steps whoever is live: first the live store; then, at the same time, the journal for
 * all of the users and `accessFacts`. Rejects as {@link ReadRecords} does, or as `accessFacts`. docs/security.md#time
 */
export type ReadAlike = <F>(
  userIds: readonly string[],
  accessFacts: () => Promise<F>,
) => Promise<Records & { readonly accessFacts: F }>;

export interface RecordReader {
  readonly readRecords: ReadRecords;
  readonly readAlike: ReadAlike;
}

const nothing = async (): Promise<void> => {};

/**
 * Reads the live store before the journal. A journal row later than the first reading belongs to a user who began to be live in
 * between: then both are read again, so that all of a reading was so at one instant.
 */
export const createRecordReader = ({
  store,
  journal,
  recentCommits,
}: {
  readonly store: Pick<RecordStore, 'read'>;
  readonly journal: Pick<Journal, 'read'>;
  readonly recentCommits: Pick<RecentCommits, 'withUnjournaled'>;
}): RecordReader => {
  const readOnce = async <F>(
    userIds: readonly string[],
    ofWhom: 'all' | 'who is not live',
    accessFacts: () => Promise<F>,
  ) => {
    const { now, nowOf, records: live, unreadable: unread, doubtful } = await store.read(userIds);
    const missing = userIds.filter((userId) => doubtful?.has(userId) || (!live.has(userId) && !unread?.has(userId)));
    const asked = ofWhom === 'all' ? userIds : missing;
    const [rows, found] = await Promise.all([asked.length > 0 ? journal.read(asked) : undefined, accessFacts()]);
    const records = new Map(live);
    for (const userId of doubtful ?? []) records.delete(userId);
    const unreadable = new Set(unread);
    /** The revisions of those whose row is later than the reading of the live store. */
    const later = new Map<string, number>();
    for (const userId of missing) {
      const row = rows?.get(userId);
      if (!row) continue;
      try {
        const record = recentCommits.withUnjournaled(fromJournal(userId, row, live.get(userId)));
        records.set(userId, record);
        if (record.revision > nowOf(userId)) later.set(userId, record.revision);
      } catch (error) {
        // One user's row of a newer release must not fail the reading of all.
        if (!isUnavailable(error)) throw error;
        unreadable.add(userId);
      }
    }
    return { now, nowOf, records, unreadable, accessFacts: found, later };
  };

  const read = async <F>(...how: Parameters<typeof readOnce<F>>) => {
    for (let before: ReadonlyMap<string, number> | undefined; ; ) {
      const { later, ...reading } = await readOnce<F>(...how);
      // A row that was as late before this reading is no sign of a new session: the store's clock is behind.
      if ([...later].every(([userId, revision]) => before?.get(userId) === revision)) return reading;
      before = later;
    }
  };

  return {
    readRecords: (userIds) => read(userIds, 'who is not live', nothing),
    readAlike: (userIds, accessFacts) => read(userIds, 'all', accessFacts),
  };
};
