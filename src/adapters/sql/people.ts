import type { AccessChange, Bus } from '../../presence/ports/bus.js';
import type { People } from '../../presence/ports/stores.js';
import { MAX_MEMBERS } from '../../presence/validate.js';
import { createAccessCaches } from './accessCaches.js';
import { accessCommit } from './accessCommit.js';
import type { Database } from './database.js';
import { PUSH_AFTER_MS } from './social.js';
import { type ChangePublisher, createSocialCommit } from './socialCommit.js';
import { createSocialRemovals } from './socialRemovals.js';
import { createAccessReader } from './sqlAccess.js';
import { createActStore } from './sqlActs.js';
import { createConversations } from './sqlConversations.js';
import { createDirectory } from './sqlDirectory.js';
import { createGroupStore } from './sqlGroups.js';
import { createRelationLists } from './sqlRelationLists.js';
import { createRelationStore } from './sqlRelations.js';

/** See docs/semantics.md, "Limits". */
const MAX_FOLLOWS = 10_000;
const MAX_BLOCKS = 10_000;

/**
 * Users, relations, privacy, circles and conversations in the database, with the caches over them.
 *
 * `logged` is whether the change log is followed, so that its rows must be written. `onError` receives the
 * failure to publish a committed change.
 */
export const createPeople = (options: {
  readonly db: Database;
  readonly bus: Pick<Bus, 'subscribeAccessChanges' | 'onGap'> & ChangePublisher;
  readonly logged?: boolean;
  readonly onError?: (error: unknown) => void;
  readonly maxFollows?: number;
  readonly maxBlocks?: number;
  readonly maxMembers?: number;
  /** How long a notice waits unread for its push. */
  readonly pushAfterMs?: number;
  /** Whether a deletion leaves an event for the webhook. */
  readonly tellsDeletions?: boolean;
}) => {
  const { db, bus, logged = false, onError = () => {} } = options;
  const { maxFollows = MAX_FOLLOWS, maxBlocks = MAX_BLOCKS, maxMembers = MAX_MEMBERS } = options;
  const { pushAfterMs = PUSH_AFTER_MS, tellsDeletions = false } = options;
  const conversations = createConversations({ db });
  const caches = createAccessCaches({ bus, readConversation: conversations.conversation });
  const { accessChanged, subscribed, forgetAll, forgetAccessSummaries } = caches;
  // Where there is a change log, it holds what the bus may have missed, and the caches outlast an outage of the database.
  if (!logged) bus.onGap(forgetAll);

  const commitSocial = createSocialCommit({ db, bus, logged, committed: accessChanged, onError });
  const commit = accessCommit(commitSocial);
  const { retractWhile } = createActStore({ db, commit: commitSocial, pushAfterMs });
  const removals = createSocialRemovals({ db, retract: retractWhile });
  return {
    ...createAccessReader({ db, caches, conversations }),
    ...createDirectory({ db, commit, caches, removals, tellsDeletions }),
    ...createRelationStore({ commitSocial, maxFollows, maxBlocks, pushAfterMs }),
    ...createRelationLists({ db }),
    ...createGroupStore({ commit, removals, maxMembers }),
    accessChanged,
    subscribed,
    forgetAll,
    forgetAccessSummaries,
  } satisfies People & {
    finishDeletions(isStopped: () => boolean): Promise<void>;
    accessChanged(change: AccessChange): void;
    subscribed(): void;
    forgetAll(): void;
    forgetAccessSummaries(): void;
  };
};
