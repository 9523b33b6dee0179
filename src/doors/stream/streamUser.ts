/** How a state becomes an update of a user object at Stream (docs/doors.md#stream). Pure. */
import type { PresenceStatus } from '../../presence/types.js';
import type { PresenceView } from '../../presence/view.js';
import { iso } from '../instants.js';

/** The fields that this door owns. All others of the object are the host's, or Stream's own. */
export interface StreamFields {
  readonly status: 'online' | 'away' | 'dnd' | 'offline';
  readonly in_studio: boolean;
  readonly invisible: boolean;
  /** The name of the latest IN_STUDIO activity. */
  readonly daw_type?: string;
  /** ISO 8601, in UTC. */
  readonly last_active_at?: string;
}

/** One element of the body of PATCH `/api/v2/users`. A field is either set or unset. */
export interface StreamUserUpdate {
  readonly id: string;
  readonly set: StreamFields;
  readonly unset: readonly (keyof StreamFields)[];
}

/** What Stream allows in the id of a user. An id of ours is never longer than the 255 characters of one at Stream. */
const ALLOWED_ID = /^[A-Za-z0-9@_-]+$/;

/** Whether Stream allows that id. One request with another id would fail for all users in it. */
export const isStreamId = (userId: string): boolean => ALLOWED_ID.test(userId);

const STATUS: Readonly<Record<PresenceStatus, StreamFields['status']>> = {
  ONLINE: 'online',
  AWAY: 'away',
  DO_NOT_DISTURB: 'dnd',
  INVISIBLE: 'offline',
  OFFLINE: 'offline',
};

/** The whole state as it stands: an earlier one that was lost leaves nothing behind. */
export const updateOf = ({ userId, status, activities, lastSeen, asOf }: PresenceView): StreamUserUpdate => {
  const word = STATUS[status];
  const invisible = word === 'offline';
  const studio = activities.find(({ type }) => type === 'IN_STUDIO');
  const lastActive = invisible ? lastSeen : asOf;
  return {
    id: userId,
    set: {
      status: word,
      in_studio: studio !== undefined,
      invisible,
      ...(studio && { daw_type: studio.name }),
      ...(lastActive !== null && { last_active_at: iso(lastActive) }),
    },
    unset: [...(studio ? [] : ['daw_type' as const]), ...(lastActive === null ? ['last_active_at' as const] : [])],
  };
};
