import { pairKey } from '../../presence/pairs.js';
import type { AccessReader } from '../../presence/ports/access.js';
import { DEFAULT_PRIVACY, effectivePrivacy } from '../../presence/visibility.js';
import type { AccessCaches } from './accessCaches.js';
import { createPairFacts, isBlocked, toAccessFacts } from './accessFacts.js';
import { createCachedAccessFacts } from './cachedAccessFacts.js';
import type { Database } from './database.js';
import { createPairLookup } from './pairLookup.js';
import type { createConversations } from './sqlConversations.js';
import { createRoster } from './sqlRoster.js';
import { presentUserQuery, toStoredUser } from './userRows.js';

/** The access facts (docs/design.md#who-sees-what). Only `accessFactsToWatch` and `membership` answer from caches. */
export const createAccessReader = ({
  db,
  caches,
  conversations,
}: {
  readonly db: Database;
  readonly caches: AccessCaches;
  readonly conversations: ReturnType<typeof createConversations>;
}) => {
  const readPairs = createPairFacts({ db });
  const cachedFacts = createCachedAccessFacts({ read: readPairs, accessSummaries: caches.accessSummaries });

  return {
    ...conversations,
    ...createRoster({ db }),
    blockedAmong: createPairLookup({ db, condition: isBlocked }),

    async accessFacts(pairs) {
      const found = await readPairs(pairs);
      return new Map(
        pairs.map(({ viewerId, userId }) => {
          const key = pairKey(viewerId, userId);
          const { user, relation } = found.get(key)!;
          return [key, toAccessFacts(user, relation)];
        }),
      );
    },

    async accessFactsToWatch(pairs) {
      await caches.receiving();
      return await cachedFacts(pairs);
    },

    async membership(conversationId, userId) {
      await caches.receiving();
      return caches.membership.of(conversationId, userId);
    },

    async privacy(userId) {
      const [row] = await db.run((orm) => presentUserQuery(orm, userId));
      return effectivePrivacy(row ? toStoredUser(row).privacy : DEFAULT_PRIVACY);
    },
  } satisfies AccessReader;
};
