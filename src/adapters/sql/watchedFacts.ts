import { pairKey } from '../../presence/pairs.js';
import type { Pair } from '../../presence/ports.js';
import type { Facts, Relation } from '../../presence/visibility.js';
import { type Found, toFacts } from './accessFacts.js';
import { mayRelate, type Standing, usersOf } from './accessSummary.js';
import type { Cache } from './cache.js';
import type { Ask } from './loader.js';

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
export const createWatching =
  ({ read, standings }: { readonly read: Ask<Pair, Found>; readonly standings: Cache<Standing> }) =>
  async (pairs: readonly Pair[]): Promise<ReadonlyMap<string, Facts>> => {
    const facts = new Map<string, Facts>();
    const asked: Pair[] = [];
    for (const pair of pairs) {
      const { viewerId, userId } = pair;
      const [viewer, user] = [standings.get(viewerId), standings.get(userId)];
      if (!viewer || !user || mayRelate(viewer, user)) asked.push(pair);
      else facts.set(pairKey(viewerId, userId), toFacts(user, UNRELATED));
    }
    if (asked.length === 0) return facts;
    await standings.fill(usersOf(asked), async () => {
      const found = await read(asked);
      const stand = new Map<string, Standing>();
      for (const { viewerId, userId } of asked) {
        const key = pairKey(viewerId, userId);
        const { viewer, user, relation } = found.get(key)!;
        stand.set(viewerId, viewer).set(userId, user);
        facts.set(key, toFacts(user, relation));
      }
      return stand;
    });
    return facts;
  };
