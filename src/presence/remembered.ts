/**
 * What this node committed lately, and would have to bring back if the store lost it. See docs/architecture.md.
 */
import { recordWith, sessionWith } from './copies.js';
import { withMemory } from './merging.js';
import type { Emptied, SessionsEnded } from './ports.js';
import { durableChanged, durableOf } from './record.js';
import { type Ended, type HostedMemory, joined } from './recovery.js';
import { isWithdrawn, sessionById } from './session.js';
import type { DurablePresence, PresenceRecord, Session } from './types.js';

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
export const isKeptIn = (row: KnownAsOf, kept: KnownAsOf): boolean =>
  row.revision >= kept.revision && row.chosenAsOf >= kept.chosenAsOf && row.messageAsOf >= kept.messageAsOf;

/** A record as this node knew it when the store lost it, or may have. */
export interface Lost {
  readonly record: PresenceRecord;
  /** Of what the host put; null where others may have changed it since, and know no more that they did. */
  readonly hosted: HostedMemory | null;
  /** When the store was last seen to have it (`performance.now`). */
  readonly goneAt: number;
}

const NO_ENDS: ReadonlyMap<string, Ended> = new Map();

export interface Remembered {
  /** A commit of this node. */
  committed(before: PresenceRecord, after: PresenceRecord): void;
  /** What is kept of a user was said to this node, whoever committed it. */
  said(record: PresenceRecord): void;
  /** A user was deleted. */
  forget(userId: string): void;
  /** Read from the store: what others committed. */
  learnt(record: PresenceRecord): void;
  /** Sessions were ended on purpose: they are not brought back. */
  ended(ended: SessionsEnded): void;
  record(userId: string): PresenceRecord | undefined;
  /**
   * The store, last seen at `goneAt` (`performance.now`), lost what this node knows of those users, or may have: that is
   * kept as it is, whatever is committed while it is put back, until {@link Remembered.found}.
   */
  lost(goneAt: number, ofWhom: Emptied): void;
  lostRecord(userId: string): Lost | undefined;
  lostRecords(): ReadonlyMap<string, Lost>;
  /** The session of that id, whether or not its record was committed since without it. */
  session(userId: string, sessionId: string): Session | undefined;
  /** All that was lost is put back. */
  found(): void;
  /** What of a user's record the store lost before the journal may have got it, and sessions that ended before. */
  lostKept(userId: string): DurablePresence | undefined;
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

export const createRemembered = ({ now = () => performance.now(), maxKept = MAX_KEPT } = {}): Remembered => {
  const live = new Map<string, { readonly record: PresenceRecord; readonly at: number }>();
  const durable = new Map<string, { readonly kept: DurablePresence; readonly at: number }>();
  const ends = new Map<string, Map<string, Ended>>();
  const lost = new Map<string, Lost>();
  const lostKept = new Map<string, DurablePresence>();
  const lostEnds = new Map<string, ReadonlyMap<string, Ended>>();

  /** Sessions that a commit ended: a store that comes back a little older has them again. */
  const rememberEnds = (before: PresenceRecord, after: PresenceRecord) => {
    const at = after.revision;
    for (const { id, connections, graceUntil, leaseUntil } of before.sessions) {
      if (sessionById(after, id)) continue;
      // Their nodes are told, but may not have heard it; those that closed are nobody's to bring back.
      const withdrawn = connections.filter((connectionId) => isWithdrawn(after, connectionId));
      const end = graceUntil ?? leaseUntil;
      const until = Math.max(end === null ? 0 : end + LATE_MS, withdrawn.length > 0 ? at + OTHERS_LEARN_MS : 0);
      if (until === 0) continue;
      const ofUser = ends.get(after.userId) ?? new Map<string, Ended>();
      ends.set(after.userId, ofUser.set(id, { at, until, connections: withdrawn }));
    }
  };

  /** Of whom the store lost something that may not be back in what was read since. */
  let losses: readonly Emptied[] = [];

  /**
   * What the host put, as this node knows it. It knows the whole of it as of the record; but while all is being put back, no
   * more than what came back, which is as of when the host last changed that; null: nothing.
   */
  const hostedIn = (record: PresenceRecord): HostedMemory | null => {
    const isWhole = !losses.some((ofWhom) => ofWhom(record.userId));
    if (!isWhole && record.hostedAsOf === 0) return null;
    return { hosted: record.hosted, asOf: isWhole ? record.revision : record.hostedAsOf };
  };

  /** Kept as it is, with what of it was lost before and is not put back yet. */
  const lose = (
    userId: string,
    { record, at }: { readonly record: PresenceRecord; readonly at: number },
    goneAt: number,
  ) => {
    const isFresh = at > goneAt - OTHERS_LEARN_MS;
    const earlier = lost.get(userId);
    const hosted = isFresh ? laterOf(hostedIn(record), earlier?.hosted ?? null) : null;
    lost.set(userId, {
      record: earlier ? recordWith(record, { sessions: united(record.sessions, earlier.record.sessions) }) : record,
      hosted,
      goneAt: Math.min(earlier?.goneAt ?? goneAt, goneAt),
    });
  };

  /** Until the journal has it. */
  const keep = (record: PresenceRecord) => {
    const { userId } = record;
    durable.delete(userId);
    durable.set(userId, { kept: durableOf(record, record.revision), at: now() });
    const [oldest] = durable.size > maxKept ? durable.keys() : [];
    if (oldest !== undefined) durable.delete(oldest);
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
      if (durableChanged(before, after)) keep(after);
    },
    said: keep,
    forget(userId) {
      for (const known of [live, durable, ends, lost, lostKept, lostEnds]) known.delete(userId);
    },
    learnt(record) {
      const known = live.get(record.userId)?.record;
      const isNews = !known || record.generation > known.generation || record.revision >= known.revision;
      if (isNews) live.set(record.userId, { record, at: now() });
    },
    ended(message) {
      const known = live.get(message.userId);
      if (known) live.set(message.userId, { ...known, record: without(known.record, message) });
      const before = lost.get(message.userId);
      // Whether the user stayed live is not told: should they not have, nothing that the host put comes back.
      if (before) lost.set(message.userId, { ...before, record: without(before.record, message), hosted: null });
    },
    record: (userId) => live.get(userId)?.record,
    lost(goneAt, ofWhom) {
      for (const [userId, { kept }] of durable) if (ofWhom(userId)) lostKept.set(userId, kept);
      for (const [userId, ended] of ends) {
        if (ofWhom(userId)) lostEnds.set(userId, new Map([...(lostEnds.get(userId) ?? []), ...ended]));
      }
      for (const [userId, known] of live) if (ofWhom(userId)) lose(userId, known, goneAt);
      losses = [...losses, ofWhom];
    },
    lostRecord: (userId) => lost.get(userId),
    lostRecords: () => lost,
    session(userId, sessionId) {
      const [present, before] = [live.get(userId), lost.get(userId)].map(
        (known) => known && sessionById(known.record, sessionId),
      );
      return present && before ? withMemory(present, before) : (present ?? before);
    },
    lostKept: (userId) => lostKept.get(userId),
    lostEnds: (userId) => lostEnds.get(userId) ?? NO_ENDS,
    lostUsers: () => [...lostKept.keys(), ...lostEnds.keys()],
    found() {
      for (const known of [lost, lostKept, lostEnds]) known.clear();
      losses = [];
    },
    newer(record) {
      const kept = durable.get(record.userId)?.kept ?? lostKept.get(record.userId);
      return kept ? joined(record, kept) : record;
    },
    waits: (userId) => durable.has(userId),
    unjournaled(ageMs) {
      const since = now() - ageMs;
      return [...durable.values()].flatMap(({ kept, at }) => (at <= since ? kept : []));
    },
    journaled(rows) {
      for (const row of rows) {
        const mine = durable.get(row.userId);
        if (mine && isKeptIn(row, mine.kept)) durable.delete(row.userId);
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

/** Of two memories of what the host put the one as of later; of one moment the first. */
const laterOf = (one: HostedMemory | null, other: HostedMemory | null): HostedMemory | null =>
  one === null || (other !== null && other.asOf > one.asOf) ? other : one;

/** What is known of a record, without what was ended on purpose. */
const without = (record: PresenceRecord, { connectionIds, withdrawn }: SessionsEnded): PresenceRecord => {
  // What this node knows of later is not what ended.
  const ids = withdrawn && record.revision < withdrawn.revision ? withdrawn.sessionIds : [];
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
