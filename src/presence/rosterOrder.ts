/** Pages of presences, purely: the order of a roster and its cursors (docs/semantics.md#rosters). */
import { badInput } from './errors.js';
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
  Buffer.from(`${live ? '1' : '0'}${userId}`, 'utf8').toString('base64url');

/** The place of a cursor that {@link cursorOf} made; BAD_USER_INPUT for anything else. */
export const readCursor = (cursor: string): Place => {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const place = { live: text.startsWith('1'), userId: text.slice(1) };
  if (cursorOf(place) !== cursor || place.userId === '') {
    throw badInput('after is not a cursor of this list. Pass an endCursor as it came.');
  }
  return place;
};
