/** Writes the session of one connection back into a store that lost it, from what this node remembers of the session. */
import { isTemporary } from '../presence/errors.js';
import { disconnect } from '../presence/record.js';
import { restoreConnection } from '../presence/recovery.js';
import { holderOf, isRevoked, newSession } from '../presence/session.js';
import type { PresenceRecord, Timings } from '../presence/types.js';
import type { Held } from './heldConnection.js';
import type { RecentCommits } from './recentCommits.js';
import type { RecordWriter } from './recordWriter.js';

export interface ConnectionRestore {
  /**
   * Restores one connection: `restoring` until the store has it, then `registered`. Drops it where its session was ended on
   * purpose. One write at a time for each connection. Never rejects: while the store is unavailable the connection stays `restoring`.
   */
  restoreConnection(connection: Held): Promise<void>;
  /** The record with the remembered session of a connection, where the record lacks it. */
  withLostSession(connection: Held, record: PresenceRecord, now: number): PresenceRecord;
}

export const createConnectionRestore = ({
  records,
  recentCommits,
  timings,
  nameOf,
  isHeld,
  drop,
  onError,
}: {
  readonly records: RecordWriter;
  readonly recentCommits: RecentCommits;
  readonly timings: Timings;
  /** The name of a connection under the node's present incarnation. */
  readonly nameOf: (local: string) => string;
  readonly isHeld: (connection: Held) => boolean;
  readonly drop: (connection: Held) => void;
  readonly onError: (error: unknown) => void;
}): ConnectionRestore => {
  const writing = new Set<Held>();

  /** The session as this node remembers it and, where the store lost everything, what the host provided. */
  const remembered = ({ userId, sessionId, lostByStore }: Held, connectionId: string, now: number) => ({
    session: recentCommits.session(userId, sessionId) ?? newSession(sessionId, now),
    connectionId,
    memory: lostByStore ? (recentCommits.lostRecord(userId)?.hostProvided ?? null) : null,
  });

  /** Whether the user was deleted and named again: nothing of an older generation is restored. */
  const isOfAnotherGeneration = ({ userId, generation }: PresenceRecord): boolean => {
    const known = recentCommits.lostRecord(userId)?.record ?? recentCommits.record(userId);
    return known !== undefined && known.generation !== generation;
  };

  /** The store has it under `name`, unless the node took another incarnation meanwhile: then it may have lost it again. */
  const markRegistered = (connection: Held, name: string): void => {
    if (name === nameOf(connection.local)) connection.state = 'registered';
  };

  const write = async (connection: Held, name: string): Promise<void> => {
    // Ended on purpose while this node could not hear of it; under the new name where only an earlier answer was lost.
    const wasEnded = (record: PresenceRecord) =>
      isRevoked(record, connection.name) || isRevoked(record, name) || isOfAnotherGeneration(record);
    const { record: after } = await records.update(
      connection.userId,
      (record, now) =>
        wasEnded(record) ? { record, result: null } : restoreConnection(record, remembered(connection, name, now), now),
      'restored',
    );
    if (wasEnded(after)) return drop(connection);
    connection.name = name;
    if (name === nameOf(connection.local)) connection.lostByStore = false;
    markRegistered(connection, name);
    if (isHeld(connection)) return;
    // It closed meanwhile.
    await records.update(
      connection.userId,
      (record, now) => {
        const { returnsWithinMs, graceBefore: graceUntil } = connection;
        return disconnect(record, { connectionId: name, aliveAt: now, returnsWithinMs, graceUntil }, now, timings);
      },
      'closed',
    );
  };

  return {
    async restoreConnection(connection) {
      connection.state = 'restoring';
      if (writing.has(connection)) return;
      writing.add(connection);
      const name = nameOf(connection.local);
      try {
        await write(connection, name);
      } catch (error) {
        // An unavailable store is tried again at the next lease heartbeat. A deleted user has nothing to restore, and a
        // record of a newer release is left to reconciliation, once a minute: no recovery waits for either.
        if (!isTemporary(error)) markRegistered(connection, name);
        onError(error);
      } finally {
        writing.delete(connection);
      }
    },

    withLostSession(connection, record, now) {
      const { userId, sessionId, name } = connection;
      if (holderOf(record, name) || !recentCommits.session(userId, sessionId)) return record;
      return restoreConnection(record, remembered(connection, name, now), now).record;
    },
  };
};
