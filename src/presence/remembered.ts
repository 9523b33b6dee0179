/**
 * What this node committed lately, and would have to bring back if the store lost it. DESIGN section 2, "A node that
 * was declared lost" and "Nothing that matters is lost".
 */
import type { JournalRow } from './ports.js';
import { scheduleOf } from './record.js';
import type { PresenceRecord } from './types.js';

/** For how long a change may be on its way into the journal, in ms, while the journal answers. */
const ON_THE_WAY_MS = 10_000;

export interface Remembered {
  /** A commit of this node. */
  committed(before: PresenceRecord, after: PresenceRecord): void;
  /** A user was deleted. */
  forget(userId: string): void;
  /** Sessions of those connections were ended on purpose: they are not brought back. */
  ended(userId: string, connectionIds: readonly string[]): void;
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
  const live = new Map<string, PresenceRecord>();
  const durable = new Map<string, { readonly record: PresenceRecord; readonly at: number }>();
  return {
    committed(before, after) {
      const { userId } = after;
      if (after.sessions.length > 0) live.set(userId, after);
      else live.delete(userId);
      if (scheduleOf(before, after).durableChanged) durable.set(userId, { record: after, at: now() });
    },
    forget(userId) {
      live.delete(userId);
      durable.delete(userId);
    },
    ended(userId, connectionIds) {
      const record = live.get(userId);
      if (!record) return;
      const sessions = record.sessions.filter(
        ({ connections }) => !connections.some((connectionId) => connectionIds.includes(connectionId)),
      );
      live.set(userId, { ...record, sessions });
    },
    record: (userId) => live.get(userId),
    records: () => live.values(),
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
      for (const [userId, record] of live) if (!isOurs(record)) live.delete(userId);
    },
  };
};
