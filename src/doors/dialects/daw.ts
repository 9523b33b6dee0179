/** The objects of the daw dialect (docs/doors.md#rest). Pure. */
import type { PresenceStatus } from '../../presence/types.js';
import type { PresenceView } from '../../presence/view.js';
import { isShownLive, lastSeenOf, messageOf, studioOf } from './seen.js';

export type DawStatus = 'online' | 'away' | 'dnd' | 'offline' | 'in_studio';

export interface DawUser {
  readonly user_id: string;
  readonly status: DawStatus;
  /** The status message; empty without one. */
  readonly message: string;
  /** What the user works with in their studio; empty outside of one. */
  readonly daw: string;
  /** ISO 8601 in UTC, see `lastSeenOf`. */
  readonly last_seen: string;
}

const STATUS: Readonly<Record<PresenceStatus, DawStatus>> = {
  ONLINE: 'online',
  AWAY: 'away',
  DO_NOT_DISTURB: 'dnd',
  INVISIBLE: 'offline',
  OFFLINE: 'offline',
};

/** One user as the viewer sees them. */
export const dawUser = (view: PresenceView): DawUser => {
  const studio = studioOf(view);
  return {
    user_id: view.userId,
    status: view.status === 'ONLINE' && studio ? 'in_studio' : STATUS[view.status],
    message: messageOf(view),
    daw: studio?.name ?? '',
    last_seen: lastSeenOf(view),
  };
};

/** The list of those who are online: the dialect leaves the others out. */
export const dawUsers = (views: readonly PresenceView[]): readonly DawUser[] =>
  views.filter(({ status }) => isShownLive(status)).map(dawUser);
