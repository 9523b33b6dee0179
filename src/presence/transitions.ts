/**
 * What happened to a user's sessions by a commit, and to nodes and the store: for a log and for counting, purely. It
 * carries ids and statuses, and no text that a person wrote.
 */
import { MAX_SESSIONS } from './session.js';
import type { PresenceRecord, PresenceStatus, Session } from './types.js';
import { statusSeenByOthers } from './view.js';

/** Why a connection no longer holds its session: it closed, answered no more, or its node was lost. */
export type Loss = 'closed' | 'lost' | 'node lost';

/**
 * What a commit was about, where the record alone does not tell. `says`: of what outlives a restart, and `hides`: also where
 * an earlier attempt, whose answer was lost, has committed it.
 */
export type Cause = Loss | 'ended' | 'put back' | 'says' | 'hides';

/** Why a session ended. `expired` is the end of an HTTP lease; without a grace, what would have begun one ends it. */
export type Ending = Loss | 'grace over' | 'expired' | 'ended' | 'replaced';

export type Transition =
  | {
      /** Put back: the store had lost it, and its node remembered it. */
      readonly kind: 'session started' | 'session resumed' | 'session put back';
      readonly userId: string;
      readonly sessionId: string;
    }
  | { readonly kind: 'session in grace'; readonly userId: string; readonly sessionId: string; readonly why: Loss }
  | { readonly kind: 'session ended'; readonly userId: string; readonly sessionId: string; readonly why: Ending }
  /** As others see it, audience aside. */
  | {
      readonly kind: 'status changed';
      readonly userId: string;
      readonly from: PresenceStatus;
      readonly to: PresenceStatus;
    }
  /** Nobody is left on a node whose lease ran out; `users` were. */
  | { readonly kind: 'node lost'; readonly incarnation: string; readonly users: number }
  /** This node was taken for lost, or the store came back empty: it goes on under a new incarnation. */
  | { readonly kind: 'node revived'; readonly incarnation: string; readonly before: string }
  | { readonly kind: 'store emptied' | 'store settled' };

const isLoss = (cause: Cause | undefined): cause is Loss =>
  cause === 'closed' || cause === 'lost' || cause === 'node lost';

/** Of a session that is in `before` and not in `after`. */
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

/** What a commit did, in the order: ends, then what lives, then what others see. */
export const transitions = (before: PresenceRecord, after: PresenceRecord, cause?: Cause): readonly Transition[] => {
  const { userId } = after;
  const found: Transition[] = [];
  for (const session of before.sessions) {
    if (after.sessions.some(({ id }) => id === session.id)) continue;
    const why = endingOf(session, before, after, cause);
    found.push({ kind: 'session ended', userId, sessionId: session.id, why });
  }
  for (const { id: sessionId, graceUntil, connections } of after.sessions) {
    const earlier = before.sessions.find(({ id }) => id === sessionId);
    if (!earlier) {
      found.push({ kind: cause === 'put back' ? 'session put back' : 'session started', userId, sessionId });
    } else if (earlier.graceUntil !== null && graceUntil === null && connections.length > 0) {
      found.push({ kind: 'session resumed', userId, sessionId });
    } else if (earlier.graceUntil === null && graceUntil !== null) {
      found.push({ kind: 'session in grace', userId, sessionId, why: isLoss(cause) ? cause : 'lost' });
    }
  }
  const [from, to] = [statusSeenByOthers(before), statusSeenByOthers(after)];
  if (from !== to) found.push({ kind: 'status changed', userId, from, to });
  return found;
};
