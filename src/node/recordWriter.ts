/**
 * Commits decisions about records, and what follows from a commit: transitions, ended sessions, typing, a choice to hide.
 * See docs/architecture.md#the-path-of-a-mutation.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Decision } from '../presence/decision.js';
import { notFound, unavailable } from '../presence/errors.js';
import type { Bus, SessionsEnded } from '../presence/ports/bus.js';
import type { Journal } from '../presence/ports/journal.js';
import type { Missing, RecordStore } from '../presence/ports/records.js';
import type { TypingStore } from '../presence/ports/typing.js';
import { deleted, tick } from '../presence/record.js';
import { fromJournal } from '../presence/recovery.js';
import { durableOf } from '../presence/scheduling.js';
import { isRevoked, sessionById } from '../presence/session.js';
import { isHiding, isSeenLive } from '../presence/status.js';
import { type Cause, type Transition, transitions } from '../presence/transitions.js';
import type { DurablePresence, PresenceRecord } from '../presence/types.js';
import type { Departures } from './departures.js';
import type { RecentCommits } from './recentCommits.js';
import { setLatest } from './setLatest.js';

/** How long an answer waits for the journal to have a choice to hide, in ms. */
const PERSISTED_WITHIN_MS = 1_000;
/** Of how many users a node remembers at the most that the journal has their choice to hide, for those who repeat it. */
const MAX_HIDDEN = 10_000;

/** A committed record, the decision's result, and the store's clock at the commit. */
export interface Committed<R> {
  readonly record: PresenceRecord;
  readonly result: R;
  readonly now: number;
}

/**
 * Commits decisions. Rejects with NOT_FOUND for an unknown user, and with UNAVAILABLE while the store, or the journal that a
 * record has to be read from, cannot be asked.
 */
export interface RecordWriter {
  update<R>(
    userId: string,
    /** Pure: it is decided anew when the record moved meanwhile. */
    decide: (record: PresenceRecord, now: number) => Decision<R>,
    /** What the commit is about, for {@link Transition}s that the records alone do not tell. */
    cause?: Cause,
  ): Promise<Committed<R>>;
  /**
   * The same for a command of a person. UNAVAILABLE where the store is recovering and has no record of the user yet: a session
   * that starts now would stand beside the one that is about to be restored.
   */
  updateWhenReady: RecordWriter['update'];
  /** Commits what is due for one user. */
  tick(userId: string): Promise<void>;
  /** Has all nodes forget a session that the store lacks as of that revision, whoever ended it. Never rejects. */
  announceEnd(userId: string, ended: { readonly sessionId: string; readonly revision: number }): Promise<void>;
  /** Drops the live record of a deleted user. False where it is of a later generation: the user was named again. */
  forget(userId: string, generation: number): Promise<boolean>;
  /** Writes to the journal what it may lack; what it has of later revisions stays. */
  persist(persisted: DurablePresence): Promise<void>;
}

/**
 * A choice to hide must survive the loss of the store, so it goes to the journal before its answer, also that of a repetition,
 * unless this node knows that the journal has it. Resolves when the choice is written, also one of the same user that is being
 * written already; or after {@link PERSISTED_WITHIN_MS}: while the journal is unavailable the write-behind brings it. Never rejects.
 */
const createHidingWrites = ({
  journal,
  recentCommits,
  onJournalFailure,
}: {
  readonly journal: Pick<Journal, 'write'>;
  readonly recentCommits: RecentCommits;
  readonly onJournalFailure: (error: unknown) => void;
}) => {
  const writes = new Map<string, Promise<void>>();
  /** The choices that this node wrote, by user, as of when they were made. */
  const written = new Map<string, number>();
  const wrote = (record: PresenceRecord) => {
    recentCommits.journaled([record]);
    setLatest(written, record.userId, record.chosenAsOf, MAX_HIDDEN);
  };
  return async (record: PresenceRecord, now: number, isChosenNow: boolean): Promise<void> => {
    const { userId } = record;
    if (isChosenNow && written.get(userId) !== record.chosenAsOf) {
      const writing = journal
        .write([durableOf(record, now)])
        .then(() => wrote(record), onJournalFailure)
        .finally(() => {
          if (writes.get(userId) === writing) writes.delete(userId);
        });
      writes.set(userId, writing);
    }
    await Promise.race([writes.get(userId), wait(PERSISTED_WITHIN_MS, undefined, { ref: false })]);
  };
};

/**
 * A commit of this node: the record before and after it, and the store's clock. `isRestored`: the store is recovering and had lost the
 * record, so that nobody saw what it was decided from.
 */
export type OnCommit = (before: PresenceRecord, after: PresenceRecord, now: number, isRestored: boolean) => void;

/** This node dropped the live record of a user who was deleted: the record before, and as all that is over. */
export type OnDeleted = (before: PresenceRecord, after: PresenceRecord) => void;

/** How a commit came about. */
interface Circumstances {
  readonly cause: Cause | undefined;
  readonly isRestored: boolean;
}

