/** Pages of presences, purely: the order of a roster and its cursors (docs/semantics.md#rosters). */
import { decodeCursor, encodeCursor } from './cursors.js';
import type { PresenceView } from './view.js';

/** One page, in order; `cursor` continues after its item. */
export interface Page {
  readonly items: readonly { readonly cursor: string; readonly view: PresenceView }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** The place of a user in a roster: live ones first, as the viewer sees them, then by id. */
export interface Place {
  readonly live: boolean;
  readonly userId: string;
}

/** The two parts of a roster, in its cursors. */
const LIVE = '1';
const NOT_LIVE = '0';

const compare = (a: Place, b: Place): number => {
  if (a.live !== b.live) return a.live ? -1 : 1;
  return a.userId < b.userId ? -1 : a.userId > b.userId ? 1 : 0;
};

/** Live ones first, then by id. */
export const inRosterOrder = (places: readonly Place[]): readonly Place[] => [...places].sort(compare);

/** The places beyond a cursor, of places in roster order; all for null. BAD_USER_INPUT for anything but a cursor. */
export const placesAfter = (places: readonly Place[], after: string | null): readonly Place[] => {
  if (after === null) return places;
  const last = readCursor(after);
  const from = places.findIndex((place) => compare(place, last) > 0);
  return from < 0 ? [] : places.slice(from);
};

/** The cursor of a place, opaque to clients. */
export const cursorOf = ({ live, userId }: Place): string =>
  encodeCursor({ list: live ? LIVE : NOT_LIVE, place: userId });

/** The place of a cursor that {@link cursorOf} made; BAD_USER_INPUT for anything else. */
export const readCursor = (cursor: string): Place => {
  const { list, place } = decodeCursor(cursor, [LIVE, NOT_LIVE]);
  return { live: list === LIVE, userId: place };
};
