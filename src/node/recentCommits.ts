/**
 * What this node committed lately, and would have to bring back if the store lost it. See docs/architecture.md.
 */
import { recordWith, sessionWith } from '../presence/copies.js';
import { withMemory } from '../presence/merging.js';
import type { SessionsEnded } from '../presence/ports/bus.js';
import type { Emptied } from '../presence/ports/leases.js';
import { type Ended, type HostMemory, joined } from '../presence/recovery.js';
import { durableChanged, durableOf } from '../presence/scheduling.js';
import { isRevoked, sessionById } from '../presence/session.js';
import type { DurablePresence, PresenceRecord, Session } from '../presence/types.js';

/** Changes of so many users at the most wait for the journal here: what the store has of them waits there as well. */
const MAX_KEPT = 100_000;
/** By how much a clock may be behind what the session's end was counted by, in ms. */
const LATE_MS = 5_000;
/**
 * For how long this node remembers what it committed about sessions that others hold, in ms: by then those have learnt
 * it from the store, see `mend`.
 */
const OTHERS_LEARN_MS = 150_000;

/** As of when what is kept of a user is known. */
export type KnownAsOf = Pick<DurablePresence, 'revision' | 'chosenAsOf' | 'messageAsOf'>;

/**
 * Whether all of what is `kept` is in `row`, or is there as of later: a later revision alone may have been committed
 * without it, after the store lost it.
 */
export const isPersistedIn = (row: KnownAsOf, persisted: KnownAsOf): boolean =>
  row.revision >= persisted.revision &&
  row.chosenAsOf >= persisted.chosenAsOf &&
  row.messageAsOf >= persisted.messageAsOf;

/** A record as this node knew it when the store lost it, or may have. */
export interface Lost {
  readonly record: PresenceRecord;
  /** Of what the host put; null where others may have changed it since, and know no more that they did. */
  readonly hostProvided: HostMemory | null;
  /** When the store was last seen to have it (`performance.now`). */
  readonly goneAt: number;
}

const NO_ENDS: ReadonlyMap<string, Ended> = new Map();

export interface RecentCommits {
  /** A commit of this node. */
  committed(before: PresenceRecord, after: PresenceRecord): void;
  /** A user was deleted. */
  forget(userId: string): void;
  /** Read from the store: what others committed. */
  observed(record: PresenceRecord): void;
  /** Sessions were ended on purpose: they are not brought back. */
  ended(ended: SessionsEnded): void;
  record(userId: string): PresenceRecord | undefined;
  /**
   * The store, last seen at `goneAt` (`performance.now`), lost what this node knows of those users, or may have: that is
   * kept as it is, whatever is committed while it is put back, until {@link RecentCommits.found}.
   */
  lost(goneAt: number, ofWhom: Emptied): void;
  lostRecord(userId: string): Lost | undefined;
  lostRecords(): ReadonlyMap<string, Lost>;
  /** The session of that id, whether or not its record was committed since without it. */
  session(userId: string, sessionId: string): Session | undefined;
  /** All that was lost is put back. */
  found(): void;
  /** What of a user's record the store lost before the journal may have got it, and sessions that ended before. */
  lostPersisted(userId: string): DurablePresence | undefined;
  lostEnds(userId: string): ReadonlyMap<string, Ended>;
  /** Users of whom there is something of either. */
  lostUsers(): Iterable<string>;
  /** The record as it was read, with what this node knows of later and the journal may not have got. */
  newer(record: PresenceRecord): PresenceRecord;
  /** Whether the journal may not have got something of a user. */
  waits(userId: string): boolean;
  /** What the journal may not have got, of so many ms ago or earlier. */
  unjournaled(ageMs: number): readonly DurablePresence[];
  /** The journal has those users as they are in these, or of later. */
  journaled(rows: readonly (KnownAsOf & Pick<DurablePresence, 'userId'>)[]): void;
  /** Drops live records of which nothing is this node's to bring back. */
  prune(isOurs: (record: PresenceRecord) => boolean, storeNow: number): void;
}

