/**
 * What this node committed lately, and would have to bring back if the store lost it. DESIGN section 2, "A node that
 * was declared lost" and "Nothing that matters is lost".
 */
import { recordWith, sessionWith } from './copies.js';
import type { JournalRow, SessionsEnded } from './ports.js';
import { durableChanged } from './record.js';
import type { PresenceRecord } from './types.js';

/** For how long a change may be on its way into the journal, in ms, while the journal answers. */
const ON_THE_WAY_MS = 10_000;
/**
 * For how long this node remembers what it committed about sessions that others hold, in ms: by then those have learnt
 * it from the store, see `mend`.
 */
const OTHERS_LEARN_MS = 150_000;

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
  records(): Iterable<PresenceRecord>;
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
    },
    learnt(record) {
      const known = live.get(record.userId)?.record;
      if (!known || record.generation > known.generation || record.revision > known.revision) {
        live.set(record.userId, { record, at: now() });
      }
    },
    ended({ userId, connectionIds, withdrawn }) {
      const known = live.get(userId);
      if (!known) return;
      const { record, at } = known;
      // What this node knows of later is not what ended.
      const ids = withdrawn && record.revision < withdrawn.revision ? withdrawn.sessionIds : [];
      const sessions = record.sessions
        .filter(({ connections }) => !connections.some((connectionId) => connectionIds.includes(connectionId)))
        .map((session) =>
          ids.includes(session.id) ? sessionWith(session, { leaseUntil: null, graceUntil: null }) : session,
        );
      live.set(userId, { record: recordWith(record, { sessions }), at });
    },
    record: (userId) => live.get(userId)?.record,
    records: () => [...live.values()].map(({ record }) => record),
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
