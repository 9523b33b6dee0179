/** What users see of themselves beyond their presence, purely: the chosen status and the sessions. */
import { sameItems } from './copies.js';
import { isIdle } from './status.js';
import type { PresenceRecord, Session } from './types.js';

const sameToOwner = (a: Session, b: Session): boolean =>
  a === b || (a.id === b.id && a.device === b.device && a.startedAt === b.startedAt && isIdle(a) === isIdle(b));

/** Whether two records show their user the same choice and the same sessions. Renewals of a session do not count. */
export const sameOwnState = (a: PresenceRecord, b: PresenceRecord): boolean =>
  a.chosen === b.chosen && sameItems(a.sessions, b.sessions, sameToOwner);
