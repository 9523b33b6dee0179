/** Connections that start, resume and leave sessions, docs/design.md#sessions. */
import type { HeldSessionService } from '../node/heldSessions.js';
import type { RecordWriter } from '../node/recordWriter.js';
import { isTemporary, isUnavailable } from '../presence/errors.js';
import * as record from '../presence/record.js';
import { sessionById } from '../presence/session.js';
import type { Timings } from '../presence/types.js';
import { checkId } from '../presence/validate.js';
import type { ConnectionService } from './contract.js';

export const createConnectionService = ({
  records,
  heldSessions,
  timings,
  newId,
}: {
  readonly records: Pick<RecordWriter, 'update'>;
  readonly heldSessions: Pick<HeldSessionService, 'open' | 'found' | 'opened' | 'close' | 'closed' | 'recall'>;
  readonly timings: Timings;
  /** A new session id. */
  readonly newId: () => string;
}): ConnectionService => ({
  async connect({ userId, connectionId: local, sessionId, device }) {
    const id = sessionId === null ? newId() : checkId(sessionId, 'sessionId');
    const connectionId = heldSessions.open({ local, userId, sessionId: id });
    try {
      await records.update(userId, (before, now) => {
        heldSessions.found(local, sessionById(before, id)?.graceUntil ?? null);
        return record.connect(before, { connectionId, sessionId: id, device }, now);
      });
    } catch (error) {
      // While the store is unavailable it may have it all the same: the disconnect releases it.
      if (!isUnavailable(error)) {
        heldSessions.close(local);
        heldSessions.closed(local);
      }
      throw error;
    }
    heldSessions.opened(local);
    return id;
  },

  async disconnect({ userId, connectionId: local, lastReceivedMsAgo, returnsWithinMs, isUnused }) {
    const closing = heldSessions.close(local, { returnsWithinMs, isUnused });
    if (closing === undefined) return;
    const { name: connectionId, graceBefore: graceUntil } = closing;
    try {
      await records.update(
        userId,
        (before, now) =>
          record.disconnect(
            heldSessions.recall(local, before, now),
            { connectionId, aliveAt: Math.floor(now - lastReceivedMsAgo), returnsWithinMs, graceUntil },
            now,
            timings,
          ),
        lastReceivedMsAgo < timings.heartbeatTimeoutMs ? 'closed' : 'lost',
      );
    } catch (error) {
      // While the store is unavailable the caller tries again, and the connection keeps its name.
      if (isTemporary(error)) throw error;
      heldSessions.closed(local);
      throw error;
    }
    heldSessions.closed(local);
  },
});
