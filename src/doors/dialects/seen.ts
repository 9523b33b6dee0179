/** What all dialects of REST and their sockets say of a user as a viewer sees them (docs/doors.md#rest). Pure. */
import type { PresenceStatus } from '../../presence/types.js';
import type { PresenceView, VisibleActivity } from '../../presence/view.js';
import { iso } from '../instants.js';

/** Whether a dialect shows the status as live. INVISIBLE, which only its own user reads, is offline in every dialect. */
export const isShownLive = (status: PresenceStatus): boolean => status !== 'OFFLINE' && status !== 'INVISIBLE';

/**
 * When the user was last seen, as ISO 8601 in UTC. The dialects have no null: of a live user it is the moment of the answer, and
 * 1970-01-01 where it is unknown or not for this viewer.
 */
export const lastSeenOf = ({ status, lastSeen, asOf }: PresenceView): string =>
  iso(isShownLive(status) ? asOf : (lastSeen ?? 0));

/** The text of the status message; empty without one. */
export const messageOf = ({ statusMessage }: PresenceView): string => statusMessage?.text ?? '';

/** The latest activity in a studio; undefined without one. */
export const studioOf = ({ activities }: PresenceView): VisibleActivity | undefined =>
  activities.find(({ type }) => type === 'IN_STUDIO');
