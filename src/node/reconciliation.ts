/**
 * What the store has of this node against what the node serves: each may have lost what the other has. See docs/architecture.md.
 */
import { inBatches } from '../async/batches.js';
import type { LiveStore } from '../presence/ports/stores.js';
import { reconcile } from '../presence/recovery.js';
import { isRevoked } from '../presence/session.js';
import type { PresenceRecord, Timings } from '../presence/types.js';
import type { Held, HeldSessions } from './heldSessions.js';
import type { RecentCommits } from './recentCommits.js';
import type { ReadRecords } from './recordReader.js';
import type { RecordWriter } from './recordWriter.js';

/**
 * Mends both. Once `stopped`, whoever was not come to yet is left to the next time, or to those who find this node gone.
 */
export type Reconcile = (stopped?: AbortSignal) => Promise<void>;

export const createReconciliation = ({
  store,
  records,
  readRecords,
  recentCommits,
  heldSessions,
  incarnation,
  timings,
  onError,
}: {
  readonly store: LiveStore;
  readonly records: RecordWriter;
  readonly readRecords: ReadRecords;
  readonly recentCommits: RecentCommits;
  readonly heldSessions: HeldSessions;
  /** Under which this node serves now. */
  readonly incarnation: () => string;
  readonly timings: Timings;
  readonly onError: (error: unknown) => void;
}): Reconcile => {
  /** What the store has, and nobody serves. */
  const endUnserved = async (userId: string): Promise<void> => {
    await records.update(
      userId,
      (record, now) => reconcile(record, { incarnation: incarnation(), served: heldSessions }, now, timings),
      'lost',
    );
  };

  /**
   * Whether the store lost a connection, rather than that its session was ended on purpose: then the record says so; or
   * this node itself knows, having ended it, though it did not hear of it; or nothing is live any more as of later than
   * what it knows.
   */
  const isForgotten = ({ userId, name }: Held, record: PresenceRecord | undefined): boolean => {
    const known = recentCommits.record(userId);
    if (!known?.sessions.some((session) => session.connections.includes(name))) return false;
    if (!record) return true;
    if (record.generation !== known.generation || isRevoked(record, name)) return false;
    return record.sessions.length > 0 || record.revision <= known.revision;
  };

  /** Of one user's connections, those that `record`, as it is in the store, should have and does not. */
  const restoreForgotten = async (connections: readonly Held[], record: PresenceRecord | undefined): Promise<void> => {
    const there = new Set(record?.sessions.flatMap((session) => session.connections));
    for (const connection of connections) {
      // It is only just taking its session, or being put back, or has to answer first.
      if (there.has(connection.name) || !heldSessions.isRegistered(connection)) continue;
      if (isForgotten(connection, record)) await heldSessions.restoreConnection(connection);
      else heldSessions.drop(connection);
    }
  };

  return async (stopped) => {
    const byUser = new Map<string, Held[]>();
    for (const connection of heldSessions.all()) {
      byUser.set(connection.userId, [...(byUser.get(connection.userId) ?? []), connection]);
    }
    const known = await store.usersOn(incarnation());
    const users = [...new Set([...known, ...byUser.keys()])];
    await inBatches(users, (userId) => endUnserved(userId).catch(onError), stopped);
    if (stopped?.aborted) return;

    const { records: present } = await readRecords([...byUser.keys()]);
    await inBatches([...byUser], ([userId, held]) => restoreForgotten(held, present.get(userId)), stopped);
    if (stopped?.aborted) return;

    for (const record of present.values()) if (record.sessions.length > 0) recentCommits.observed(record);
    const now = await store.now();
    recentCommits.prune(
      (record) =>
        byUser.has(record.userId) ||
        record.sessions.some(({ graceUntil, leaseUntil }) => (graceUntil ?? leaseUntil ?? 0) > now),
      now,
    );
  };
};
