/**
 * What this node remembers of its recent commits, to restore a store that loses them: live records, durable changes that the
 * journal may lack, ended sessions. When the store loses something, the part of it that concerns the loss is set aside as it is
 * (`lost…`), and stays so whatever is committed during the restore, until all of it is restored.
 * See docs/architecture.md#recovery.
 */
import { recordWith, sessionWith } from '../presence/copies.js';
import { withMemory } from '../presence/merging.js';
import type { SessionsEnded } from '../presence/ports/bus.js';
import type { Emptied } from '../presence/ports/leases.js';
import { type Ended, type HostMemory, joined } from '../presence/recovery.js';
import { sessionById } from '../presence/session.js';
import type { DurablePresence, PresenceRecord, Session } from '../presence/types.js';
import { createEndedSessions, OTHERS_LEARN_MS } from './endedSessions.js';
import { createUnjournaled, type KnownAsOf } from './unjournaled.js';

/** How many users' durable changes are remembered at the most: the store marks each as well. */
const MAX_KEPT = 100_000;

/** A record as this node knew it when the store lost it, or may have. */
export interface Lost {
  readonly record: PresenceRecord;
  /** What the host provided; null where another node may have changed it since. */
  readonly hostProvided: HostMemory | null;
  /** When the store last had it, by `performance.now`. */
  readonly goneAt: number;
}

const NO_ENDS: ReadonlyMap<string, Ended> = new Map();

export interface RecentCommits {
  /** A commit of this node. */
  committed(before: PresenceRecord, after: PresenceRecord): void;
  /** A command about the durable part of a record reached this node, whoever committed it. */
  noteDurable(record: PresenceRecord): void;
  /** A record as read from the store: it may hold commits of other nodes. */
  observed(record: PresenceRecord): void;
  /** Sessions were ended on purpose, here or elsewhere: they are not restored. */
  sessionsEnded(ended: SessionsEnded): void;
  /** The user was deleted. */
  forget(userId: string): void;

  /** The users of whom a live record is remembered. */
  liveUsers(): readonly string[];
  /** The latest live record that this node knows of. */
  record(userId: string): PresenceRecord | undefined;
  /** The session of that id, also where the record was committed since without it. */
  session(userId: string, sessionId: string): Session | undefined;
  /** The record with what this node committed later and the journal may lack. */
  withUnjournaled(record: PresenceRecord): PresenceRecord;
  isUnjournaled(userId: string): boolean;
  /** What the journal may lack, committed at least `ageMs` ago. */
  unjournaled(ageMs: number): readonly DurablePresence[];
  /** The journal has those users as of these revisions. */
  journaled(rows: readonly (KnownAsOf & Pick<DurablePresence, 'userId'>)[]): void;

  /** The store, last seen at `goneAt` (`performance.now`), lost something of those users, or may have. */
  storeLost(goneAt: number, emptied: Emptied): void;
  lostRecord(userId: string): Lost | undefined;
  lostRecords(): ReadonlyMap<string, Lost>;
  /** The durable part, lost before the journal may have got it. */
  lostPersisted(userId: string): DurablePresence | undefined;
  /** Sessions that had ended before the loss, by id. */
  lostEnds(userId: string): ReadonlyMap<string, Ended>;
  /** The users of either of these two. */
  lostUsers(): Iterable<string>;
  /** All that was lost is restored. */
  restored(): void;

  /** Forgets ended sessions in time, and live records that this node would not restore. */
  prune(isOurs: (record: PresenceRecord) => boolean, storeNow: number): void;
}

