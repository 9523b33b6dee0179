/**
 * Counts of the host's objects (docs/design.md#social): the values first, then who may use the objects, in one query each, so that no
 * answer is older than what hides. An object that the viewer may not use and one that does not exist take the same reads and are both
 * left out.
 */
import { pairKey } from '../presence/pairs.js';
import type { ConversationReader } from '../presence/ports/access.js';
import { checkIds } from '../presence/validate.js';
import { mayUse, type Viewer } from '../presence/visibility.js';
import type { CountStore } from '../social/ports/counts.js';
import { checkPuts, MAX_OBJECTS } from '../social/socialValidate.js';
import { requireService } from './callerUser.js';
import type { ReadBudget } from './readBudget.js';
import type { CountService } from './socialContract.js';

export const createCountService = ({
  counts: store,
  conversations,
  reads,
}: {
  readonly counts: CountStore;
  readonly conversations: ConversationReader;
  readonly reads: ReadBudget;
}): CountService => {
  /** Those of the objects that the viewer may use; for the host all of them. */
  const usableAmong = async (viewer: Viewer, objectIds: readonly string[]): Promise<readonly string[]> => {
    if (viewer.kind === 'service') return objectIds;
    const { userId } = viewer;
    const facts = await conversations.conversationFacts(
      objectIds.map((conversationId) => ({ userId, conversationId })),
    );
    return objectIds.filter((objectId) => mayUse(facts.get(pairKey(userId, objectId)), userId));
  };

  return {
    async putCounts(viewer, counts) {
      requireService(viewer);
      const checked = checkPuts(counts);
      return checked.length === 0 ? 0 : store.putCounts(checked);
    },

    async counts(viewer, objectIds) {
      const checked = checkIds(objectIds, 'objectIds', MAX_OBJECTS);
      return reads.list(viewer, checked.length, 'query', async () => {
        if (checked.length === 0) return [];
        const found = await store.counts(checked);
        const usable = await usableAmong(viewer, checked);
        return usable.flatMap((objectId) => found.get(objectId) ?? []);
      });
    },
  };
};
