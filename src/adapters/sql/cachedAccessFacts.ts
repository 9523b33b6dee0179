import { pairKey } from '../../presence/pairs.js';
import type { Pair } from '../../presence/ports/access.js';
import type { AccessFacts, Relation } from '../../presence/visibility.js';
import { type PairFacts, toAccessFacts } from './accessFacts.js';
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
 * Facts for open subscriptions, by `pairKey`. Only those pairs are read of which a summary is missing from the cache, or
 * the two summaries leave open how the pair is related.
 */
export const createCachedAccessFacts =
  ({
    read,
    accessSummaries,
  }: {
    readonly read: Load<Pair, PairFacts>;
    readonly accessSummaries: Cache<AccessSummary>;
  }) =>
  async (pairs: readonly Pair[]): Promise<ReadonlyMap<string, AccessFacts>> => {
    const accessFacts = new Map<string, AccessFacts>();
    const missing: Pair[] = [];
    for (const pair of pairs) {
      const { viewerId, userId } = pair;
      const [viewer, user] = [accessSummaries.get(viewerId), accessSummaries.get(userId)];
      if (!viewer || !user || mayRelate(viewer, user)) missing.push(pair);
      else accessFacts.set(pairKey(viewerId, userId), toAccessFacts(user, UNRELATED));
    }
    if (missing.length === 0) return accessFacts;
    await accessSummaries.fill(usersOf(missing), async () => {
      const found = await read(missing);
      const summaries = new Map<string, AccessSummary>();
      for (const { viewerId, userId } of missing) {
        const key = pairKey(viewerId, userId);
        const { viewer, user, relation } = found.get(key)!;
        summaries.set(viewerId, viewer).set(userId, user);
        accessFacts.set(key, toAccessFacts(user, relation));
      }
      return summaries;
    });
    return accessFacts;
  };
