import { isSeenAt } from '../../presence/places.js';
import type { CommitBus } from '../../presence/ports/bus.js';
import type { PlaceIndex } from '../../presence/ports/placeIndex.js';
import type { PresenceRecord } from '../../presence/types.js';

/** Who is seen at which place, in memory: it changes with the commit itself, so that nothing is ever left half done. */
export const createMemoryPlaces = ({ bus }: { readonly bus: Pick<CommitBus, 'publishPlace'> }) => {
  const users = new Map<string, Set<string>>();

  const remove = (conversationId: string, userId: string): void => {
    const present = users.get(conversationId);
    present?.delete(userId);
    if (present?.size === 0) users.delete(conversationId);
  };

  return {
    /** A commit moved its user to these places, or from them. */
    committed(record: PresenceRecord, conversationIds: readonly string[]): void {
      const { userId } = record;
      for (const conversationId of conversationIds) {
        if (!isSeenAt(record, conversationId)) {
          remove(conversationId, userId);
          continue;
        }
        const present = users.get(conversationId) ?? new Set();
        users.set(conversationId, present.add(userId));
        bus.publishPlace({ conversationId, userId });
      }
    },

    /** A record was dropped: its user is at none of these places. */
    dropped(userId: string, conversationIds: readonly string[]): void {
      for (const conversationId of conversationIds) remove(conversationId, userId);
    },

    port: {
      async usersAt(conversationId, limit) {
        const present = users.get(conversationId);
        if (!present) return { userIds: [], total: 0 };
        const userIds: string[] = [];
        for (const userId of present) {
          if (userIds.length >= limit) break;
          userIds.push(userId);
        }
        return { userIds, total: present.size };
      },
      indexPlaces: async () => 0,
      reindexPlaces: async () => {},
      checkPlace: async () => {},
    } satisfies PlaceIndex,
  };
};
