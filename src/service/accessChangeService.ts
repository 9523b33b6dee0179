/**
 * What a change of access facts means for live state: of deleted users, of conversations that somebody left, and of those whose owner
 * somebody is not related to any more. A change costs one read of the store for each 1,000 users that it names.
 */
import { inBatches, inPieces } from '../async/batches.js';
import { retry } from '../async/retry.js';
import type { RecentCommits } from '../node/recentCommits.js';
import type { RecordWriter } from '../node/recordWriter.js';
import { isUnavailable } from '../presence/errors.js';
import { pairKey } from '../presence/pairs.js';
import type { AccessReader, ConversationReader } from '../presence/ports/access.js';
import type { AccessChange } from '../presence/ports/bus.js';
import type { Journal } from '../presence/ports/journal.js';
import type { PlaceIndex } from '../presence/ports/placeIndex.js';
import type { RecordStore } from '../presence/ports/records.js';
import type { TypingEntry, TypingStore } from '../presence/ports/typing.js';
import { mayUse } from '../presence/visibility.js';
import { createLostPlaces } from './lostPlaces.js';

const RETRY_MS = 500;
/** Users, or conversations, whose typing is read at once. */
const READ_AT_ONCE = 1_000;
/** Conversations of a deleted owner that are looked at; typing in others ends by itself. */
const MAX_OWNED = 5_000;

export interface AccessChangeService {
  /** Idempotent, so every node may do it. Rejects with UNAVAILABLE where typing could not be ended. */
  accessChanged(change: AccessChange): Promise<void>;
  /**
   * Changes may have been missed: ends typing and places of users whom this node remembers live and who may not use the conversation
   * now. Costs a reading of their records and typing, and a query for each 1,000 places and typists; a call while one is under way
   * waits for one more, shared by all such calls.
   */
  accessChangesMissed(): Promise<void>;
}

export const createAccessChangeService = ({
  store,
  people,
  journal,
  recentCommits,
  records,
}: {
  readonly store: Pick<RecordStore, 'read'> &
    Pick<TypingStore, 'typing' | 'typingOf' | 'clearTyping'> &
    Pick<PlaceIndex, 'usersAt'>;
  readonly people: Pick<AccessReader, 'conversationsOwnedBy'> & ConversationReader;
  readonly journal: Pick<Journal, 'read'>;
  readonly recentCommits: Pick<RecentCommits, 'forget' | 'liveUsers'>;
  readonly records: Pick<RecordWriter, 'update' | 'forget'>;
}): AccessChangeService => {
  const lostPlaces = createLostPlaces({ store, people, records });
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
      if (await records.forget(userId, generation)) return;
    }
  };

  /** Ends the typing of those who may not use the conversation any more. */
  const endTypingOfStrangers = async (typing: readonly TypingEntry[]): Promise<void> => {
    if (typing.length === 0) return;
    const facts = await people.conversationFacts(typing);
    const strangers = typing.filter(
      ({ userId, conversationId }) => !mayUse(facts.get(pairKey(userId, conversationId)), userId),
    );
    await inBatches(strangers, ({ userId, conversationId }) => store.clearTyping(userId, conversationId));
  };

  const endTypingIn = async (conversationIds: readonly string[]): Promise<void> => {
    for (const ids of inPieces(conversationIds, READ_AT_ONCE)) await endTypingOfStrangers(await store.typing(ids));
  };

  /** These users may have lost what related them to the owners of conversations. */
  const endTypingOf = async (userIds: readonly string[]): Promise<void> => {
    for (const ids of inPieces(userIds, READ_AT_ONCE)) await endTypingOfStrangers(await store.typingOf(ids));
  };

  const endTyping = async (change: AccessChange): Promise<void> => {
    if (change.kind === 'user' && change.deleted) {
      await endTypingIn(await people.conversationsOwnedBy(change.userId, MAX_OWNED));
    }
    if (change.kind === 'conversation') await endTypingIn([change.id]);
    if (!change.mayRevoke) return;
    if (change.kind === 'relation') await endTypingOf(change.users);
    if (change.kind === 'circle' || change.kind === 'conversation') await endTypingOf(change.members);
  };

  const endWhatMayHaveBeenMissed = async (): Promise<void> => {
    const userIds = recentCommits.liveUsers();
    await Promise.all([untilDone(() => endTypingOf(userIds)), untilDone(() => lostPlaces.endOf(userIds))]);
  };
  /** One at a time. What begins while one is under way may be about a change that it did not read. */
  let underWay: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;

  return {
    async accessChanged(change) {
      if (change.kind === 'user' && change.deleted) {
        // Nothing of a deleted user may come back.
        await untilDone(() => forget(change.userId));
      }
      await Promise.all([endTyping(change), untilDone(() => lostPlaces.endAfter(change))]);
    },
    accessChangesMissed() {
      next ??= underWay
        .catch(() => {})
        .then(() => {
          next = undefined;
          underWay = endWhatMayHaveBeenMissed();
          return underWay;
        });
      return next;
    },
  };
};
