import { pairKey } from '../../presence/pairs.js';
import type { AccessChange, Bus } from '../../presence/ports/bus.js';
import type { UserProfile } from '../../presence/ports/directory.js';
import type { People } from '../../presence/ports/stores.js';
import { createAccessFacts, toAccessFacts } from './accessFacts.js';
import { type AccessSummary, accessSummariesTouched } from './accessSummary.js';
import { createCache } from './cache.js';
import type { Database } from './database.js';
import { createCommit } from './factCommit.js';
import { createGroups } from './groups.js';
import { createMembership } from './membership.js';
import { createRelations } from './relations.js';
import { createRoster } from './sqlRoster.js';
import { createUsers } from './users.js';
import { createWatchedFacts } from './watchedFacts.js';

/** See docs/semantics.md, "Limits". */
const MAX_FOLLOWS = 10_000;
const MAX_BLOCKS = 10_000;
const MAX_MEMBERS = 5_000;

/** Entries of each cache. */
const CACHED = 50_000;

/**
 * Users, relations, privacy, circles and conversations in the database. Facts are read anew each time. Existence, profiles,
 * privacy for open subscriptions, and who may type where are cached, and forgotten by what the bus tells (also what it delivers from the log), all of them when
 * it may have missed something: nothing is cached before that is being heard.
 *
 * `logged` is whether other processes read the log of changes of facts, so that its rows must be written. `onError` hears
 * that a change which was committed could not be published.
 */
export const createPeople = (options: {
  readonly db: Database;
  readonly bus: Pick<Bus, 'subscribeAccessChanges' | 'publishAccessChange' | 'deliverAccessChange' | 'onGap'>;
  readonly logged?: boolean;
  readonly onError?: (error: unknown) => void;
  readonly maxFollows?: number;
  readonly maxBlocks?: number;
  readonly maxMembers?: number;
}) => {
  const { db, bus, logged = false, onError = () => {} } = options;
  const { maxFollows = MAX_FOLLOWS, maxBlocks = MAX_BLOCKS, maxMembers = MAX_MEMBERS } = options;
  const existence = createCache<boolean>({ max: CACHED });
  const profiles = createCache<UserProfile>({ max: CACHED });
  const accessSummaries = createCache<AccessSummary>({ max: CACHED });

  const forget = (change: AccessChange): void => {
    for (const userId of accessSummariesTouched(change)) accessSummaries.forget(userId);
    if (change.kind === 'conversation') membership.forget(change.id);
    if (change.kind !== 'user') return;
    // Who was deleted left all conversations.
    if (change.deleted) membership.clear();
    existence.forget(change.userId);
    profiles.forget(change.userId);
  };

  const forgetAll = (): void => {
    existence.clear();
    profiles.clear();
    accessSummaries.clear();
    membership.clear();
  };
  // Where there is a log, it tells what the bus may have missed, and the caches outlast a database that is away.
  if (!logged) bus.onGap(forgetAll);

  let subscribing: Promise<unknown> | undefined;
  const subscribe = async (): Promise<void> => {
    subscribing ??= bus.subscribeAccessChanges(forget);
    try {
      await subscribing;
    } catch (failure) {
      subscribing = undefined;
      throw failure;
    }
  };

  const commit = createCommit({ db, bus, logged, committed: forget, onError });
  const users = createUsers({ db, commit });
  const groups = createGroups({ db, commit, maxMembers });
  const membership = createMembership({ max: CACHED, read: groups.conversation });
  const readAccessFacts = createAccessFacts({ db });
  const accessFactsToWatch = createWatchedFacts({ read: readAccessFacts, accessSummaries });

  return {
    ...users.verbs,
    ...createRelations({ db, commit, maxFollows, maxBlocks }),
    ...groups,
    ...createRoster({ db }),

    finishDeletions: users.finishDeletions,

    /** A change of access facts was received or committed: what the caches hold of it is forgotten, synchronously. */
    accessChanged: forget,

    /**
     * From now on every change reaches `accessChanged`, so that answers may be cached. Without this call `people` subscribes
     * to the bus by itself, before it caches the first answer.
     */
    subscribed(): void {
      subscribing = Promise.resolve();
    },

    /** Empties the caches: changes may have been missed. */
    forgetAll,

    /** Changes cannot be followed now: what is kept of who may see whom holds no longer, the rest outlasts that. */
    forgetAccessSummaries(): void {
      accessSummaries.clear();
    },

    async accessFacts(pairs) {
      const found = await readAccessFacts(pairs);
      return new Map(
        pairs.map(({ viewerId, userId }) => {
          const key = pairKey(viewerId, userId);
          const { user, relation } = found.get(key)!;
          return [key, toAccessFacts(user, relation)];
        }),
      );
    },

    async accessFactsToWatch(pairs) {
      await subscribe();
      return await accessFactsToWatch(pairs);
    },

    async ensure(userId) {
      const cached = existence.get(userId);
      if (cached !== undefined) return cached;
      await subscribe();
      const read = await existence.fill([userId], async () => {
        const made = await accessSummaries.fill([userId], () => users.makeKnown([userId]));
        return new Map([[userId, made.get(userId)?.exists ?? false]]);
      });
      return read.get(userId) ?? false;
    },

    async membership(conversationId, userId) {
      await subscribe();
      return membership.of(conversationId, userId);
    },

    async profiles(userIds) {
      const found = new Map<string, UserProfile>();
      const missing = new Set<string>();
      for (const id of userIds) {
        const cached = profiles.get(id);
        if (cached) found.set(id, cached);
        else missing.add(id);
      }
      if (missing.size === 0) return found;
      await subscribe();
      for (const [id, profile] of await profiles.fill([...missing], () => users.readProfiles(missing))) {
        found.set(id, profile);
      }
      return found;
    },
  } satisfies People & {
    finishDeletions(isStopped: () => boolean): Promise<void>;
    accessChanged(change: AccessChange): void;
    subscribed(): void;
    forgetAll(): void;
    forgetAccessSummaries(): void;
  };
};
