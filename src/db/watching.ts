import type { Pair } from '../presence/ports.js';
import type { Facts, Relation } from '../presence/visibility.js';
import type { Cache } from './cache.js';
import { type Found, toFacts } from './facts.js';
import type { Ask } from './gather.js';
import { mayRelate, type Standing, usersOf } from './standings.js';

const UNRELATED: Relation = Object.freeze({
  follows: false,
  followedBy: false,
  sharesCircle: false,
  sharesConversation: false,
  blocked: false,
});

/**
 * Facts for open subscriptions: the database is asked only about pairs of which the standings leave open how they are
 * related, or are not known.
 */
export const createWatching =
  ({ read, standings }: { readonly read: Ask<Pair, Found>; readonly standings: Cache<Standing> }) =>
  async (pairs: readonly Pair[]): Promise<readonly Facts[]> => {
    const known = pairs.map(({ viewerId, userId }) => {
      const [viewer, user] = [standings.get(viewerId), standings.get(userId)];
      return viewer && user && !mayRelate(viewer, user) ? toFacts(user, UNRELATED) : undefined;
    });
    const asked = pairs.filter((_, i) => !known[i]);
    if (asked.length === 0) return known.flatMap((facts) => facts ?? []);
    let found: readonly Found[] = [];
    await standings.fill(usersOf(asked), async () => {
      found = await read(asked);
      return new Map(
        found.flatMap(({ viewer, user }, i): [string, Standing][] => [
          [asked[i]!.viewerId, viewer],
          [asked[i]!.userId, user],
        ]),
      );
    });
    const answers = found.map(({ user, relation }) => toFacts(user, relation)).values();
    return known.flatMap((facts) => facts ?? answers.next().value ?? []);
  };
