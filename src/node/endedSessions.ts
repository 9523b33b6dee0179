/** The sessions that this node's commits ended, for as long as a store that came back older may show them again. */
import type { Ended } from '../presence/recovery.js';
import { isRevoked, sessionById } from '../presence/session.js';
import type { PresenceRecord } from '../presence/types.js';

/** By how much a clock may be behind the one that a session's end was counted by, in ms. */
const LATE_MS = 5_000;
/**
 * How long a node remembers what it committed about connections of other nodes, in ms: they read it from the store within that
 * time, by their reconciliation once a minute.
 */
export const OTHERS_LEARN_MS = 150_000;

export interface EndedSessions {
  /** A commit of this node. */
  committed(before: PresenceRecord, after: PresenceRecord): void;
  /** The ended sessions by user and session id. */
  entries(): Iterable<readonly [userId: string, ended: ReadonlyMap<string, Ended>]>;
  delete(userId: string): void;
  /** Forgets those that no store can show again at `storeNow`. */
  prune(storeNow: number): void;
}

/** Until when an ended session is remembered, and the connections that were revoked with it; undefined: not at all. */
const rememberedEnd = (
  { connections, graceUntil, leaseUntil }: PresenceRecord['sessions'][number],
  after: PresenceRecord,
): Ended | undefined => {
  const at = after.revision;
  // The nodes of revoked connections receive a message, but may miss it; a connection that closed is restored by nobody.
  const revoked = connections.filter((connectionId) => isRevoked(after, connectionId));
  const end = graceUntil ?? leaseUntil;
  const until = Math.max(end === null ? 0 : end + LATE_MS, revoked.length > 0 ? at + OTHERS_LEARN_MS : 0);
  return until === 0 ? undefined : { at, until, connections: revoked };
};

export const createEndedSessions = (): EndedSessions => {
  const byUser = new Map<string, Map<string, Ended>>();
  return {
    committed(before, after) {
      for (const session of before.sessions) {
        if (sessionById(after, session.id)) continue;
        const ended = rememberedEnd(session, after);
        if (!ended) continue;
        const ofUser = byUser.get(after.userId) ?? new Map<string, Ended>();
        byUser.set(after.userId, ofUser.set(session.id, ended));
      }
    },
    entries: () => byUser,
    delete: (userId) => void byUser.delete(userId),
    prune(storeNow) {
      for (const [userId, ofUser] of byUser) {
        for (const [sessionId, { until }] of ofUser) if (until < storeNow) ofUser.delete(sessionId);
        if (ofUser.size === 0) byUser.delete(userId);
      }
    },
  };
};
