/**
 * The records of users, from the live store and, where nothing is live, from the journal; and what every commit
 * entails beyond itself. See docs/architecture.md.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Departures } from './departures.js';
import { isUnavailable, notFound, unavailable } from './errors.js';
import type { Bus, Decision, Journal, JournalRow, Missing, Reading, SessionsEnded, Store } from './ports.js';
import { durableOf, isHiding, isSeenLive, restoreRecord, tick } from './record.js';
import { reconciled } from './recovery.js';
import type { Remembered } from './remembered.js';
import { isWithdrawn, sessionById } from './session.js';
import { type Cause, type Transition, transitions } from './transitions.js';
import type { DurablePresence, PresenceRecord } from './types.js';

/** How long an answer waits for the journal to have a choice to hide, in ms. */
const KEPT_WITHIN_MS = 1_000;

/** Of so many users at the most a node knows that the journal has their choice to hide: for who chooses it again. */
const MAX_HIDDEN = 10_000;

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
  facts: () => Promise<F>,
) => Promise<Records & { readonly facts: F }>;

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
  remembered,
}: {
  readonly store: Store;
  readonly journal: Journal;
  readonly remembered: Remembered;
}): RecordReader => {
  const readOnce = async <F>(
    userIds: readonly string[],
    ofWhom: 'all' | 'who is not live',
    facts: () => Promise<F>,
  ) => {
    const { now, nowOf, records: live, unreadable: unread, doubtful } = await store.read(userIds);
    const missing = userIds.filter((userId) => doubtful?.has(userId) || (!live.has(userId) && !unread?.has(userId)));
    const asked = ofWhom === 'all' ? userIds : missing;
    const [rows, found] = await Promise.all([asked.length > 0 ? journal.read(asked) : undefined, facts()]);
    const records = new Map(live);
    for (const userId of doubtful ?? []) records.delete(userId);
    const unreadable = new Set(unread);
    /** Of those who are kept as of later than the reading, when. */
    const later = new Map<string, number>();
    for (const userId of missing) {
      const row = rows?.get(userId);
      if (!row) continue;
      try {
        const record = remembered.newer(fromJournal(userId, row, live.get(userId)));
        records.set(userId, record);
        if (record.revision > nowOf(userId)) later.set(userId, record.revision);
      } catch (error) {
        // What a newer release kept of one user is no reason to answer nobody.
        if (!isUnavailable(error)) throw error;
        unreadable.add(userId);
      }
    }
    return { now, nowOf, records, unreadable, facts: found, later };
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
    readAlike: (userIds, facts) => read(userIds, 'all', facts),
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
  keep(kept: DurablePresence): Promise<void>;
}

export const createRecordWriter = ({
  store,
  bus,
  journal,
  remembered,
  departures,
  onTransition,
  onJournalFailure,
}: {
  readonly store: Store;
  readonly bus: Pick<Bus, 'publishEnded'>;
  readonly journal: Journal;
  readonly remembered: Remembered;
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
    return remembered.newer(fromJournal(userId, row, doubtful));
  };

  const keeping = new Map<string, Promise<void>>();
  /** Of choices to hide that this node brought into the journal, as of when they are. */
  const hidden = new Map<string, number>();
  const rememberHidden = ({ userId, chosenAsOf }: PresenceRecord) => {
    hidden.delete(userId);
    hidden.set(userId, chosenAsOf);
    const [oldest] = hidden.size > MAX_HIDDEN ? hidden.keys() : [];
    if (oldest !== undefined) hidden.delete(oldest);
  };
  /**
   * A choice to hide must outlive the very next moment, so it does not wait for the write-behind; nor does an answer
   * to who commits anything while it is being written come before it is.
   */
  const keepHidden = async (record: PresenceRecord, now: number, isNews: boolean): Promise<void> => {
    const { userId } = record;
    if (isNews && hidden.get(userId) !== record.chosenAsOf) {
      const writing = journal
        .write([durableOf(record, now)])
        .then(() => {
          remembered.journaled([record]);
          rememberHidden(record);
        }, onJournalFailure)
        .finally(() => {
          if (keeping.get(userId) === writing) keeping.delete(userId);
        });
      keeping.set(userId, writing);
    }
    // Where PostgreSQL is away the write-behind will bring it; the answer does not wait for that.
    await Promise.race([keeping.get(userId), wait(KEPT_WITHIN_MS, undefined, { ref: false })]);
  };

  const tell = async (before: PresenceRecord, record: PresenceRecord, now: number, cause: Cause | undefined) => {
    remembered.committed(before, record);
    for (const transition of transitions(before, record, cause)) onTransition(transition);
    const ended = endedOnPurpose(before, record, now);
    // What is committed stands, whether or not others hear of it now.
    if (ended) await bus.publishEnded(ended).catch(onJournalFailure);
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
    if (!before) return committed;
    // Who repeats what they said may do so because the answer was lost, and all that came of it.
    const hides = cause === 'hides' && isHiding(record.chosen);
    if (hides || cause === 'says') remembered.said(record);
    if (before === record && !hides) return committed;
    if (before !== record) await tell(before, record, now, cause);
    // After the commit: whoever announces typing reads the record again before they do. What hides waits for nothing else.
    try {
      if (hides || (isSeenLive(before) && !isSeenLive(record))) await store.clearTyping(userId, null);
    } finally {
      // Also where the store went away in between: the choice is made, and must be kept.
      if (isHiding(record.chosen)) await keepHidden(record, now, hides || before.chosen !== record.chosen);
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
          if (missing.settling) throw unavailable('The live store is settling after an interruption.');
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
    async keep(kept) {
      await journal.write([kept]);
      remembered.journaled([kept]);
    },
  };
};

/**
 * What other nodes must forget: connections whose session is over, rather than having closed (they go on as watchers),
 * and sessions whose lease or grace ended before its time.
 */
const endedOnPurpose = (before: PresenceRecord, after: PresenceRecord, now: number): SessionsEnded | undefined => {
  const connectionIds = after.withdrawn
    .map(({ connectionId }) => connectionId)
    .filter((connectionId) => !isWithdrawn(before, connectionId));
  const sessionIds: string[] = [];
  for (const { id, graceUntil, leaseUntil } of before.sessions) {
    const session = sessionById(after, id);
    const wasToLive = Math.max(graceUntil ?? 0, leaseUntil ?? 0) > now;
    const goesOn = session !== undefined && (leaseUntil === null || session.leaseUntil !== null);
    if (wasToLive && !goesOn) sessionIds.push(id);
  }
  if (connectionIds.length === 0 && sessionIds.length === 0) return undefined;
  return { userId: after.userId, connectionIds, withdrawn: { sessionIds, revision: after.revision } };
};
