/**
 * The records of users, from the live store and, where nothing is live, from the journal; and what every commit
 * entails beyond itself. See docs/architecture.md.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Decision } from '../presence/decision.js';
import { isUnavailable, notFound, unavailable } from '../presence/errors.js';
import type { Bus, SessionsEnded } from '../presence/ports/bus.js';
import type { Journal } from '../presence/ports/journal.js';
import type { Missing, Reading } from '../presence/ports/records.js';
import type { LiveStore } from '../presence/ports/stores.js';
import { durableOf, isSeenLive, restoreRecord, tick } from '../presence/record.js';
import { reconciled } from '../presence/recovery.js';
import { isRevoked, sessionById } from '../presence/session.js';
import { type Cause, type Transition, transitions } from '../presence/transitions.js';
import type { DurablePresence, JournalRow, PresenceRecord } from '../presence/types.js';
import type { Departures } from './departures.js';
import type { RecentCommits } from './recentCommits.js';

/** How long an answer waits for the journal to have a choice to hide, in ms. */
const PERSISTED_WITHIN_MS = 1_000;

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

export interface RecordReader {
  readonly readRecords: ReadRecords;
  readonly readAlike: ReadAlike;
}

const nothing = async (): Promise<void> => {};

/** A record as the journal has it; `doubtful` is one of before the store came back older than it was. */
const fromJournal = (userId: string, row: JournalRow, doubtful: PresenceRecord | undefined): PresenceRecord =>
  doubtful ? reconciled(doubtful, row) : restoreRecord(userId, row);

/**
 * Reads what is live first and what is kept afterwards. What is kept as of later than the reading of what is live is of
 * somebody who began to be live in between: then all is read again, so that what is joined was so at one instant.
 */
export const createRecordReader = ({
  store,
  journal,
  recentCommits,
}: {
  readonly store: LiveStore;
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

/** Commits decisions. Rejects with NOT_FOUND for a user who is not known, and with what the ports reject with. */
export interface RecordWriter {
  update<R>(
    userId: string,
    decide: (record: PresenceRecord, now: number) => Decision<R>,
    /** What it is about, where what happened cannot be told from the records. */
    cause?: Cause,
  ): Promise<{ readonly record: PresenceRecord; readonly result: R; readonly now: number }>;
  /**
   * The same for what a person says of their sessions: UNAVAILABLE while the user's record may yet be put back, so that
   * nothing starts beside it.
   */
  speak: RecordWriter['update'];
  /** Does what is due for one user. */
  tick(userId: string): Promise<void>;
  /** Brings into the journal what it may lack. What it has as of later stays there. */
  persist(persisted: DurablePresence): Promise<void>;
}

export const createRecordWriter = ({
  store,
  bus,
  journal,
  recentCommits,
  departures,
  onTransition,
  onJournalFailure,
}: {
  readonly store: LiveStore;
  readonly bus: Pick<Bus, 'publishEnded'>;
  readonly journal: Journal;
  readonly recentCommits: RecentCommits;
  readonly departures: Departures;
  /** What this node's commits did. */
  readonly onTransition: (transition: Transition) => void;
  /** A write that had to be left to the write-behind; it is not lost. */
  readonly onJournalFailure: (error: unknown) => void;
}): RecordWriter => {
  const restore = async (userId: string, { doubtful }: Missing) => {
    const row = (await journal.read([userId])).get(userId);
    if (!row) {
      // That the user was deleted is what the store forgot.
      if (doubtful) await store.forget(userId, doubtful.generation);
      throw notFound('There is no such user.');
    }
    return recentCommits.newer(fromJournal(userId, row, doubtful));
  };

  const keeping = new Map<string, Promise<void>>();
  /**
   * A choice to hide must outlive the very next moment, so it does not wait for the write-behind; nor does an answer
   * to who chose the same while it is being written come before it is.
   */
  const persistHiding = async (before: PresenceRecord, record: PresenceRecord, now: number): Promise<void> => {
    const { userId } = record;
    if (before.chosen !== record.chosen) {
      const writing = journal
        .write([durableOf(record, now)])
        .then(() => recentCommits.journaled([record]), onJournalFailure)
        .finally(() => {
          if (keeping.get(userId) === writing) keeping.delete(userId);
        });
      keeping.set(userId, writing);
    }
    // Where PostgreSQL is away the write-behind will bring it; the answer does not wait for that.
    await Promise.race([keeping.get(userId), wait(PERSISTED_WITHIN_MS, undefined, { ref: false })]);
  };

  const commit = async <R>(
    userId: string,
    restoring: (missing: Missing) => Promise<PresenceRecord>,
    decide: (record: PresenceRecord, now: number) => Decision<R>,
    cause: Cause | undefined,
  ) => {
    let before: PresenceRecord | undefined;
    const committed = await store.update(userId, restoring, (record, now) => {
      before = record;
      return decide(record, now);
    });
    const { record, now } = committed;
    if (!before || before === record) return committed;
    recentCommits.committed(before, record);
    for (const transition of transitions(before, record, cause)) onTransition(transition);
    const ended = endedOnPurpose(before, record, now);
    // What is committed stands, whether or not others hear of it now.
    if (ended) await bus.publishEnded(ended).catch(onJournalFailure);
    // After the commit: whoever announces typing reads the record again before they do. What hides waits for nothing else.
    try {
      if (isSeenLive(before) && !isSeenLive(record)) await store.clearTyping(userId, null);
    } finally {
      // Also where the store went away in between: the choice is made, and must be kept.
      if (record.chosen === 'INVISIBLE' || record.chosen === 'OFFLINE') await persistHiding(before, record, now);
    }
    return committed;
  };

  const update: RecordWriter['update'] = (userId, decide, cause) =>
    commit(userId, (missing) => restore(userId, missing), decide, cause);

  return {
    update,
    speak: (userId, decide, cause) =>
      commit(
        userId,
        async (missing) => {
          if (missing.recovering) throw unavailable('The live store is settling after an interruption.');
          return restore(userId, missing);
        },
        decide,
        cause,
      ),
    async tick(userId) {
      let before: PresenceRecord | undefined;
      const { record } = await update(userId, (current, now) => {
        before = current;
        return tick(current, now);
      });
      if (before) departures.ticked(before, record);
    },
    async persist(persisted) {
      await journal.write([persisted]);
      recentCommits.journaled([persisted]);
    },
  };
};

/**
 * What other nodes must forget: connections whose session is over, rather than having closed (they go on as watchers),
 * and sessions whose lease or grace ended before its time.
 */
const endedOnPurpose = (before: PresenceRecord, after: PresenceRecord, now: number): SessionsEnded | undefined => {
  const connectionIds = after.revoked
    .map(({ connectionId }) => connectionId)
    .filter((connectionId) => !isRevoked(before, connectionId));
  const sessionIds: string[] = [];
  for (const { id, graceUntil, leaseUntil } of before.sessions) {
    const session = sessionById(after, id);
    const wasToLive = Math.max(graceUntil ?? 0, leaseUntil ?? 0) > now;
    const goesOn = session !== undefined && (leaseUntil === null || session.leaseUntil !== null);
    if (wasToLive && !goesOn) sessionIds.push(id);
  }
  if (connectionIds.length === 0 && sessionIds.length === 0) return undefined;
  return { userId: after.userId, connectionIds, revoked: { sessionIds, revision: after.revision } };
};
