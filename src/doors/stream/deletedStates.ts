import type { ReadRecords } from '../../node/recordReader.js';
import { restoreRecord } from '../../presence/record.js';

/**
 * The same readings with a record for everybody: one of somebody who was never seen where there is none. The object at Stream outlives
 * a user who is deleted here, so it is told that they left, as it is told of anybody else.
 */
export const withDeleted =
  (readRecords: ReadRecords): ReadRecords =>
  async (userIds) => {
    const reading = await readRecords(userIds);
    const records = new Map(reading.records);
    for (const userId of userIds) {
      if (records.has(userId) || reading.unreadable?.has(userId)) continue;
      records.set(userId, restoreRecord(userId, { generation: 0, persisted: null }));
    }
    return { ...reading, records };
  };
