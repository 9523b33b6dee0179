import { inPieces } from '../async/batches.js';
import type { ReadAlike, ReadRecords } from '../node/recordReader.js';
import type { AccessChange, Bus } from '../presence/ports/bus.js';
import type { LiveStore, People } from '../presence/ports/stores.js';
import type { PresenceView } from '../presence/view.js';
import type { Viewer } from '../presence/visibility.js';
import type { TypingView } from '../service/contract.js';
import type { ReadBudget } from '../service/readBudget.js';
import { MAX_WATCHED, PresenceSubscription, type SubscriptionDeps } from './presenceSubscription.js';
import { createRefresher } from './refresher.js';
import { createSharedReader } from './sharedSubscriptions.js';
import type { PresenceStream, SubscriptionBudget, SubscriptionIterator } from './subscription.js';
import { createSubscriptions } from './subscriptions.js';
import { createTopicRegistry } from './topics.js';
import { createTypingSubscription, MAX_CONVERSATIONS } from './typingSubscription.js';
import { createVisibilityChanges } from './visibilityChanges.js';

/** How many users are read again at once. */
const BATCH = 500;

/**
 * From the bus to the subscriptions of this node. A watch resolves once it is subscribed, so that nothing that
 * happens afterwards is lost; its first items are the snapshot.
 */
export interface Hub {
  /** `userIds` null: the viewer's roster, as it grows and shrinks. BAD_USER_INPUT past 1,000 ids or past the budget. */
  watchPresence(
    viewer: Viewer,
    options: {
      readonly userIds: readonly string[] | null;
      readonly snapshot: boolean;
      readonly budget: SubscriptionBudget;
    },
  ): Promise<SubscriptionIterator<PresenceView>>;
  /**
   * `conversationId` null: all of the viewer's. NOT_FOUND unless the viewer may use its typing; BAD_USER_INPUT past the
   * budget.
   */
  watchTyping(
    viewer: Viewer,
    options: {
      readonly conversationId: string | null;
      readonly snapshot: boolean;
      readonly budget: SubscriptionBudget;
    },
  ): Promise<SubscriptionIterator<TypingView>>;
}

export interface HubSize {
  readonly topics: number;
  readonly watchers: number;
  readonly subscriptions: number;
}

export const createHub = ({
  bus,
  store,
  people,
  reads,
  readRecords,
  readAlike,
  broadcastIntervalMs,
  onError,
}: {
  readonly bus: Bus;
  readonly store: LiveStore;
  readonly people: People;
  readonly reads: ReadBudget;
  readonly readRecords: ReadRecords;
  readonly readAlike: ReadAlike;
  readonly broadcastIntervalMs: number;
  /** A failure that nobody else is told of; what failed is tried again. */
  readonly onError: (error: unknown) => void;
}) => {
  const read = async (userIds: readonly string[]) => {
    const { nowOf, records } = await readRecords(userIds);
    for (const record of records.values()) topics.get(record.userId)?.observe(record, nowOf(record.userId));
  };
  const topics = createTopicRegistry({
    bus,
    broadcastIntervalMs,
    readAgain: (userId) =>
      read([userId]).catch((error: unknown) => {
        onError(error);
        throw error;
      }),
  });
  const visibilityChanges = createVisibilityChanges({ people, readAlike, topics, onError });
  const subscriptions = createSubscriptions();
  const deps: SubscriptionDeps = {
    reads,
    topics,
    visibilityChanges,
    // All that a user has open asks for the same roster after each change of it.
    rosterOf: createSharedReader((viewerId) => people.roster(viewerId, MAX_WATCHED)),
    onError,
    onEnd: (subscription) => subscriptions.remove(subscription),
  };
  const conversationsOf = createSharedReader((viewerId) => people.conversationsOf(viewerId, MAX_CONVERSATIONS));
  const watchersOf = (userId: string): readonly string[] =>
    topics
      .get(userId)
      ?.everybody()
      .map(({ viewer }) => viewer.userId) ?? [];
  let closed = false;

  /** Everything that came of messages is read again: some may have been missed. */
  const records = createRefresher({
    async read() {
      for (const userIds of inPieces(topics.userIds(), BATCH)) await read(userIds);
    },
    hasEnded: () => closed,
    onError,
  });
  records.open();
  const reread = () => {
    records.request();
    for (const subscription of subscriptions) subscription.reread?.();
  };
  const stopHearing = bus.onGap(reread);

  const hub = {
    async watchPresence(viewer, options): Promise<PresenceStream> {
      const subscription = new PresenceSubscription(deps, viewer, options.budget);
      subscriptions.add(subscription);
      await subscription.start(options);
      return subscription;
    },
    async watchTyping(viewer, options) {
      const subscription = createTypingSubscription(
        { bus, store, people, reads, conversationsOf, onError },
        viewer,
        options,
        () => subscriptions.remove(subscription),
      );
      subscriptions.add(subscription);
      await subscription.start();
      return subscription.iterator;
    },
  } satisfies Hub;

  return {
    ...hub,
    /** What is held for subscriptions: all zero when there are none. */
    size: (): HubSize => ({ topics: topics.size, watchers: visibilityChanges.size, subscriptions: subscriptions.size }),
    /** Reads everything that is watched again, and goes on trying until it could. */
    reread,
    /**
     * An access fact changed. Call it with every change that the bus delivers: what the change may revoke is suspended
     * before this returns, and the subscriptions reread what it may concern.
     */
    accessChanged(change: AccessChange) {
      // Watchers first: what may be revoked is suspended before anything else happens.
      visibilityChanges.changed(change);
      subscriptions.changed(change, watchersOf);
    },
    /** Changes of facts may have been missed: who sees what is judged anew, and goes on being tried until it could. */
    accessChangesMissed() {
      visibilityChanges.missed();
      for (const subscription of [...subscriptions]) subscription.accessChangesMissed();
    },
    close() {
      closed = true;
      stopHearing();
    },
  };
};