/** `now`: monotonic, in ms. */
export const createRecentCommits = ({ now = () => performance.now(), maxKept = MAX_KEPT } = {}): RecentCommits => {
  const live = new Map<string, { readonly record: PresenceRecord; readonly at: number }>();
  const unjournaled = createUnjournaled({ now, maxKept });
  const ends = createEndedSessions();
  const lost = new Map<string, Lost>();
  const lostPersisted = new Map<string, DurablePresence>();
  const lostEnds = new Map<string, ReadonlyMap<string, Ended>>();

  /** Losses whose restore goes on: a record that was committed since may lack what the host provided. */
  let losses: readonly Emptied[] = [];

  /**
   * What the host provided, as this node knows it: all of it as of the record's revision. During a restore no more than what is
   * restored, which is as of when the host last changed it; null: nothing is known.
   */
  const hostMemoryOf = ({ userId, revision, hostProvided, hostProvidedAsOf }: PresenceRecord): HostMemory | null => {
    const isWhole = !losses.some((emptied) => emptied(userId));
    if (!isWhole && hostProvidedAsOf === 0) return null;
    return { hostProvided, asOf: isWhole ? revision : hostProvidedAsOf };
  };

  /** Sets a live record aside, together with what of it is set aside already and not restored yet. */
  const setAside = (
    userId: string,
    { record, at }: { readonly record: PresenceRecord; readonly at: number },
    goneAt: number,
  ) => {
    const isFresh = at > goneAt - OTHERS_LEARN_MS;
    const earlier = lost.get(userId);
    const hostProvided = isFresh ? laterOf(hostMemoryOf(record), earlier?.hostProvided ?? null) : null;
    lost.set(userId, {
      record: earlier ? recordWith(record, { sessions: united(record.sessions, earlier.record.sessions) }) : record,
      hostProvided,
      goneAt: Math.min(earlier?.goneAt ?? goneAt, goneAt),
    });
  };

  return {
    committed(before, after) {
      const { userId } = after;
      // The store lost something that the next lease heartbeat will find: this commit must not replace what was known.
      const known = live.get(userId);
      if (known && isLost(known.record, before)) setAside(userId, known, now());
      if (after.sessions.length > 0) live.set(userId, { record: after, at: now() });
      else live.delete(userId);
      ends.committed(before, after);
      unjournaled.committed(before, after);
    },
    noteDurable: unjournaled.noteDurable,
    observed(record) {
      const known = live.get(record.userId)?.record;
      const isNews = !known || record.generation > known.generation || record.revision >= known.revision;
      if (isNews) live.set(record.userId, { record, at: now() });
    },
    sessionsEnded(message) {
      const known = live.get(message.userId);
      if (known) live.set(message.userId, { ...known, record: withoutEnded(known.record, message) });
      const before = lost.get(message.userId);
      // The message does not say whether the user stayed live. Otherwise nothing of the host's is restored.
      if (before) {
        lost.set(message.userId, { ...before, record: withoutEnded(before.record, message), hostProvided: null });
      }
    },
    forget(userId) {
      for (const known of [live, unjournaled, ends, lost, lostPersisted, lostEnds]) known.delete(userId);
    },

    liveUsers: () => [...live.keys()],
    record: (userId) => live.get(userId)?.record,
    session(userId, sessionId) {
      const [present, before] = [live.get(userId), lost.get(userId)].map(
        (known) => known && sessionById(known.record, sessionId),
      );
      return present && before ? withMemory(present, before) : (present ?? before);
    },
    withUnjournaled(record) {
      const persisted = unjournaled.of(record.userId) ?? lostPersisted.get(record.userId);
      return persisted ? joined(record, persisted) : record;
    },
    isUnjournaled: (userId) => unjournaled.of(userId) !== undefined,
    unjournaled: unjournaled.olderThan,
    journaled: unjournaled.journaled,

    storeLost(goneAt, emptied) {
      for (const persisted of unjournaled.all()) {
        if (emptied(persisted.userId)) lostPersisted.set(persisted.userId, persisted);
      }
      for (const [userId, ended] of ends.entries()) {
        if (emptied(userId)) lostEnds.set(userId, new Map([...(lostEnds.get(userId) ?? []), ...ended]));
      }
      for (const [userId, known] of live) if (emptied(userId)) setAside(userId, known, goneAt);
      losses = [...losses, emptied];
    },
    lostRecord: (userId) => lost.get(userId),
    lostRecords: () => lost,
    lostPersisted: (userId) => lostPersisted.get(userId),
    lostEnds: (userId) => lostEnds.get(userId) ?? NO_ENDS,
    lostUsers: () => [...lostPersisted.keys(), ...lostEnds.keys()],
    restored() {
      for (const known of [lost, lostPersisted, lostEnds]) known.clear();
      losses = [];
    },

    prune(isOurs, storeNow) {
      ends.prune(storeNow);
      for (const [userId, { record, at }] of live) {
        if (at < now() - OTHERS_LEARN_MS && !isOurs(record)) live.delete(userId);
      }
    },
  };
};

/** Whether a commit shows that the store lost a known record: it started from no later revision, and without sessions. */
const isLost = (known: PresenceRecord, before: PresenceRecord): boolean =>
  before.generation === known.generation && before.revision <= known.revision && before.sessions.length === 0;

/** The later of two memories; the first where both are as of the same revision. */
const laterOf = (one: HostMemory | null, other: HostMemory | null): HostMemory | null =>
  one === null || (other !== null && other.asOf > one.asOf) ? other : one;

/** The record without sessions that were ended on purpose; those known as of a later revision stay. */
const withoutEnded = (record: PresenceRecord, { connectionIds, revoked }: SessionsEnded): PresenceRecord => {
  const ids = revoked && record.revision < revoked.revision ? revoked.sessionIds : [];
  const sessions = record.sessions
    .filter(({ connections }) => !connections.some((connectionId) => connectionIds.includes(connectionId)))
    .map((session) =>
      ids.includes(session.id) ? sessionWith(session, { leaseUntil: null, graceUntil: null }) : session,
    );
  return recordWith(record, { sessions });
};

/** The later sessions, each merged with its earlier memory, and the earlier ones that are not among them. */
const united = (later: readonly Session[], earlier: readonly Session[]): readonly Session[] => [
  ...later.map((session) => {
    const before = earlier.find(({ id }) => id === session.id);
    return before ? withMemory(session, before) : session;
  }),
  ...earlier.filter(({ id }) => !later.some((session) => session.id === id)),
];
