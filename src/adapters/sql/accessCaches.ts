/**
 * What is cached of the database: existence, profiles, access summaries, and memberships. Access changes keep it true:
 * each must reach {@link AccessCaches.accessChanged}, and where some may have been missed {@link AccessCaches.forgetAll}
 * must be called. So nothing may be cached before changes are being received.
 */
import type { AccessReader } from '../../presence/ports/access.js';
import type { AccessChange, Bus } from '../../presence/ports/bus.js';
import type { UserProfile } from '../../presence/ports/directory.js';
import { type AccessSummary, accessSummariesTouched } from './accessSummary.js';
import { type Cache, createCache } from './cache.js';
import { createMembershipCache, type MembershipCache } from './membershipCache.js';

/** Entries of each cache. */
const MAX_ENTRIES = 50_000;

export interface AccessCaches {
  readonly existence: Cache<boolean>;
  readonly profiles: Cache<UserProfile>;
  readonly accessSummaries: Cache<AccessSummary>;
  readonly membership: MembershipCache;

  /** Resolves once changes are being received. Await it before a read whose answer is cached. */
  receiving(): Promise<void>;
  /** The caller subscribed to the bus, and hands every change to `accessChanged` from now on. */
  subscribed(): void;
  /** Forgets, synchronously, what a change touches. */
  accessChanged(change: AccessChange): void;
  /** Changes may have been missed. */
  forgetAll(): void;
  /** Changes cannot be followed at present: who may see whom is no longer known. Existence and names outlast that. */
  forgetAccessSummaries(): void;
}

export const createAccessCaches = ({
  bus,
  readConversation,
}: {
  readonly bus: Pick<Bus, 'subscribeAccessChanges'>;
  readonly readConversation: AccessReader['conversation'];
}): AccessCaches => {
  const existence = createCache<boolean>({ max: MAX_ENTRIES });
  const profiles = createCache<UserProfile>({ max: MAX_ENTRIES });
  const accessSummaries = createCache<AccessSummary>({ max: MAX_ENTRIES });
  const membership = createMembershipCache({ max: MAX_ENTRIES, read: readConversation });

  const accessChanged = (change: AccessChange): void => {
    for (const userId of accessSummariesTouched(change)) accessSummaries.forget(userId);
    if (change.kind === 'conversation') membership.forget(change.id);
    if (change.kind !== 'user') return;
    // A deletion ends memberships of conversations that the change does not name.
    if (change.deleted) membership.clear();
    existence.forget(change.userId);
    profiles.forget(change.userId);
  };

  let subscribing: Promise<unknown> | undefined;

  return {
    existence,
    profiles,
    accessSummaries,
    membership,
    accessChanged,

    /** Without a call of `subscribed` the caches subscribe by themselves, before the first answer is cached. */
    async receiving() {
      subscribing ??= bus.subscribeAccessChanges(accessChanged);
      try {
        await subscribing;
      } catch (failure) {
        subscribing = undefined;
        throw failure;
      }
    },

    subscribed() {
      subscribing = Promise.resolve();
    },

    forgetAll() {
      existence.clear();
      profiles.clear();
      accessSummaries.clear();
      membership.clear();
    },

    forgetAccessSummaries() {
      accessSummaries.clear();
    },
  };
};
