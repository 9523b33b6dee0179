/**
 * The records of users, from the live store and, where nothing is live, from the journal; and what every commit
 * entails beyond itself. DESIGN section 2, "Nothing that matters is lost".
 */
import { notFound } from './errors.js';
import type { Bus, Decision, Journal, Store } from './ports.js';
import { durableOf, isSeenLive, restoreRecord, tick } from './record.js';
import type { Remembered } from './remembered.js';
import type { PresenceRecord } from './types.js';

/** Records of one reading, whole; users who are not known are missing. */
export interface Records {
  readonly now: number;
  readonly records: ReadonlyMap<string, PresenceRecord>;
}

export type ReadRecords = (userIds: readonly string[]) => Promise<Records>;

/** Reads what is live first and what is kept afterwards, so that nothing is as of later than `now`. */
export const createRecordReader =
  ({
    store,
    journal,
    remembered,
  }: {
    readonly store: Store;
    readonly journal: Journal;
    readonly remembered: Remembered;
  }): ReadRecords =>
  async (userIds) => {
    const { now, records: live } = await store.read(userIds);
    const missing = userIds.filter((userId) => !live.has(userId));
    if (missing.length === 0) return { now, records: live };
    const kept = await journal.read(missing);
    const restored = [...kept].map(([id, row]) => [id, restoreRecord(id, remembered.newer(id, row))] as const);
    return { now, records: new Map([...live, ...restored]) };
  };

/** Commits decisions. Rejects with NOT_FOUND for a user who is not known, and with what the ports reject with. */
export interface RecordWriter {
  update<R>(
    userId: string,
    decide: (record: PresenceRecord, now: number) => Decision<R>,
  ): Promise<{ readonly record: PresenceRecord; readonly result: R; readonly now: number }>;
  /** Does what is due for one user. */
  tick(userId: string): Promise<void>;
}

export const createRecordWriter = ({
  store,
  bus,
  journal,
  remembered,
  onJournalFailure,
}: {
  readonly store: Store;
  readonly bus: Pick<Bus, 'publishEnded'>;
  readonly journal: Journal;
  readonly remembered: Remembered;
  /** A write that had to be left to the write-behind; it is not lost. */
  readonly onJournalFailure: (error: unknown) => void;
}): RecordWriter => {
  const restore = async (userId: string) => {
    const row = (await journal.read([userId])).get(userId);
    if (!row) throw notFound('There is no such user.');
    return restoreRecord(userId, remembered.newer(userId, row));
  };

  const keeping = new Map<string, Promise<void>>();
  /**
   * A choice to hide must outlive the very next moment, so it does not wait for the write-behind; nor does an answer
   * to who chose the same while it is being written come before it is.
   */
  const keepHidden = async (before: PresenceRecord, record: PresenceRecord, now: number): Promise<void> => {
    const { userId } = record;
    if (before.chosen !== record.chosen) {
      const writing = journal
        .write([durableOf(record, now)])
        .catch(onJournalFailure)
        .finally(() => {
          if (keeping.get(userId) === writing) keeping.delete(userId);
        });
      keeping.set(userId, writing);
    }
    await keeping.get(userId);
  };

  const update: RecordWriter['update'] = async (userId, decide) => {
    let before: PresenceRecord | undefined;
    const committed = await store.update(
      userId,
      () => restore(userId),
      (record, now) => {
        before = record;
        return decide(record, now);
      },
    );
    const { record, now } = committed;
    if (!before || before === record) return committed;
    remembered.committed(before, record);
    const connectionIds = endedWhileHeld(before, record);
    // What is committed stands, whether or not others hear of it now.
    if (connectionIds.length > 0) await bus.publishEnded({ userId, connectionIds }).catch(onJournalFailure);
    // After the commit: whoever announces typing reads the record again before they do. What hides waits for nothing else.
    if (isSeenLive(before) && !isSeenLive(record)) await store.clearTyping(userId, null);
    if (record.chosen === 'INVISIBLE' || record.chosen === 'OFFLINE') await keepHidden(before, record, now);
    return committed;
  };

  return {
    update,
    async tick(userId) {
      await update(userId, tick);
    },
  };
};

/** Connections that held a session which is over, rather than having closed: they go on as watchers. */
const endedWhileHeld = (before: PresenceRecord, after: PresenceRecord): readonly string[] =>
  before.sessions
    .filter(({ id }) => !after.sessions.some((session) => session.id === id))
    .flatMap(({ connections }) => connections);
