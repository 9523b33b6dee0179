import { inPieces } from '../async/batches.js';
import type { ReadAlike, ReadRecords } from '../node/recordReader.js';
import type { AccessReader } from '../presence/ports/access.js';
import type { AccessChange, Bus } from '../presence/ports/bus.js';
import type { Directory } from '../presence/ports/directory.js';
import type { PlaceIndex } from '../presence/ports/placeIndex.js';
import type { TypingStore } from '../presence/ports/typing.js';
import type { Timings } from '../presence/types.js';
import type { PresenceView } from '../presence/view.js';
import type { Viewer } from '../presence/visibility.js';
import type { MeView, TypingView } from '../service/contract.js';
import type { ReadBudget } from '../service/readBudget.js';
import type { ShownTrays } from '../service/shownTrays.js';
import type { SocialBus } from '../social/ports/socialBus.js';
import type { TrayStore } from '../social/ports/trays.js';
import type { HereChange, InboxChange } from '../social/socialTypes.js';
import { MAX_CONVERSATIONS, MAX_WATCHED } from './budget.js';
import { createHereWatch } from './hereWatch.js';
import { createInboxWatch } from './inboxWatch.js';
import { createOwnReader, MeSubscription, type MeSubscriptionDeps } from './meSubscription.js';
import { PRESENCE } from './presenceKind.js';
import { createPresenceSights } from './presenceSights.js';
import { PresenceSubscription, type PresenceSubscriptionDeps } from './presenceSubscription.js';
import { createRefresher } from './refresher.js';
import { createSharedReader } from './sharedReader.js';
import type { SocialHub } from './socialHub.js';
import type { SharedStream, SubscriptionBudget, SubscriptionIterator } from './subscription.js';
import { createSubscriptionRegistry } from './subscriptionRegistry.js';
import { Topic } from './topic.js';
import { createTopicRegistry } from './topicRegistry.js';
import { createTypingShares } from './typingShare.js';
import { TypingSubscription, type TypingSubscriptionDeps } from './typingSubscription.js';
import { createVisibilityChanges } from './visibilityChanges.js';

/** Users of one reading of records. */
const BATCH = 500;

/**
 * From the bus to the subscriptions of this node; see docs/design.md#2-shape, "Fan-out". Its methods resolve once the
 * subscription has started, so that nothing that happens afterwards is lost; its first items are the snapshot. They
 * reject with BAD_USER_INPUT where the input is malformed or the budget spent, with RATE_LIMITED or with UNAVAILABLE.
 */
export interface Hub {
  /** `userIds` null: the viewer's roster, as it grows and shrinks. At most 1,000 ids. */
  watchPresence(
    viewer: Viewer,
    options: {
      readonly userIds: readonly string[] | null;
      readonly snapshot: boolean;
      readonly budget: SubscriptionBudget;
    },
  ): Promise<SubscriptionIterator<PresenceView>>;
  /** `conversationId` null: all of the viewer's conversations. NOT_FOUND where the viewer may not use its typing. */
  watchTyping(
    viewer: Viewer,
    options: {
      readonly conversationId: string | null;
      readonly snapshot: boolean;
      readonly budget: SubscriptionBudget;
    },
  ): Promise<SubscriptionIterator<TypingView>>;
  /** What the viewer sees of themselves. FORBIDDEN to service tokens, NOT_FOUND for a user who was deleted just now. */
  watchMe(
    viewer: Viewer,
    options: { readonly snapshot: boolean; readonly budget: SubscriptionBudget },
  ): Promise<SubscriptionIterator<MeView>>;
}

/** Some of the same, for who pushes to its sockets without the execution of an operation. */
export interface PushedHub {
  watchPresence(...args: Parameters<Hub['watchPresence']>): Promise<SharedStream<PresenceView>>;
  watchTyping(...args: Parameters<Hub['watchTyping']>): Promise<SharedStream<TypingView>>;
}

