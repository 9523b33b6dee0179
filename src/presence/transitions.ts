/**
 * Transitions of sessions, nodes and the store, for the log and the metrics, purely: what a commit did, by comparison of the records
 * before and after. They have ids and statuses, and no text that a person wrote.
 */
import { MAX_SESSIONS } from './session.js';
import { statusSeenByOthers } from './status.js';
import type { PresenceRecord, PresenceStatus, Session } from './types.js';

/** Why a connection no longer holds its session: it closed, stopped answering, or its node was lost. */
export type Loss = 'closed' | 'lost' | 'node lost';

/**
 * The cause of a commit, where the records do not tell it. `durable`: a command about what outlives a restart; `hides`: a choice
 * to hide. Both also where an earlier attempt, whose answer was lost, has committed the same.
 */
export type Cause = Loss | 'ended' | 'restored' | 'durable' | 'hides';

/** Why a session ended. `expired`: its HTTP lease ran out. Without a grace a {@link Loss} ends it at once. */
export type Ending = Loss | 'grace over' | 'expired' | 'ended' | 'replaced';

export type Transition =
  | {
      /** `session put back`: restored after the store lost it. */
      readonly kind: 'session started' | 'session resumed' | 'session put back';
      readonly userId: string;
      readonly sessionId: string;
    }
  | { readonly kind: 'session in grace'; readonly userId: string; readonly sessionId: string; readonly why: Loss }
  | { readonly kind: 'session ended'; readonly userId: string; readonly sessionId: string; readonly why: Ending }
  /** The status that others see, audience aside. */
  | {
      readonly kind: 'status changed';
      readonly userId: string;
      readonly from: PresenceStatus;
      readonly to: PresenceStatus;
    }
  /** The lease of a node ran out; none of its `users` is left on it. */
  | { readonly kind: 'node lost'; readonly incarnation: string; readonly users: number }
  /** This node was declared lost, or the store lost something: it goes on under a new incarnation. */
  | { readonly kind: 'node revived'; readonly incarnation: string; readonly before: string }
  | { readonly kind: 'store emptied' | 'store settled' };

const isLoss = (cause: Cause | undefined): cause is Loss =>
  cause === 'closed' || cause === 'lost' || cause === 'node lost';

/** Why a session of `before` is not in `after`. */
const endingOf = (
  session: Session,
  before: PresenceRecord,
  after: PresenceRecord,
  cause: Cause | undefined,
): Ending => {
  if (isLoss(cause) || cause === 'ended') return cause;
  const isFull = before.sessions.length >= MAX_SESSIONS;
  if (isFull && after.sessions.some(({ id }) => !before.sessions.some((other) => other.id === id))) return 'replaced';
  return session.graceUntil === null ? 'expired' : 'grace over';
};

/** The transitions of a commit: sessions that ended, then those that live, then the status. */
export const transitions = (before: PresenceRecord, after: PresenceRecord, cause?: Cause): readonly Transition[] => {
  const { userId } = after;
  const found: Transition[] = [];
  for (const session of before.sessions) {
    if (after.sessions.some(({ id }) => id === session.id)) continue;
    const why = endingOf(session, before, after, cause);
    found.push({ kind: 'session ended', userId, sessionId: session.id, why });
  }
  for (const { id: sessionId, graceUntil, connections, gateways } of after.sessions) {
    const earlier = before.sessions.find(({ id }) => id === sessionId);
    if (!earlier) {
      found.push({ kind: cause === 'restored' ? 'session put back' : 'session started', userId, sessionId });
    } else if (earlier.graceUntil !== null && graceUntil === null && connections.length + gateways.length > 0) {
      found.push({ kind: 'session resumed', userId, sessionId });
    } else if (earlier.graceUntil === null && graceUntil !== null) {
      found.push({ kind: 'session in grace', userId, sessionId, why: isLoss(cause) ? cause : 'lost' });
    }
  }
  const [from, to] = [statusSeenByOthers(before), statusSeenByOthers(after)];
  if (from !== to) found.push({ kind: 'status changed', userId, from, to });
  return found;
};