export const createRecentCommits = ({ now = () => performance.now(), maxKept = MAX_KEPT } = {}): RecentCommits => {
  const live = new Map<string, { readonly record: PresenceRecord; readonly at: number }>();
  const durable = new Map<string, { readonly persisted: DurablePresence; readonly at: number }>();
  const ends = new Map<string, Map<string, Ended>>();
  const lost = new Map<string, Lost>();
  const lostPersisted = new Map<string, DurablePresence>();
  const lostEnds = new Map<string, ReadonlyMap<string, Ended>>();

  /** Sessions that a commit ended: a store that comes back a little older has them again. */
  const rememberEnds = (before: PresenceRecord, after: PresenceRecord) => {
    const at = after.revision;
    for (const { id, connections, graceUntil, leaseUntil } of before.sessions) {
      if (sessionById(after, id)) continue;
      // Their nodes are told, but may not have heard it; those that closed are nobody's to bring back.
      const revoked = connections.filter((connectionId) => isRevoked(after, connectionId));
      const end = graceUntil ?? leaseUntil;
      const until = Math.max(end === null ? 0 : end + LATE_MS, revoked.length > 0 ? at + OTHERS_LEARN_MS : 0);
      if (until === 0) continue;
      const ofUser = ends.get(after.userId) ?? new Map<string, Ended>();
      ends.set(after.userId, ofUser.set(id, { at, until, connections: revoked }));
    }
  };

  /** Kept as it is, with what of it was lost before and is not put back yet. */
  const lose = (
    userId: string,
    { record, at }: { readonly record: PresenceRecord; readonly at: number },
    goneAt: number,
  ) => {
    const isFresh = at > goneAt - OTHERS_LEARN_MS;
    const hostProvided = isFresh ? { hostProvided: record.hostProvided, asOf: record.revision } : null;
    const earlier = lost.get(userId);
    lost.set(userId, {
      record: earlier ? recordWith(record, { sessions: united(record.sessions, earlier.record.sessions) }) : record,
      hostProvided,
      goneAt: Math.min(earlier?.goneAt ?? goneAt, goneAt),
    });
  };

  return {
    committed(before, after) {
      const { userId } = after;
      // The store has lost something, as the next look at it will tell: what was known is not forgotten for this commit.
      const known = live.get(userId);
      if (known && isLost(known.record, before)) lose(userId, known, now());
      if (after.sessions.length > 0) live.set(userId, { record: after, at: now() });
      else live.delete(userId);
      rememberEnds(before, after);
      if (!durableChanged(before, after)) return;
      durable.delete(userId);
      durable.set(userId, { persisted: durableOf(after, after.revision), at: now() });
      const [oldest] = durable.size > maxKept ? durable.keys() : [];
      if (oldest !== undefined) durable.delete(oldest);
    },
    forget(userId) {
      for (const known of [live, durable, ends, lost, lostPersisted, lostEnds]) known.delete(userId);
    },
    observed(record) {
      const known = live.get(record.userId)?.record;
      const isNews = !known || record.generation > known.generation || record.revision >= known.revision;
      if (isNews) live.set(record.userId, { record, at: now() });
    },
    ended(message) {
      const known = live.get(message.userId);
      if (known) live.set(message.userId, { ...known, record: without(known.record, message) });
      const before = lost.get(message.userId);
      // Whether the user stayed live is not told: should they not have, nothing that the host put comes back.
      if (before) lost.set(message.userId, { ...before, record: without(before.record, message), hostProvided: null });
    },
    record: (userId) => live.get(userId)?.record,
    lost(goneAt, ofWhom) {
      for (const [userId, { persisted }] of durable) if (ofWhom(userId)) lostPersisted.set(userId, persisted);
      for (const [userId, ended] of ends) {
        if (ofWhom(userId)) lostEnds.set(userId, new Map([...(lostEnds.get(userId) ?? []), ...ended]));
      }
      for (const [userId, known] of live) if (ofWhom(userId)) lose(userId, known, goneAt);
    },
    lostRecord: (userId) => lost.get(userId),
    lostRecords: () => lost,
    session(userId, sessionId) {
      const [present, before] = [live.get(userId), lost.get(userId)].map(
        (known) => known && sessionById(known.record, sessionId),
      );
      return present && before ? withMemory(present, before) : (present ?? before);
    },
    lostPersisted: (userId) => lostPersisted.get(userId),
    lostEnds: (userId) => lostEnds.get(userId) ?? NO_ENDS,
    lostUsers: () => [...lostPersisted.keys(), ...lostEnds.keys()],
    found() {
      for (const known of [lost, lostPersisted, lostEnds]) known.clear();
    },
    newer(record) {
      const persisted = durable.get(record.userId)?.persisted ?? lostPersisted.get(record.userId);
      return persisted ? joined(record, persisted) : record;
    },
    waits: (userId) => durable.has(userId),
    unjournaled(ageMs) {
      const since = now() - ageMs;
      return [...durable.values()].flatMap(({ persisted, at }) => (at <= since ? persisted : []));
    },
    journaled(rows) {
      for (const row of rows) {
        const mine = durable.get(row.userId);
        if (mine && isPersistedIn(row, mine.persisted)) durable.delete(row.userId);
      }
    },
    prune(isOurs, storeNow) {
      for (const [userId, ofUser] of ends) {
        for (const [sessionId, { until }] of ofUser) if (until < storeNow) ofUser.delete(sessionId);
        if (ofUser.size === 0) ends.delete(userId);
      }
      for (const [userId, { record, at }] of live) {
        if (at < now() - OTHERS_LEARN_MS && !isOurs(record)) live.delete(userId);
      }
    },
  };
};

/** Whether the store has lost what is known of a record: it decided about one of no later revision, without the sessions. */
const isLost = (known: PresenceRecord, before: PresenceRecord): boolean =>
  before.generation === known.generation && before.revision <= known.revision && before.sessions.length === 0;

/** What is known of a record, without what was ended on purpose. */
const without = (record: PresenceRecord, { connectionIds, revoked }: SessionsEnded): PresenceRecord => {
  // What this node knows of later is not what ended.
  const ids = revoked && record.revision < revoked.revision ? revoked.sessionIds : [];
  const sessions = record.sessions
    .filter(({ connections }) => !connections.some((connectionId) => connectionIds.includes(connectionId)))
    .map((session) =>
      ids.includes(session.id) ? sessionWith(session, { leaseUntil: null, graceUntil: null }) : session,
    );
  return recordWith(record, { sessions });
};

/** The sessions of later, with what else was known of them, and of those of earlier the ones that are not among them. */
const united = (later: readonly Session[], earlier: readonly Session[]): readonly Session[] => [
  ...later.map((session) => {
    const before = earlier.find(({ id }) => id === session.id);
    return before ? withMemory(session, before) : session;
  }),
  ...earlier.filter(({ id }) => !later.some((session) => session.id === id)),
];
