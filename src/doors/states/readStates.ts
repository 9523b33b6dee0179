/** Reads the states of users as the host's back end sees them. */
import type { ReadRecords } from '../../node/recordReader.js';
import type { Directory } from '../../presence/ports/directory.js';
import { viewAt } from '../../presence/view.js';
import { EVERYTHING } from '../../presence/visibility.js';
import type { UserState } from './sending.js';

/** What was read of some users. */
export interface StateReading {
  readonly states: readonly UserState[];
  /** Users who are deleted, or were never named: nothing is told of them. */
  readonly gone: readonly string[];
  /** Users whose record only a newer release reads. */
  readonly unreadable: readonly string[];
}

export const createStateReader =
  ({ readRecords, people }: { readonly readRecords: ReadRecords; readonly people: Pick<Directory, 'deletedAmong'> }) =>
  async (userIds: readonly string[]): Promise<StateReading> => {
    const { records, nowOf, unreadable } = await readRecords(userIds);
    // After the records: the live store may still have one of somebody who is deleted.
    const deleted = await people.deletedAmong(userIds);
    const states: UserState[] = [];
    const gone: string[] = [];
    for (const userId of userIds) {
      const record = records.get(userId);
      if (unreadable?.has(userId)) continue;
      if (record && !deleted.has(userId)) states.push(viewAt(record, EVERYTHING, nowOf(userId)));
      else gone.push(userId);
    }
    return { states, gone, unreadable: userIds.filter((userId) => unreadable?.has(userId)) };
  };

export type ReadStates = ReturnType<typeof createStateReader>;
