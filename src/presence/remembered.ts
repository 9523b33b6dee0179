/**
 * What this node committed lately, and would have to bring back if the store lost it. DESIGN section 2, "A node that
 * was declared lost" and "Nothing that matters is lost".
 */
import { recordWith, sessionWith } from './copies.js';
import type { JournalRow, SessionsEnded } from './ports.js';
import { durableChanged } from './record.js';
import type { HostedMemory } from './recovery.js';
import { sessionById } from './session.js';
import type { PresenceRecord, Session } from './types.js';

/** For how long a change may be on its way into the journal, in ms, while the journal answers. */
const ON_THE_WAY_MS = 10_000;
/**
 * For how long this node remembers what it committed about sessions that others hold, in ms: by then those have learnt
 * it from the store, see `mend`.
 */
const OTHERS_LEARN_MS = 150_000;

/** A record as this node knew it when the store lost it, or may have. */
export interface Lost {
  readonly record: PresenceRecord;
  /** Of what the host put; null where others may have changed it since, and know no more that they did. */
  readonly hosted: HostedMemory | null;
  /** When the store was last seen to have it (`performance.now`). */
  readonly goneAt: number;
}

export interface Remembered {
  /** A commit of this node. */
  committed(before: PresenceRecord, after: PresenceRecord): void;
  /** A user was deleted. */
  forget(userId: string): void;
  /** Read from the store: what others committed. */
  learnt(record: PresenceRecord): void;
  /** Sessions were ended on purpose: they are not brought back. */
  ended(ended: SessionsEnded): void;
  record(userId: string): PresenceRecord | undefined;
  /**
   * The store, last seen at `goneAt` (`performance.now`), lost what this node knows, or may have: that is kept as it is,
   * whatever is committed while it is put back, until {@link Remembered.found}.
   */
  lost(goneAt: number): void;
  lostRecord(userId: string): Lost | undefined;
  lostRecords(): ReadonlyMap<string, Lost>;
  /** The session of that id, whether or not its record was committed since without it. */
  session(userId: string, sessionId: string): Session | undefined;
  /** All that was lost is put back. */
  found(): void;
  /** The journal's row, or what this node has that is newer. */
  newer(userId: string, row: JournalRow): JournalRow;
  /** Records whose kept part the journal may not have got. */
  unjournaled(): readonly PresenceRecord[];
  /** The journal got all that the store had marked at that moment (`performance.now`). */
  journaled(sinceMs: number): void;
  /** Drops live records of which nothing is this node's to bring back. */
  prune(isOurs: (record: PresenceRecord) => boolean): void;
}

export const createRemembered = ({ now = () => performance.now() } = {}): Remembered => {
  const live = new Map<string, { readonly record: PresenceRecord; readonly at: number }>();
  const durable = new Map<string, { readonly record: PresenceRecord; readonly at: number }>();
  const lost = new Map<string, Lost>();
  return {
    committed(before, after) {
      const { userId } = after;
      if (after.sessions.length > 0) live.set(userId, { record: after, at: now() });
      else live.delete(userId);
      if (durableChanged(before, after)) durable.set(userId, { record: after, at: now() });
    },
    forget(userId) {
      live.delete(userId);
      durable.delete(userId);
      lost.delete(userId);
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
    lost(goneAt) {
      for (const [userId, { record, at }] of live) {
        const isFresh = at > goneAt - OTHERS_LEARN_MS;
        const hosted = isFresh ? { hosted: record.hosted, asOf: record.revision } : null;
        const earlier = lost.get(userId);
        lost.set(userId, {
          // What was lost once more before all of it was put back.
          record: earlier ? recordWith(record, { sessions: united(record.sessions, earlier.record.sessions) }) : record,
          hosted,
          goneAt: earlier?.goneAt ?? goneAt,
        });
      }
    },
    lostRecord: (userId) => lost.get(userId),
    lostRecords: () => lost,
    session(userId, sessionId) {
      const [present, before] = [live.get(userId), lost.get(userId)].map(
        (known) => known && sessionById(known.record, sessionId),
      );
      return present && before && before.activeAt > present.activeAt ? before : (present ?? before);
    },
    found() {
      lost.clear();
    },
    newer(userId, row) {
      const mine = durable.get(userId)?.record;
      if (!mine || mine.generation !== row.generation || mine.revision <= (row.kept?.revision ?? 0)) return row;
      return { generation: row.generation, kept: mine };
    },
    unjournaled: () => [...durable.values()].map(({ record }) => record),
    journaled(sinceMs) {
      for (const [userId, { at }] of durable) if (at < sinceMs - ON_THE_WAY_MS) durable.delete(userId);
    },
    prune(isOurs) {
      for (const [userId, { record, at }] of live) {
        if (at < now() - OTHERS_LEARN_MS && !isOurs(record)) live.delete(userId);
      }
    },
  };
};

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

/** The sessions of later, and of those of earlier the ones that are not among them. */
const united = (later: readonly Session[], earlier: readonly Session[]): readonly Session[] => [
  ...later,
  ...earlier.filter(({ id }) => !later.some((session) => session.id === id)),
];
