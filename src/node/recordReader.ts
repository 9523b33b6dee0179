/** Reads records from the live store and, where nothing is live, from the journal. See docs/architecture.md. */
import { isUnavailable } from '../presence/errors.js';
import type { Journal } from '../presence/ports/journal.js';
import type { Reading, RecordStore } from '../presence/ports/records.js';
import { fromJournal } from '../presence/recovery.js';
import type { RecentCommits } from './recentCommits.js';

/** Records of one reading, whole; users who are not known are missing. */
export type Records = Reading;

/**
 * Reads records. What the journal keeps is asked only for those of whom nothing is live: for what nobody waits for, who
 * could tell from the time that it takes.
 */
export type ReadRecords = (userIds: readonly string[]) => Promise<Records>;

/**
 * Reads records for an answer, and, once those that are live are read, `facts`. Whatever is found takes the same steps:
 * what the journal keeps is asked for everybody, at the same time as the facts.
 */
export type ReadAlike = <F>(
  userIds: readonly string[],
  accessFacts: () => Promise<F>,
) => Promise<Records & { readonly accessFacts: F }>;

const nothing = async (): Promise<void> => {};

export interface RecordReader {
  readonly readRecords: ReadRecords;
  readonly readAlike: ReadAlike;
}

/**
 * Reads what is live first and what is kept afterwards. What is kept as of later than the reading of what is live is of
 * somebody who began to be live in between: then all is read again, so that what is joined was so at one instant.
 */
export const createRecordReader = ({
  store,
  journal,
  recentCommits,
}: {
  readonly store: Pick<RecordStore, 'read'>;
  readonly journal: Journal;
  readonly recentCommits: RecentCommits;
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
    /** Of those who are kept as of later than the reading, when. */
    const later = new Map<string, number>();
    for (const userId of missing) {
      const row = rows?.get(userId);
      if (!row) continue;
      try {
        const record = recentCommits.newer(fromJournal(userId, row, live.get(userId)));
        records.set(userId, record);
        if (record.revision > nowOf(userId)) later.set(userId, record.revision);
      } catch (error) {
        // What a newer release kept of one user is no reason to answer nobody.
        if (!isUnavailable(error)) throw error;
        unreadable.add(userId);
      }
    }
    return { now, nowOf, records, unreadable, accessFacts: found, later };
  };

  const read = async <F>(...how: Parameters<typeof readOnce<F>>) => {
    for (let before: ReadonlyMap<string, number> | undefined; ; ) {
      const { later, ...reading } = await readOnce<F>(...how);
      // What was kept already before this reading, and is not live in it, is so: the store's clock is behind.
      if ([...later].every(([userId, revision]) => before?.get(userId) === revision)) return reading;
      before = later;
    }
  };

  return {
    readRecords: (userIds) => read(userIds, 'who is not live', nothing),
    readAlike: (userIds, accessFacts) => read(userIds, 'all', accessFacts),
  };
};
