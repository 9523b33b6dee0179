/**
 * Pages of the viewer's roster: first the access facts of all of it, then who is live of those whom the viewer may see,
 * then the records of the page alone. Users whom the viewer may not see change neither the steps nor their number.
 */
import { inPieces } from '../async/batches.js';
import type { AccessReader } from '../presence/ports/access.js';
import type { RecordStore } from '../presence/ports/records.js';
import { cursorOf, inRosterOrder, type Page, type Place, placesAfter } from '../presence/rosterOrder.js';
import type { PresenceStatus } from '../presence/types.js';
import type { PresenceView } from '../presence/view.js';
import { facetsFor, maySee, type Viewer } from '../presence/visibility.js';
import type { QueryService } from './contract.js';

/** A roster is its first users by id, at most so many. */
export const MAX_ROSTER = 5_000;
/** How many records are read at once to find those of the statuses asked for. */
const SOUGHT_AT_ONCE = 500;
/** Listing so many users of a roster costs about what reading one record costs. */
const LISTED_AS_ONE = 10;

const LIVE_STATUSES = ['ONLINE', 'AWAY', 'DO_NOT_DISTURB'] as const satisfies readonly PresenceStatus[];

/** Views in the order asked, without those whom the viewer may not see. */
type ViewsOf = (viewer: Viewer, userIds: readonly string[]) => Promise<readonly PresenceView[]>;

export const createRosterQuery = ({
  store,
  people,
  viewsOf,
}: {
  readonly store: Pick<RecordStore, 'liveAmong'>;
  readonly people: Pick<AccessReader, 'rosterAccessFacts'>;
  readonly viewsOf: ViewsOf;
}) => {
  /** Those whom the viewer may see, in order, and the size of the whole roster. A service token has no roster. */
  const placesOf = async (viewer: Viewer): Promise<{ readonly places: readonly Place[]; readonly size: number }> => {
    if (viewer.kind !== 'user') return { places: [], size: 0 };
    const accessFacts = await people.rosterAccessFacts(viewer.userId, MAX_ROSTER);
    const seen = [...accessFacts.keys()].filter((userId) => maySee(facetsFor(viewer, userId, accessFacts.get(userId))));
    const live = await store.liveAmong(seen);
    const places = inRosterOrder(seen.map((userId) => ({ userId, live: live.has(userId) })));
    return { places, size: accessFacts.size };
  };

  const viewsAt = (viewer: Viewer, places: readonly Place[]) =>
    viewsOf(
      viewer,
      places.map(({ userId }) => userId),
    );

  /** The first `count` views that `isAsked` accepts, and how many records were read for them. */
  const seek = async (
    viewer: Viewer,
    places: readonly Place[],
    isAsked: (view: PresenceView) => boolean,
    count: number,
  ): Promise<{ readonly views: readonly PresenceView[]; readonly read: number }> => {
    const views: PresenceView[] = [];
    let read = 0;
    for (const piece of inPieces(places, SOUGHT_AT_ONCE)) {
      views.push(...(await viewsAt(viewer, piece)).filter(isAsked));
      read += piece.length;
      if (views.length >= count) break;
    }
    return { views, read };
  };

  /** A page, and its cost in reads: the records read, and one for each {@link LISTED_AS_ONE} users of the roster. */
  return async (
    viewer: Viewer,
    { first, after, statuses }: Parameters<QueryService['roster']>[1],
  ): Promise<{ readonly result: Page; readonly counted: number }> => {
    const { places: all, size } = await placesOf(viewer);
    const wanted = statuses ? all.filter(({ live }) => mayHave(statuses, live)) : all;
    const rest = placesAfter(wanted, after);
    const page = rest.slice(0, first);
    const isAsked = ({ status }: PresenceView) => statuses === null || statuses.includes(status);
    const anyLive = LIVE_STATUSES.every((status) => statuses === null || statuses.includes(status));
    // The status of a live user is known from the record alone, so a page is sought in more records than it holds.
    const isSought = !anyLive && page.some(({ live }) => live);
    const { views, read } = isSought
      ? await seek(viewer, rest, isAsked, first + 1)
      : { views: (await viewsAt(viewer, page)).filter(isAsked), read: page.length };
    // The next page follows the places of this listing, whatever its users did since.
    const places = new Map(rest.map((place) => [place.userId, place]));
    return {
      counted: read + Math.ceil(size / LISTED_AS_ONE),
      result: {
        items: views.slice(0, first).map((view) => ({ cursor: cursorOf(places.get(view.userId)!), view })),
        hasNextPage: isSought ? views.length > first : rest.length > first,
        hasPreviousPage: rest.length < wanted.length,
      },
    };
  };
};

/** Whether a user who is seen live, or is not, may have one of the statuses. */
const mayHave = (statuses: readonly PresenceStatus[], live: boolean): boolean =>
  live ? LIVE_STATUSES.some((status) => statuses.includes(status)) : statuses.includes('OFFLINE');
