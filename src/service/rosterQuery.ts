/**
 * Pages of the viewer's roster. Who of it the viewer may see is asked first, who of those is live afterwards, and only the
 * page itself is read: so many steps for everybody, whatever those do whom the viewer may not see.
 */
import { inPieces } from '../async/batches.js';
import type { LiveStore, People } from '../presence/ports/stores.js';
import { cursorOf, inRosterOrder, type Page, type Place, placesAfter } from '../presence/rosterOrder.js';
import type { PresenceStatus } from '../presence/types.js';
import type { PresenceView } from '../presence/view.js';
import { facetsFor, maySee, type Viewer } from '../presence/visibility.js';
import type { Presence } from './contract.js';

/** How many users a roster has at most: the first by id. */
export const MAX_ROSTER = 5_000;
/** How many are read at once when a filter asks for the status of those who are live. */
const SOUGHT_AT_ONCE = 500;
/** So many of a roster cost, to be listed for a page, about what one costs to be read. */
const LISTED_AS_ONE = 10;

const LIVE_STATUSES = ['ONLINE', 'AWAY', 'DO_NOT_DISTURB'] as const satisfies readonly PresenceStatus[];

/** Views in the order asked, without those whom the viewer may not see. */
type ViewsOf = (viewer: Viewer, userIds: readonly string[]) => Promise<readonly PresenceView[]>;

export const createRosterReading = ({
  store,
  people,
  viewsOf,
}: {
  readonly store: Pick<LiveStore, 'liveAmong'>;
  readonly people: Pick<People, 'rosterAccessFacts'>;
  readonly viewsOf: ViewsOf;
}) => {
  /** Those whom the viewer may see, in order, and of how many. A service token is no user and has no roster. */
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

  /** The first `count` who are asked for, and of how many. */
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

  /** A page, and as how many users it counts: those that were read, and one for each {@link LISTED_AS_ONE} of the roster. */
  return async (
    viewer: Viewer,
    { first, after, statuses }: Parameters<Presence['roster']>[1],
  ): Promise<{ readonly result: Page; readonly counted: number }> => {
    const { places: all, size } = await placesOf(viewer);
    const wanted = statuses ? all.filter(({ live }) => mayHave(statuses, live)) : all;
    const restore = placesAfter(wanted, after);
    const page = restore.slice(0, first);
    const isAsked = ({ status }: PresenceView) => statuses === null || statuses.includes(status);
    const anyLive = LIVE_STATUSES.every((status) => statuses === null || statuses.includes(status));
    // Of who is live the status is known when it is read, so the page is looked for in more than a page.
    const isSought = !anyLive && page.some(({ live }) => live);
    const { views, read } = isSought
      ? await seek(viewer, restore, isAsked, first + 1)
      : { views: (await viewsAt(viewer, page)).filter(isAsked), read: page.length };
    // A page goes on from where its users stood when they were listed, whatever they did since.
    const places = new Map(restore.map((place) => [place.userId, place]));
    return {
      counted: read + Math.ceil(size / LISTED_AS_ONE),
      result: {
        items: views.slice(0, first).map((view) => ({ cursor: cursorOf(places.get(view.userId)!), view })),
        hasNextPage: isSought ? views.length > first : restore.length > first,
        hasPreviousPage: restore.length < wanted.length,
      },
    };
  };
};

/** Whether somebody who is seen live, or is not, may have one of the statuses. */
const mayHave = (statuses: readonly PresenceStatus[], live: boolean): boolean =>
  live ? LIVE_STATUSES.some((status) => statuses.includes(status)) : statuses.includes('OFFLINE');
