/** What a change of access facts means for live state: of deleted users, and of conversations that somebody left or may no longer use. */
import { inBatches } from '../async/batches.js';
import { retry } from '../async/retry.js';
import type { RecentCommits } from '../node/recentCommits.js';
import type { RecordWriter } from '../node/recordWriter.js';
import { isUnavailable } from '../presence/errors.js';
import type { AccessReader } from '../presence/ports/access.js';
import type { AccessChange } from '../presence/ports/bus.js';
import type { Journal } from '../presence/ports/journal.js';
import type { PlaceIndex } from '../presence/ports/placeIndex.js';
import type { RecordStore } from '../presence/ports/records.js';
import type { TypingStore } from '../presence/ports/typing.js';
import { mayUse } from '../presence/visibility.js';
import { createLostPlaces } from './lostPlaces.js';

const RETRY_MS = 500;

export interface AccessChangeService {
  /** Idempotent, so every node may do it. Rejects with UNAVAILABLE where typing could not be ended. */
  accessChanged(change: AccessChange): Promise<void>;
}

export const createAccessChangeService = ({
  store,
  people,
  journal,
  recentCommits,
  records,
}: {
  readonly store: Pick<RecordStore, 'read' | 'forget'> &
    Pick<TypingStore, 'typing' | 'clearTyping'> &
    Pick<PlaceIndex, 'usersAt'>;
  readonly people: Pick<AccessReader, 'conversationFor'>;
  readonly journal: Pick<Journal, 'read'>;
  readonly recentCommits: Pick<RecentCommits, 'forget'>;
  readonly records: Pick<RecordWriter, 'update'>;
}): AccessChangeService => {
  const endLostPlaces = createLostPlaces({ store, people, records });
  /** What must not be left undone goes on until the back-ends answer. */
  const untilDone = (work: () => Promise<void>): Promise<void> =>
    retry(work, {
      everyMs: RETRY_MS,
      onFailure(error) {
        if (!isUnavailable(error)) throw error;
      },
    });
  /** Drops the record of a deleted user, except where they were named again since and it is of that generation. */
  const forget = async (userId: string): Promise<void> => {
    for (;;) {
      const { records: live, unreadable } = await store.read([userId]);
      const present = (await journal.read([userId])).get(userId);
      const generation = unreadable?.has(userId) ? Number.MAX_SAFE_INTEGER : (live.get(userId)?.generation ?? 0);
      if (present && generation >= present.generation) return;
      recentCommits.forget(userId);
      // Where a record of a later generation came meanwhile, decide anew.
      if (await store.forget(userId, generation)) return;
    }
  };

  /** Ends the typing of those who may no longer type in a conversation. */
  const endTypingOfStrangers = async (conversationId: string): Promise<void> => {
    const typists = (await store.typing([conversationId])).map(({ userId }) => userId);
    if (typists.length === 0) return;
    const found = await people.conversationFor(conversationId, typists);
    const strangers = typists.filter((userId) => !mayUse(found.get(userId), userId));
    await inBatches(strangers, (userId) => store.clearTyping(userId, conversationId));
  };

  return {
    async accessChanged(change) {
      if (change.kind === 'user' && change.deleted) {
        // Nothing of a deleted user may come back.
        await untilDone(() => forget(change.userId));
      }
      if (change.kind === 'conversation') await endTypingOfStrangers(change.id);
      await untilDone(() => endLostPlaces(change));
    },
  };
};