/** What is held for subscriptions: all zero when there are none. */
export interface HubSize {
  /** Watched users. */
  readonly topics: number;
  /** Viewers with a subscription to presence. */
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
  trays,
  shownTrays,
  timings,
  onError,
}: {
  readonly bus: Bus & Pick<SocialBus, 'subscribeTray'>;
  readonly store: Pick<TypingStore, 'typing'> & Pick<PlaceIndex, 'usersAt' | 'checkPlace'>;
  readonly people: AccessReader & Pick<Directory, 'profiles'>;
  readonly reads: ReadBudget;
  readonly readRecords: ReadRecords;
  readonly readAlike: ReadAlike;
  readonly trays: Pick<TrayStore, 'changedSince'>;
  readonly shownTrays: ShownTrays;
  readonly timings: Timings;
  /** A failure that is reported nowhere else; what failed is tried again. */
  readonly onError: (error: unknown) => void;
}) => {
  const read = async (userIds: readonly string[]) => {
    const { nowOf, records } = await readRecords(userIds);
    for (const record of records.values()) topics.get(record.userId)?.observe(record, nowOf(record.userId));
  };
  const readAgain = async (userId: string) => {
    try {
      await read([userId]);
    } catch (error) {
      onError(error);
      throw error;
    }
  };
  const topics = createTopicRegistry((userId) => {
    const topic = new Topic(PRESENCE, userId, timings.broadcastIntervalMs, () => readAgain(userId));
    const ready = bus.subscribeUser(userId, ({ record }) => (record ? topic.observe(record) : topic.forget()));
    return { topic, ready };
  });
  const visibilityChanges = createVisibilityChanges({
    sights: createPresenceSights({ people, readAlike, topics }),
    onError,
  });
  const subscriptions = createSubscriptionRegistry();
  // A change of a user's roster, or of their conversations, has all of their subscriptions ask for the same.
  const ofPresence: PresenceSubscriptionDeps = {
    reads,
    topics,
    visibilityChanges,
    rosterOf: createSharedReader((viewerId) => people.roster(viewerId, MAX_WATCHED)),
    onError,
    onEnd: (subscription) => subscriptions.remove(subscription),
  };
  const ofTyping: TypingSubscriptionDeps = {
    bus,
    store,
    people,
    reads,
    shareOf: createTypingShares(),
    conversationsOf: createSharedReader((viewerId) => people.conversationsOf(viewerId, MAX_CONVERSATIONS)),
    setOwner: subscriptions.setOwner,
    onError,
    onEnd: (subscription) => subscriptions.remove(subscription),
  };
  const ofMe: MeSubscriptionDeps = {
    people,
    reads,
    topics,
    readOwn: createOwnReader({ people, readAlike, topics }),
    timings,
    onError,
    onEnd: (subscription) => subscriptions.remove(subscription),
  };
  const inboxes = createInboxWatch({
    bus,
    trays,
    people,
    reads,
    shownTrays,
    broadcastIntervalMs: timings.broadcastIntervalMs,
    onError,
    onEnd: (subscription) => subscriptions.remove(subscription),
  });
  const here = createHereWatch({
    bus,
    store,
    people,
    reads,
    topics,
    readRecords,
    readAgain: (userId) => read([userId]),
    timings,
    setOwner: subscriptions.setOwner,
    onError,
    onEnd: (subscription) => subscriptions.remove(subscription),
  });
  const viewersOf = (userId: string): readonly string[] =>
    topics
      .get(userId)
      ?.trackAll()
      .map(({ viewer }) => viewer.userId) ?? [];

  let closed = false;
  const records = createRefresher({
    async read() {
      for (const userIds of inPieces(topics.keys(), BATCH)) await read(userIds);
    },
    hasEnded: () => closed,
    onError,
  });
  records.open();
  const reread = () => {
    records.request();
    here.reread();
    for (const subscription of subscriptions) subscription.reread?.();
  };
  const stopListening = bus.onGap(reread);

  const hub = {
    async watchPresence(viewer, options): Promise<PresenceSubscription> {
      const subscription = new PresenceSubscription(ofPresence, viewer, options.budget);
      subscriptions.add(subscription);
      await subscription.start(options);
      return subscription;
    },
    async watchTyping(viewer, options): Promise<TypingSubscription> {
      const subscription = new TypingSubscription(ofTyping, viewer, options.conversationId, options.budget);
      subscriptions.add(subscription);
      await subscription.start(options);
      return subscription;
    },
    async watchMe(viewer, options): Promise<SubscriptionIterator<MeView>> {
      const subscription = new MeSubscription(ofMe, viewer, options.budget);
      subscriptions.add(subscription);
      await subscription.start(options);
      return subscription.outbox;
    },
    async watchInbox(viewer, { after, connectionId, budget }): Promise<SubscriptionIterator<InboxChange>> {
      const subscription = inboxes.open(viewer, connectionId, budget);
      subscriptions.add(subscription);
      await subscription.start({ after });
      return subscription.outbox;
    },
    async watchHere(viewer, { conversationId, budget }): Promise<SubscriptionIterator<HereChange>> {
      const subscription = here.open(viewer, conversationId, budget);
      subscriptions.add(subscription);
      await subscription.start();
      return subscription.outbox;
    },
  } satisfies Hub & PushedHub & Pick<SocialHub, 'watchInbox' | 'watchHere'>;

  return {
    ...hub,
    size: (): HubSize => ({ topics: topics.size, watchers: visibilityChanges.size, subscriptions: subscriptions.size }),
    /** Trays that somebody watches. */
    watchedTrays: () => inboxes.size,
    /** Messages of the bus may have been missed: rereads everything that is watched, until it could. */
    reread,
    /**
     * An access fact changed. Call it with every change that the bus delivers: what the change may revoke is suspended
     * before this returns, and the subscriptions reread what it may concern.
     */
    accessChanged(change: AccessChange) {
      // Watchers first: what may be revoked is suspended before anything else happens.
      visibilityChanges.accessChanged(change);
      here.accessChanged(change);
      inboxes.accessChanged(change);
      subscriptions.accessChanged(change, viewersOf);
    },
    /** Access changes may have been missed: rereads who sees what, until it could. */
    accessChangesMissed() {
      visibilityChanges.accessChangesMissed();
      for (const subscription of [...subscriptions]) subscription.accessChangesMissed();
    },
    /** Changes of the social layer may have been missed: rereads what is watched of it, until it could. */
    socialChangesMissed() {
      for (const subscription of [...subscriptions]) subscription.socialChangesMissed?.();
    },
    close() {
      closed = true;
      here.close();
      stopListening();
    },
  };
};
