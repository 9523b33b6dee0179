import { pairKey } from '../../presence/pairs.js';
import type { Pair } from '../../presence/ports/access.js';
import type { AccessFacts, Relation } from '../../presence/visibility.js';
import { type Found, toAccessFacts } from './accessFacts.js';
import { type AccessSummary, mayRelate, usersOf } from './accessSummary.js';
import type { Cache } from './cache.js';
import type { Load } from './loader.js';

const UNRELATED: Relation = Object.freeze({
  follows: false,
  followedBy: false,
  sharesCircle: false,
  sharesConversation: false,
  blocked: false,
});

/**
 * Facts for open subscriptions, by `pairKey`: the database is asked only about pairs of which the standings leave open how they are
 * related, or are not known.
 */
export const createWatchedFacts =
  ({ read, accessSummaries }: { readonly read: Load<Pair, Found>; readonly accessSummaries: Cache<AccessSummary> }) =>
  async (pairs: readonly Pair[]): Promise<ReadonlyMap<string, AccessFacts>> => {
    const accessFacts = new Map<string, AccessFacts>();
    const asked: Pair[] = [];
    for (const pair of pairs) {
      const { viewerId, userId } = pair;
      const [viewer, user] = [accessSummaries.get(viewerId), accessSummaries.get(userId)];
      if (!viewer || !user || mayRelate(viewer, user)) asked.push(pair);
      else accessFacts.set(pairKey(viewerId, userId), toAccessFacts(user, UNRELATED));
    }
    if (asked.length === 0) return accessFacts;
    await accessSummaries.fill(usersOf(asked), async () => {
      const found = await read(asked);
      const stand = new Map<string, AccessSummary>();
      for (const { viewerId, userId } of asked) {
        const key = pairKey(viewerId, userId);
        const { viewer, user, relation } = found.get(key)!;
        stand.set(viewerId, viewer).set(userId, user);
        accessFacts.set(key, toAccessFacts(user, relation));
      }
      return stand;
    });
    return accessFacts;
  };
