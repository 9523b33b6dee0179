/** The watched places of this node, and the subscriptions to them: what the hub calls (docs/design.md#places). */
import type { ReadRecords } from '../node/recordReader.js';
import type { AccessReader } from '../presence/ports/access.js';
import type { AccessChange, Bus } from '../presence/ports/bus.js';
import type { PlaceIndex } from '../presence/ports/placeIndex.js';
import type { Timings } from '../presence/types.js';
import type { Viewer } from '../presence/visibility.js';
import type { ReadBudget } from '../service/readBudget.js';
import { HerePlace } from './herePlace.js';
import { createHereSights } from './hereSights.js';
import { HereSubscription, type HereSubscriptionDeps } from './hereSubscription.js';
import type { PresenceTypes } from './presenceKind.js';
import type { SubscriptionBudget } from './subscription.js';
import type { Topic } from './topic.js';
import { createTopicRegistry, type TopicRegistry } from './topicRegistry.js';

export const createHereWatch = ({
  bus,
  store,
  people,
  reads,
  topics,
  readRecords,
  readAgain,
  timings,
  setOwner,
  onError,
  onEnd,
}: {
  readonly bus: Pick<Bus, 'subscribePlace'>;
  readonly store: Pick<PlaceIndex, 'usersAt' | 'checkPlace'>;
  readonly people: Pick<AccessReader, 'accessFacts' | 'accessFactsToWatch' | 'conversation' | 'conversationFor'>;
  readonly reads: ReadBudget;
  readonly topics: TopicRegistry<Topic<PresenceTypes>>;
  readonly readRecords: ReadRecords;
  /** Reads the record of a user and hands it to their topic. */
  readonly readAgain: (userId: string) => Promise<void>;
  readonly timings: Timings;
  readonly onError: (error: unknown) => void;
  readonly setOwner: HereSubscriptionDeps['setOwner'];
  readonly onEnd: (subscription: HereSubscription) => void;
}) => {
  const places = createTopicRegistry((conversationId) => {
    const place = new HerePlace(conversationId, { bus, store, topics, readRecords, timings, onError });
    return { topic: place, ready: Promise.resolve(() => place.end()) };
  });
  const sights = createHereSights({ people, onError });
  const deps: HereSubscriptionDeps = { people, reads, topics, places, sights, readAgain, timings, setOwner, onEnd };

  return {
    /** It has not started yet. */
    open: (viewer: Viewer, conversationId: string, budget: SubscriptionBudget): HereSubscription =>
      new HereSubscription(deps, viewer, conversationId, budget),
    /**
     * Privacy or existence of a user changed: it concerns everybody who watches a place where they are. What it may revoke is suspended
     * before this returns. All other changes reach the subscriptions by the registry.
     */
    accessChanged(change: AccessChange): void {
      if (change.kind !== 'user') return;
      for (const conversationId of places.keys()) {
        const place = places.get(conversationId);
        if (!place?.follows(change.userId)) continue;
        for (const watcher of place.watchers) watcher.invalidate(change.userId, change.mayRevoke);
      }
    },
    /** Messages of the bus may have been missed. */
    reread(): void {
      for (const conversationId of places.keys()) places.get(conversationId)?.reread();
    },
    close: (): void => sights.close(),
  };
};
