/**
 * The queries of presence (docs/design.md#who-sees-what): live records first, then the access facts, one query a batch,
 * so that no answer is older than what hides. The steps are the same whatever is found, so that their time tells nobody
 * what they may not see.
 */
import type { ReadAlike, ReadRecords } from '../node/recordReader.js';
import { forbidden, unreadableRecord } from '../presence/errors.js';
import { pairKey } from '../presence/pairs.js';
import type { AccessReader } from '../presence/ports/access.js';
import type { RecordStore } from '../presence/ports/records.js';
import { cursorOf, readCursor } from '../presence/rosterOrder.js';
import { isSeenLive } from '../presence/status.js';
import { checkFirst, checkId, checkIds, MAX_ITEMS } from '../presence/validate.js';
import { type PresenceView, viewAt } from '../presence/view.js';
import { EVERYTHING, facetsFor, maySee, type Viewer } from '../presence/visibility.js';
import type { QueryService } from './contract.js';
import type { ReadBudget } from './readBudget.js';
import { createRosterQuery } from './rosterQuery.js';

/** The most users on one page of a roster. */
const MAX_ROSTER_PAGE = 500;

export const createQueries = ({
  store,
  people,
  reads,
  readRecords,
  readAlike,
}: {
  readonly store: Pick<RecordStore, 'live' | 'liveAmong'>;
  readonly people: Pick<AccessReader, 'accessFacts' | 'rosterAccessFacts'>;
  readonly reads: ReadBudget;
  readonly readRecords: ReadRecords;
  readonly readAlike: ReadAlike;
}): QueryService => {
  const viewsOf = async (viewer: Viewer, userIds: readonly string[]): Promise<readonly PresenceView[]> => {
    if (userIds.length === 0) return [];
    const { nowOf, records, unreadable, accessFacts } = await readAlike(userIds, () =>
      people.accessFacts(userIds.map((userId) => ({ viewerId: viewer.userId, userId }))),
    );
    return userIds.flatMap((userId) => {
      const facets = facetsFor(viewer, userId, accessFacts.get(pairKey(viewer.userId, userId)));
      const record = records.get(userId);
      // In a list, a user whose record cannot be read is left out: the others are answered.
      if (userIds.length === 1 && unreadable?.has(userId) && maySee(facets)) throw unreadableRecord();
      return record && maySee(facets) ? [viewAt(record, facets, nowOf(userId))] : [];
    });
  };

  const limitedViewsOf = (viewer: Viewer, userIds: readonly string[]) =>
    reads.list(viewer, userIds.length, 'query', () => viewsOf(viewer, userIds));

  const readRosterPage = createRosterQuery({ store, people, viewsOf });
  const rosterPage = (viewer: Viewer, page: Parameters<QueryService['roster']>[1]) =>
    reads.roster(viewer, 'query', () => readRosterPage(viewer, page));

  return {
    presenceOf: async (viewer, userIds) => limitedViewsOf(viewer, checkIds(userIds, 'userIds')),

    async presenceOfRoster(viewer) {
      const { items } = await rosterPage(viewer, { first: MAX_ITEMS, after: null, statuses: null });
      return items.map(({ view }) => view);
    },

    async userPresence(viewer, userId) {
      const [view] = await limitedViewsOf(viewer, [checkId(userId, 'userId')]);
      return view ?? null;
    },

    async roster(viewer, { first, after, statuses }) {
      checkFirst(first, MAX_ROSTER_PAGE);
      if (after !== null) readCursor(after);
      return rosterPage(viewer, { first, after, statuses });
    },

    async online(viewer, { first, after }) {
      if (viewer.kind !== 'service') throw forbidden('online takes a token with the scope "service".');
      checkFirst(first, MAX_ITEMS);
      const from = after === null ? null : readCursor(after).userId;
      const { userIds, total } = await store.live({ after: from, limit: first + 1 });
      const listed = userIds.slice(0, first);
      const { nowOf, records } = await readRecords(listed);
      // In the order of the list: a reading comes in the order of the shards.
      const found = listed.flatMap((userId) => records.get(userId) ?? []);
      return {
        totalCount: total,
        // Users who hid since they were listed are left out.
        items: found.filter(isSeenLive).map((record) => ({
          cursor: cursorOf({ live: true, userId: record.userId }),
          view: viewAt(record, EVERYTHING, nowOf(record.userId)),
        })),
        hasNextPage: userIds.length > first,
        hasPreviousPage: from !== null,
      };
    },
  };
};
