/**
 * Reconciliation: connections that the store has of this node against those that the node serves; each may have lost what the
 * other has. See docs/architecture.md#many-nodes.
 */
import { groupedBy, inBatches } from '../async/batches.js';
import type { Clock } from '../presence/ports/clock.js';
import type { LeaseStore } from '../presence/ports/leases.js';
import { reconcile } from '../presence/recovery.js';
import { isRevoked } from '../presence/session.js';
import type { PresenceRecord, Timings } from '../presence/types.js';
import type { Held } from './heldConnection.js';
import type { HeldSessions } from './heldSessions.js';
import type { RecentCommits } from './recentCommits.js';
import type { ReadRecords } from './recordReader.js';
import type { RecordWriter } from './recordWriter.js';

/**
 * Reconciles the store with the node, once. After `stopped` it begins no further user: they are left to the next time, or to the
 * nodes that find this one gone. Rejects while the store is unavailable.
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
  readonly store: Pick<LeaseStore, 'usersOn'> & Clock;
  readonly records: RecordWriter;
  readonly readRecords: ReadRecords;
  readonly recentCommits: RecentCommits;
  readonly heldSessions: HeldSessions;
  /** The node's present incarnation. */
  readonly incarnation: () => string;
  readonly timings: Timings;
  readonly onError: (error: unknown) => void;
}): Reconcile => {
  /** Connections that the store has and nobody serves are lost. */
  const endUnserved = async (userId: string): Promise<void> => {
    await records.update(
      userId,
      (record, now) => reconcile(record, { incarnation: incarnation(), served: heldSessions }, now, timings),
      'lost',
    );
  };

  /**
   * Whether the store lost a connection that it lacks. Otherwise its session was ended on purpose: the record lists it as revoked;
   * or this node ended it itself; or a later commit of the record left nothing live.
   */
  const isLostByStore = ({ userId, name }: Held, record: PresenceRecord | undefined): boolean => {
    const known = recentCommits.record(userId);
    if (!known?.sessions.some((session) => session.connections.includes(name))) return false;
    if (!record) return true;
    if (isRevoked(record, name)) return false;
    return record.sessions.length > 0 || record.revision <= known.revision;
  };

  /** Restores or drops those of one user's connections that `record`, as read from the store, lacks. */
  const restoreLost = async (connections: readonly Held[], record: PresenceRecord | undefined): Promise<void> => {
    const present = new Set(record?.sessions.flatMap((session) => session.connections));
    for (const connection of connections) {
      if (present.has(connection.name) || !heldSessions.isRegistered(connection)) continue;
      if (isLostByStore(connection, record)) await heldSessions.restoreConnection(connection);
      else heldSessions.drop(connection);
    }
  };

  return async (stopped) => {
    const byUser = groupedBy(heldSessions.all(), ({ userId }) => userId);
    const inStore = await store.usersOn(incarnation());
    const users = [...new Set([...inStore, ...byUser.keys()])];
    await inBatches(users, (userId) => endUnserved(userId).catch(onError), stopped);
    if (stopped?.aborted) return;

    const { records: present } = await readRecords([...byUser.keys()]);
    await inBatches([...byUser], ([userId, held]) => restoreLost(held, present.get(userId)), stopped);
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
