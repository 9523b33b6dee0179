/** A user's status as a function of the chosen status and the set of sessions, purely (docs/design.md#status). */
import type { PresenceRecord, PresenceStatus, Session } from './types.js';

/** Whether the chosen status hides the user from others, whatever sessions there are. */
export const isHiding = (chosen: PresenceStatus): boolean => chosen === 'INVISIBLE' || chosen === 'OFFLINE';

/** Whether others see the user live, audience aside. */
export const isSeenLive = (record: PresenceRecord): boolean => record.sessions.length > 0 && !isHiding(record.chosen);

/** Whether a session counts as idle: reported by its last heartbeat, or inferred from silence. */
export const isIdle = (session: Session): boolean => session.reportedIdle === true || session.inferredIdle;

/** The status that others see, audience aside. */
export const statusSeenByOthers = ({ chosen, sessions }: PresenceRecord): PresenceStatus => {
  if (isHiding(chosen) || sessions.length === 0) return 'OFFLINE';
  if (chosen === 'DO_NOT_DISTURB') return 'DO_NOT_DISTURB';
  return chosen === 'AWAY' || sessions.every(isIdle) ? 'AWAY' : 'ONLINE';
};
