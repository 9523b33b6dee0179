/** Commits decisions about records, and does what a commit entails beyond itself. See docs/architecture.md. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Decision } from '../presence/decision.js';
import { notFound, unavailable } from '../presence/errors.js';
import type { Bus, SessionsEnded } from '../presence/ports/bus.js';
import type { Journal } from '../presence/ports/journal.js';
import type { Missing, RecordStore } from '../presence/ports/records.js';
import type { TypingStore } from '../presence/ports/typing.js';
import { tick } from '../presence/record.js';
import { fromJournal } from '../presence/recovery.js';
import { durableOf } from '../presence/scheduling.js';
import { isRevoked, sessionById } from '../presence/session.js';
import { isHiding, isSeenLive } from '../presence/status.js';
import { type Cause, type Transition, transitions } from '../presence/transitions.js';
import type { DurablePresence, PresenceRecord } from '../presence/types.js';
import type { Departures } from './departures.js';
import type { RecentCommits } from './recentCommits.js';

/** How long an answer waits for the journal to have a choice to hide, in ms. */
const PERSISTED_WITHIN_MS = 1_000;

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
  updateWhenReady: RecordWriter['update'];
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
  readonly store: Pick<RecordStore, 'update' | 'forget'> & Pick<TypingStore, 'clearTyping'>;
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
      if (isHiding(record.chosen)) await persistHiding(before, record, now);
    }
    return committed;
  };

  const update: RecordWriter['update'] = (userId, decide, cause) =>
    commit(userId, (missing) => restore(userId, missing), decide, cause);

  return {
    update,
    updateWhenReady: (userId, decide, cause) =>
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
