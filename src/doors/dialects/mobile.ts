/** The objects of the mobile dialect (docs/doors.md#rest). Pure. */
import type { PresenceStatus } from '../../presence/types.js';
import type { PresenceView } from '../../presence/view.js';
import { lastSeenOf } from './seen.js';

export type MobileStatus = 'online' | 'away' | 'offline';
/** An id; a number where it is a canonical decimal below 2^53. */
export type MobileId = string | number;

export interface MobilePresence {
  readonly user_id: MobileId;
  readonly status: MobileStatus;
  /** ISO 8601 in UTC, see `lastSeenOf`. */
  readonly last_seen: string;
}

/** Each status in the words of the dialect. */
export const MOBILE_STATUS: Readonly<Record<PresenceStatus, MobileStatus>> = {
  ONLINE: 'online',
  AWAY: 'away',
  DO_NOT_DISTURB: 'online',
  INVISIBLE: 'offline',
  OFFLINE: 'offline',
};

const CANONICAL_DECIMAL = /^(?:0|[1-9]\d{0,15})$/;

/** An id as the dialect writes it: two ids never become the same number. */
export const mobileId = (id: string): MobileId =>
  CANONICAL_DECIMAL.test(id) && Number.isSafeInteger(Number(id)) ? Number(id) : id;

/** One user as the viewer sees them: an item of `initial_state`, the data of `presence_update`. */
export const mobilePresence = (view: PresenceView): MobilePresence => ({
  user_id: mobileId(view.userId),
  status: MOBILE_STATUS[view.status],
  last_seen: lastSeenOf(view),
});

/** The same in answers to GET, with whether the user types where the viewer may know it. */
export const mobileUser = (
  view: PresenceView,
  isTyping: boolean,
): MobilePresence & { readonly is_typing: boolean } => ({
  ...mobilePresence(view),
  is_typing: isTyping,
});
