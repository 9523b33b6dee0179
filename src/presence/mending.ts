/**
 * What the store has of this node against what the node serves: each may have lost what the other has. See docs/architecture.md.
 */
import { inBatches } from './batches.js';
import type { Held, Holding } from './holding.js';
import type { Store } from './ports.js';
import type { ReadRecords, RecordWriter } from './records.js';
import { mend } from './recovery.js';
import type { Remembered } from './remembered.js';
import { isWithdrawn } from './session.js';
import type { PresenceRecord, Timings } from './types.js';

/**
 * Mends both. Once `stopped`, whoever was not come to yet is left to the next time, or to those who find this node gone.
 */
export type Mend = (stopped?: AbortSignal) => Promise<void>;

export const createMending = ({
  store,
  records,
  readRecords,
  remembered,
  holding,
  incarnation,
  timings,
  onError,
}: {
  readonly store: Store;
  readonly records: RecordWriter;
  readonly readRecords: ReadRecords;
  readonly remembered: Remembered;
  readonly holding: Holding;
  /** Under which this node serves now. */
  readonly incarnation: () => string;
  readonly timings: Timings;
  readonly onError: (error: unknown) => void;
}): Mend => {
  /** What the store has, and nobody serves. */
  const endUnserved = async (userId: string): Promise<void> => {
    await records.update(
      userId,
      (record, now) => mend(record, { incarnation: incarnation(), served: holding }, now, timings),
      'lost',
    );
  };

  /**
   * Whether the store lost a connection, rather than that its session was ended on purpose: then the record says so; or
   * this node itself knows, having ended it, though it did not hear of it; or nothing is live any more as of later than
   * what it knows.
   */
  const isForgotten = ({ userId, name }: Held, record: PresenceRecord | undefined): boolean => {
    const known = remembered.record(userId);
    if (!known?.sessions.some((session) => session.connections.includes(name))) return false;
    if (!record) return true;
    if (isWithdrawn(record, name)) return false;
    return record.sessions.length > 0 || record.revision <= known.revision;
  };

  /** Of one user's connections, those that `record`, as it is in the store, should have and does not. */
  const putBackForgotten = async (connections: readonly Held[], record: PresenceRecord | undefined): Promise<void> => {
    const there = new Set(record?.sessions.flatMap((session) => session.connections));
    for (const connection of connections) {
      // It is only just taking its session, or being put back, or has to answer first.
      if (there.has(connection.name) || !holding.isThere(connection)) continue;
      if (isForgotten(connection, record)) await holding.putBack(connection);
      else holding.drop(connection);
    }
  };

  return async (stopped) => {
    const byUser = new Map<string, Held[]>();
    for (const connection of holding.all()) {
      byUser.set(connection.userId, [...(byUser.get(connection.userId) ?? []), connection]);
    }
    const known = await store.usersOn(incarnation());
    const users = [...new Set([...known, ...byUser.keys()])];
    await inBatches(users, (userId) => endUnserved(userId).catch(onError), stopped);
    if (stopped?.aborted) return;

    const { records: present } = await readRecords([...byUser.keys()]);
    await inBatches([...byUser], ([userId, held]) => putBackForgotten(held, present.get(userId)), stopped);
    if (stopped?.aborted) return;

    for (const record of present.values()) if (record.sessions.length > 0) remembered.learnt(record);
    const now = await store.now();
    remembered.prune(
      (record) =>
        byUser.has(record.userId) ||
        record.sessions.some(({ graceUntil, leaseUntil }) => (graceUntil ?? leaseUntil ?? 0) > now),
      now,
    );
  };
};
