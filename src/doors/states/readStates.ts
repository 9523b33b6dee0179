/** Reads the states of users as the host's back end sees them. */
import type { ReadRecords } from '../../node/recordReader.js';
import type { Directory } from '../../presence/ports/directory.js';
import { restoreRecord } from '../../presence/record.js';
import { viewAt } from '../../presence/view.js';
import { EVERYTHING } from '../../presence/visibility.js';
import type { UserState } from './sending.js';

/** What was read of some users. */
export interface StateReading {
  readonly states: readonly UserState[];
  /** Users who are deleted: nothing is told of them. */
  readonly gone: readonly string[];
  /** Users whose record only a newer release reads. */
  readonly unreadable: readonly string[];
}

/** Who was never seen, or is deleted: a consumer may have a state of their former life. */
const neverSeen = (userId: string) => restoreRecord(userId, { generation: 0, persisted: null });

export const createStateReader =
  ({ readRecords, people }: { readonly readRecords: ReadRecords; readonly people: Pick<Directory, 'deletedAmong'> }) =>
  async (userIds: readonly string[]): Promise<StateReading> => {
    const { records, nowOf, unreadable } = await readRecords(userIds);
    // After the records: the live store may still have one of somebody who is deleted.
    const deleted = await people.deletedAmong(userIds);
    const states: UserState[] = [];
    const gone: string[] = [];
    for (const userId of userIds) {
      if (unreadable?.has(userId)) continue;
      if (deleted.has(userId)) gone.push(userId);
      else states.push(viewAt(records.get(userId) ?? neverSeen(userId), EVERYTHING, nowOf(userId)));
    }
    return { states, gone, unreadable: userIds.filter((userId) => unreadable?.has(userId)) };
  };

export type ReadStates = ReturnType<typeof createStateReader>;
