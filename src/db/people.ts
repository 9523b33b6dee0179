import { pairKey } from '../presence/pairs.js';
import type { Bus, FactChange, People, UserProfile } from '../presence/ports.js';
import { createCache } from './cache.js';
import { createCommit } from './commit.js';
import type { Database } from './database.js';
import { createFacts, toFacts } from './facts.js';
import { createGroups } from './groups.js';
import { createMembership } from './membership.js';
import { createRelations } from './relations.js';
import { createRoster } from './roster.js';
import { type Standing, standingsTouched } from './standings.js';
import { createUsers } from './users.js';
import { createWatching } from './watching.js';

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
 * `logged` is whether the log of changes of facts is followed, so that its rows must be written. `onError` hears that a
 * change which was committed could not be published.
 */
export const createPeople = (options: {
  readonly db: Database;
  readonly bus: Pick<Bus, 'subscribeFacts' | 'publishFacts' | 'deliverFacts' | 'onGap'>;
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
  const standings = createCache<Standing>({ max: CACHED });

  const forget = (change: FactChange): void => {
    for (const userId of standingsTouched(change)) standings.forget(userId);
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
    standings.clear();
    membership.clear();
  };
  // Where there is a log, it tells what the bus may have missed, and the caches outlast a database that is away.
  if (!logged) bus.onGap(forgetAll);

  let hearing: Promise<unknown> | undefined;
  const hear = async (): Promise<void> => {
    hearing ??= bus.subscribeFacts(forget);
    try {
      await hearing;
    } catch (failure) {
      hearing = undefined;
      throw failure;
    }
  };

  const commit = createCommit({ db, bus, logged, committed: forget, onError });
  const users = createUsers({ db, commit });
  const groups = createGroups({ db, commit, maxMembers });
  const membership = createMembership({ max: CACHED, read: groups.conversation });
  const readFacts = createFacts({ db });
  const factsToWatch = createWatching({ read: readFacts, standings });

  return {
    ...users.verbs,
    ...createRelations({ db, commit, maxFollows, maxBlocks }),
    ...groups,
    ...createRoster({ db }),

    finishDeletions: users.finishDeletions,

    /** Empties the caches: changes may have been missed. */
    forgetAll,

    /** Changes cannot be followed now: what is kept of who may see whom holds no longer, the rest outlasts that. */
    forgetStandings(): void {
      standings.clear();
    },

    async facts(pairs) {
      const found = await readFacts(pairs);
      return new Map(
        pairs.map(({ viewerId, userId }) => {
          const key = pairKey(viewerId, userId);
          const { user, relation } = found.get(key)!;
          return [key, toFacts(user, relation)];
        }),
      );
    },

    async factsToWatch(pairs) {
      await hear();
      return await factsToWatch(pairs);
    },

    async ensure(userId) {
      const cached = existence.get(userId);
      if (cached !== undefined) return cached;
      await hear();
      const read = await existence.fill([userId], async () => {
        const made = await standings.fill([userId], () => users.makeKnown([userId]));
        return new Map([[userId, made.get(userId)?.exists ?? false]]);
      });
      return read.get(userId) ?? false;
    },

    async membership(conversationId, userId) {
      await hear();
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
      await hear();
      for (const [id, profile] of await profiles.fill([...missing], () => users.readProfiles(missing))) {
        found.set(id, profile);
      }
      return found;
    },
  } satisfies People & {
    finishDeletions(isStopped: () => boolean): Promise<void>;
    forgetAll(): void;
    forgetStandings(): void;
  };
};
