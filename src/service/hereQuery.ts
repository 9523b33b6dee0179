/**
 * Who is at a place, as one viewer may see it: candidates from the index, then records, then access facts, so that no answer is older
 * than what hides (docs/design.md#places).
 *
 * What one answer costs: one command for the candidates, of their number; and of a place of up to {@link SMALL} people, one reading of
 * their records and one query of access facts, as `presence` of as many ids. Of a larger place records are read of those alone whom
 * the viewer may see, until there are enough to list: mostly the first {@link PAGE} candidates, at the most {@link MAX_CANDIDATES} in
 * queries of access facts of {@link PAGE} pairs each, for a viewer who sees next to nobody there. Their candidates are read once in a
 * broadcast interval for all viewers of the node; whether somebody is shown is decided by what is read anew.
 */
import { inPieces } from '../async/batches.js';
import { lately } from '../async/lately.js';
import type { ReadAlike } from '../node/recordReader.js';
import { pairKey } from '../presence/pairs.js';
import { isAt } from '../presence/places.js';
import type { AccessReader } from '../presence/ports/access.js';
import type { PlaceIndex, PlaceUsers } from '../presence/ports/placeIndex.js';
import type { Timings } from '../presence/types.js';
import { type PresenceView, viewAt } from '../presence/view.js';
import { facetsFor, maySee, type Viewer } from '../presence/visibility.js';
import { countHere, isHere, MAX_LISTED, roundedToTwoDigits } from '../social/here.js';
import type { Here } from '../social/socialTypes.js';
import type { Counted } from './readBudget.js';

/** Of so many people all records are read at once. */
export const SMALL = 1_000;
/** How many pairs of one query. */
const PAGE = 1_000;
/** How many people of a place are looked through at the most. */
const MAX_CANDIDATES = 10_000;

/** The present people of a place as a viewer sees them, and what that counts of the viewer's reads. */
export type ReadHere = (viewer: Viewer, conversationId: string) => Promise<Counted<Here>>;

export const createHereQuery = ({
  store,
  people,
  readAlike,
  timings,
  onError,
}: {
  readonly store: Pick<PlaceIndex, 'usersAt' | 'checkPlace'>;
  readonly people: Pick<AccessReader, 'accessFacts'>;
  readonly readAlike: ReadAlike;
  readonly timings: Pick<Timings, 'broadcastIntervalMs'>;
  readonly onError: (error: unknown) => void;
}): ReadHere => {
  /** The candidates of large places, while somebody asks for them. */
  const large = new Map<string, { readonly users: () => Promise<PlaceUsers>; askedAt: number }>();

  const candidatesOfLarge = (conversationId: string): Promise<PlaceUsers> => {
    const now = performance.now();
    for (const [id, { askedAt }] of large) if (askedAt < now - 2 * timings.broadcastIntervalMs) large.delete(id);
    const asked = large.get(conversationId) ?? {
      users: lately(() => store.usersAt(conversationId, MAX_CANDIDATES), timings.broadcastIntervalMs),
      askedAt: now,
    };
    asked.askedAt = now;
    large.set(conversationId, asked);
    return asked.users();
  };

  const accessFactsOf = (viewer: Viewer, userIds: readonly string[]) =>
    people.accessFacts(userIds.map((userId) => ({ viewerId: viewer.userId, userId })));

  const mayBeSeen = async (viewer: Viewer, userIds: readonly string[]): Promise<readonly string[]> => {
    const accessFacts = await accessFactsOf(viewer, userIds);
    return userIds.filter((userId) =>
      maySee(facetsFor(viewer, userId, accessFacts.get(pairKey(viewer.userId, userId)))),
    );
  };

  /** Those of the users who are there and may be seen, in the order given. */
  const viewsOf = async (
    viewer: Viewer,
    conversationId: string,
    userIds: readonly string[],
  ): Promise<{ readonly views: readonly PresenceView[]; readonly now: number }> => {
    const { now, nowOf, records, accessFacts } = await readAlike(userIds, () => accessFactsOf(viewer, userIds));
    const stale: string[] = [];
    const views = userIds.flatMap((userId) => {
      const record = records.get(userId);
      if (!record) return [];
      if (!isAt(record, conversationId) && userId !== viewer.userId) stale.push(userId);
      const facets = facetsFor(viewer, userId, accessFacts.get(pairKey(viewer.userId, userId)));
      return isHere(record, facets, conversationId) ? [viewAt(record, facets, nowOf(userId))] : [];
    });
    // What a node that died left behind; nobody waits for it.
    if (stale.length > 0) store.checkPlace(conversationId, stale).catch(onError);
    return { views, now };
  };

  return async (viewer, conversationId) => {
    const first = await store.usersAt(conversationId, SMALL);
    const isLarge = first.total > SMALL;
    const { userIds } = isLarge ? await candidatesOfLarge(conversationId) : first;
    // Callers are looked for always: the index does not have who hides.
    const candidates = [...new Set([...userIds, viewer.userId])].sort();
    const views: PresenceView[] = [];
    let asOf = 0;
    let looked = 0;
    for (const page of isLarge ? inPieces(candidates, PAGE) : [candidates]) {
      if (views.length > MAX_LISTED) break;
      looked += page.length;
      const asked = isLarge ? await mayBeSeen(viewer, page) : page;
      // Of a large place no more are read than may still be listed, and one to tell that there are more.
      for (const piece of isLarge ? inPieces(asked, MAX_LISTED + 1) : [asked]) {
        if (views.length > MAX_LISTED) break;
        const found = await viewsOf(viewer, conversationId, piece);
        views.push(...found.views);
        asOf = Math.max(asOf, found.now);
      }
    }
    const shown = views.slice(0, MAX_LISTED);
    return {
      result: {
        conversationId,
        people: shown,
        ...countHere(views.length, first.total),
        // Somebody may have left by a commit of this very millisecond, which has the next one for its instant.
        asOf: Math.max(asOf + 1, ...shown.map((view) => view.asOf)),
      },
      // How many a viewer may not see must not be told by what it costs them: of a large place alone the size counts, as it is told.
      counted: isLarge ? roundedToTwoDigits(looked) : Math.max(1, shown.length),
    };
  };
};
