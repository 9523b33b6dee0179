/**
 * Reconciliation: connections that the store has of this node against those that the node serves; each may have lost what the
 * other has. See docs/architecture.md#many-nodes.
 */
import { setImmediate as otherWork, setTimeout as wait } from 'node:timers/promises';
import { inBatches, inPieces } from '../async/batches.js';
import { createShared } from '../async/shared.js';
import { nodeOf } from '../presence/connectionNames.js';
import type { Clock } from '../presence/ports/clock.js';
import type { LeaseStore } from '../presence/ports/leases.js';
import type { RecordStore } from '../presence/ports/records.js';
import { reconcile } from '../presence/recovery.js';
import { isRevoked } from '../presence/session.js';
import type { PresenceRecord, Timings } from '../presence/types.js';
import type { Held } from './heldConnection.js';
import type { HeldSessions } from './heldSessions.js';
import type { RecentCommits } from './recentCommits.js';
import type { ReadRecords } from './recordReader.js';
import type { RecordWriter } from './recordWriter.js';

/** How many users are looked at before other work has its turn. */
const PIECE = 500;

/**
 * Reconciles the store with the node, once: some users at a time, over `spreadMs` (0), so that neither the node nor the store is occupied
 * with all of them. After `stopped` it begins with no further users: they are left to the next time, or to the nodes that find this one
 * gone. Those that are not spread are not made beside each other: of what is asked for during one, there is one more. Rejects where the store was unavailable, after it looked at all users who could be read: the others are left to the next time.
 */
export type Reconcile = (stopped?: AbortSignal, spreadMs?: number) => Promise<void>;

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
  readonly store: Pick<LeaseStore, 'usersOn'> & Pick<RecordStore, 'heads'> & Clock;
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

  const hasUnserved = (record: PresenceRecord): boolean =>
    record.sessions.some(({ connections }) =>
      connections.some((name) => nodeOf(name) === incarnation() && !heldSessions.has(name)),
    );

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

  /** What the store has of those users. Where it is what this node knows already, the record itself is not read. */
  const readChanged = async (userIds: readonly string[]): Promise<ReadonlyMap<string, PresenceRecord>> => {
    const heads = await store.heads(userIds);
    const present = new Map<string, PresenceRecord>();
    const changed: string[] = [];
    for (const userId of userIds) {
      const known = recentCommits.record(userId);
      const head = heads.get(userId);
      if (known && head && known.revision === head.revision && known.generation === head.generation) {
        present.set(userId, known);
      } else changed.push(userId);
    }
    if (changed.length > 0)
      for (const [userId, record] of (await readRecords(changed)).records) present.set(userId, record);
    return present;
  };

  const reconcileUsers = async (userIds: readonly string[], stopped: AbortSignal | undefined): Promise<void> => {
    // Before the records are read: what is registered meanwhile they may not have yet.
    const held = new Map(userIds.map((userId) => [userId, heldSessions.registeredOf(userId)]));
    const present = await readChanged(userIds);
    const unserved = [...present.values()].filter(hasUnserved);
    await inBatches(unserved, ({ userId }) => endUnserved(userId).catch(onError), stopped);
    if (stopped?.aborted) return;
    await inBatches([...held], ([userId, connections]) => restoreLost(connections, present.get(userId)), stopped);
    for (const record of present.values()) if (record.sessions.length > 0) recentCommits.observed(record);
  };

  const round: Reconcile = async (stopped, spreadMs = 0) => {
    const users = new Set([...(await store.usersOn(incarnation())), ...heldSessions.userIds()]);
    const pieces = inPieces([...users], PIECE);
    const failures: unknown[] = [];
    for (const piece of pieces) {
      // Otherwise nobody would ever look at those behind users of whom the store cannot answer.
      await reconcileUsers(piece, stopped).catch((error: unknown) => void failures.push(error));
      if (stopped?.aborted) return;
      if (spreadMs === 0) await otherWork();
      else await wait(spreadMs / pieces.length, undefined, { ref: false, signal: stopped }).catch(() => {});
      if (stopped?.aborted) return;
    }

    const now = await store.now();
    recentCommits.prune(
      (record) =>
        heldSessions.holds(record.userId) ||
        record.sessions.some(({ graceUntil, leaseUntil }) => (graceUntil ?? leaseUntil ?? 0) > now),
      now,
    );
    if (failures.length > 0) throw failures[0];
  };

  let stoppedBy: AbortSignal | undefined;
  // A store that is slow has gaps again and again.
  const atOnce = createShared(() => round(stoppedBy));
  return (stopped, spreadMs = 0) => {
    if (spreadMs > 0) return round(stopped, spreadMs);
    stoppedBy = stopped;
    return atOnce();
  };
};