export const createRecordWriter = ({
  store,
  bus,
  journal,
  recentCommits,
  departures,
  onTransition,
  onCommit = () => {},
  onDeleted = () => {},
  onJournalFailure,
}: {
  readonly store: Pick<RecordStore, 'update' | 'forget'> & Pick<TypingStore, 'clearTyping'>;
  readonly bus: Pick<Bus, 'publishEnded'>;
  readonly journal: Journal;
  readonly recentCommits: RecentCommits;
  readonly departures: Departures;
  /** What this node's commits did. */
  readonly onTransition: (transition: Transition) => void;
  /** This node committed a change, at `now` on the store's clock. Called before the command is answered; must not throw. */
  readonly onCommit?: OnCommit;
  /** Once over all nodes. Must not throw. */
  readonly onDeleted?: OnDeleted;
  /** A write or message that failed after a commit; the write-behind or reconciliation makes up for it. */
  readonly onJournalFailure: (error: unknown) => void;
}): RecordWriter => {
  const persistHiding = createHidingWrites({ journal, recentCommits, onJournalFailure });

  const forget = async (userId: string, generation: number): Promise<boolean> => {
    const forgotten = await store.forget(userId, generation);
    if (forgotten?.record) onDeleted(forgotten.record, deleted(forgotten.record, forgotten.now));
    return forgotten !== null;
  };

  /** The record to start from, where the store has none that is whole. */
  const readJournal = async (userId: string, { doubtful }: Missing) => {
    const row = (await journal.read([userId])).get(userId);
    if (!row) {
      // The user was deleted, which an older store does not know.
      if (doubtful) await forget(userId, doubtful.generation);
      throw notFound('There is no such user.');
    }
    return recentCommits.withUnjournaled(fromJournal(userId, row, doubtful));
  };

  const publishEnded = (ended: SessionsEnded): Promise<void> => bus.publishEnded(ended).catch(onJournalFailure);

  const announce = async (
    before: PresenceRecord,
    record: PresenceRecord,
    now: number,
    { cause, isRestored }: Circumstances,
  ): Promise<void> => {
    recentCommits.committed(before, record);
    for (const transition of transitions(before, record, cause)) onTransition(transition);
    onCommit(before, record, now, isRestored);
    const ended = endedOnPurpose(before, record, now);
    // The commit stands, whether or not other nodes receive this.
    if (ended) await publishEnded(ended);
  };

  /** What follows a commit. A command may be a repetition, after an answer that was lost together with what should have followed. */
  const follow = async (
    before: PresenceRecord,
    record: PresenceRecord,
    now: number,
    circumstances: Circumstances,
  ): Promise<void> => {
    const { cause } = circumstances;
    const hides = cause === 'hides' && isHiding(record.chosen);
    if (hides || cause === 'durable') recentCommits.noteDurable(record);
    if (before === record && !hides) return;
    if (before !== record) await announce(before, record, now, circumstances);
    try {
      // After the commit: whoever announces typing reads the record before.
      if (hides || (isSeenLive(before) && !isSeenLive(record))) await store.clearTyping(record.userId, null);
    } finally {
      // Also where the store failed in between: the choice is committed.
      if (isHiding(record.chosen)) await persistHiding(record, now, hides || before.chosen !== record.chosen);
    }
  };

  const commit = async <R>(
    userId: string,
    restore: (missing: Missing) => Promise<PresenceRecord>,
    decide: (record: PresenceRecord, now: number) => Decision<R>,
    cause: Cause | undefined,
  ): Promise<Committed<R>> => {
    let before: PresenceRecord | undefined;
    let isRestored = false;
    const restoreNow = (missing: Missing) => {
      isRestored = missing.recovering;
      return restore(missing);
    };
    const committed = await store.update(userId, restoreNow, (record, now) => {
      before = record;
      return decide(record, now);
    });
    const { record, now } = committed;
    if (before) await follow(before, record, now, { cause, isRestored });
    return committed;
  };

  const update: RecordWriter['update'] = (userId, decide, cause) =>
    commit(userId, (missing) => readJournal(userId, missing), decide, cause);

  return {
    update,
    forget,
    updateWhenReady: (userId, decide, cause) =>
      commit(
        userId,
        async (missing) => {
          if (missing.recovering) throw unavailable('The live store is recovering from an interruption.');
          return readJournal(userId, missing);
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
    announceEnd: (userId, { sessionId, revision }) =>
      publishEnded({ userId, connectionIds: [], revoked: { sessionIds: [sessionId], revision, heldToo: true } }),
    async persist(persisted) {
      await journal.write([persisted]);
      recentCommits.journaled([persisted]);
    },
  };
};

/**
 * What other nodes must forget of a commit: connections whose session was ended while they stay open as watchers, and sessions
 * whose lease or grace was ended before its time. Undefined for none.
 */
const endedOnPurpose = (before: PresenceRecord, after: PresenceRecord, now: number): SessionsEnded | undefined => {
  const connectionIds = after.revoked
    .map(({ connectionId }) => connectionId)
    .filter((connectionId) => !isRevoked(before, connectionId));
  const sessionIds: string[] = [];
  for (const { id, graceUntil, leaseUntil } of before.sessions) {
    const session = sessionById(after, id);
    const wasToLive = Math.max(graceUntil ?? 0, leaseUntil ?? 0) > now;
    // A gateway that closes leaves its session to a grace.
    const isTimed = session !== undefined && (session.leaseUntil !== null || session.graceUntil !== null);
    const goesOn = session !== undefined && (leaseUntil === null || isTimed);
    if (wasToLive && !goesOn) sessionIds.push(id);
  }
  if (connectionIds.length === 0 && sessionIds.length === 0) return undefined;
  return { userId: after.userId, connectionIds, revoked: { sessionIds, revision: after.revision } };
};
