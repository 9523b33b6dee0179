/** Back ends for the warm-up: all that is written stays in memory, and ends with it. */
import { pairKey } from '../presence/pairs.js';
import type { AccessReader, Pair } from '../presence/ports/access.js';
import type { Journal } from '../presence/ports/journal.js';
import type { LiveStore } from '../presence/ports/stores.js';
import type { AccessFacts } from '../presence/visibility.js';
import { type LiveOptions, openLive } from './backEnds.js';
import { createRateLimits } from './rateLimits.js';

/** What is true of everybody who is asked about. */
const ANYBODY: AccessFacts = {
  exists: true,
  privacy: { status: 'EVERYONE', lastSeen: 'EVERYONE', activity: 'EVERYONE' },
  follows: false,
  followedBy: false,
  sharesCircle: false,
  sharesConversation: false,
  blocked: false,
};

/**
 * Opens them. The store and the database of the server are read, about users who are nobody, and what they answer is not used.
 * What else the server reads of people is for the caller to keep from being asked.
 */
export const openNowhere = async (
  options: Pick<LiveOptions, 'redisUrls' | 'redisShards' | 'timings'>,
  {
    store,
    people,
    journal,
  }: {
    readonly store: Pick<LiveStore, 'read'>;
    readonly people: Pick<AccessReader, 'accessFacts'>;
    readonly journal: Pick<Journal, 'read'>;
  },
) => {
  const live = await openLive({ ...options, redisUrls: null, onMessage: () => {}, onError: () => {} });
  const anybody = async (pairs: readonly Pair[]) => {
    await people.accessFacts(pairs);
    return new Map(pairs.map(({ viewerId, userId }) => [pairKey(viewerId, userId), ANYBODY]));
  };
  return {
    bus: live.bus,
    store: {
      ...live.store,
      async read(userIds: readonly string[]) {
        if (options.redisUrls !== null) await store.read(userIds);
        return await live.store.read(userIds);
      },
    },
    stateMarks: live.stateMarks,
    people: {
      ensure: async () => true,
      accessFacts: anybody,
      accessFactsToWatch: anybody,
      finishDeletions: async () => {},
    },
    journal: {
      async read(userIds: readonly string[]) {
        await journal.read(userIds);
        return new Map(userIds.map((userId) => [userId, { generation: 1, persisted: null }]));
      },
      write: async () => {},
    },
    rateLimits: createRateLimits({ presence: null, typing: null, mutation: null, read: null, connection: null }),
    close: () => live.close(),
  };
};
