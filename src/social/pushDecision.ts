/** Whether a push is wanted for a notice that is unread, purely (docs/design.md#social). */
import { showsTray } from '../presence/session.js';
import { isIdle } from '../presence/status.js';
import type { PresenceRecord } from '../presence/types.js';

/**
 * Whether the user is to be left alone: not to be disturbed, or at a device that is active and shows the tray. Undefined: a user of
 * whom nothing is known, who cannot be at one.
 */
export const needsNoPush = (record: PresenceRecord | undefined): boolean =>
  record !== undefined &&
  (record.chosen === 'DO_NOT_DISTURB' || record.sessions.some((session) => showsTray(session) && !isIdle(session)));
