/**
 * Live counts, from the bus to the subscriptions of this node: one topic, one channel and one cohort a watched object, however many
 * watch it. A put costs one execution a document and node, and the same bytes go to all; a watcher costs a place in a set. A change
 * of sight costs what the two users it names watch of one another. See docs/design.md#social.
 */
import { inPieces } from '../async/batches.js';
import type { ConversationReader } from '../presence/ports/access.js';
import type { AccessChange } from '../presence/ports/bus.js';
import type { Viewer } from '../presence/visibility.js';
import type { ReadBudget } from '../service/readBudget.js';
import type { CountStore } from '../social/ports/counts.js';
import type { SocialBus } from '../social/ports/socialBus.js';
import { COUNTS, CountsTopic } from './countsKind.js';
import { createCountsSights, readValues } from './countsSights.js';
import { CountsSubscription, type CountsSubscriptionDeps } from './countsSubscription.js';
import { createRefresher } from './refresher.js';
import type { SubscriptionBudget } from './subscription.js';
import { createTopicRegistry } from './topicRegistry.js';
import { createVisibilityChanges } from './visibilityChanges.js';

/** Objects of one reading. */
const BATCH = 500;

export interface CountsFanoutDeps {
  readonly bus: Pick<SocialBus, 'subscribeCounts'>;
  readonly counts: Pick<CountStore, 'counts'>;
  readonly conversations: ConversationReader;
  readonly reads: ReadBudget;
  readonly broadcastIntervalMs: number;
  /** A failure that is reported nowhere else; what failed is tried again. */
  readonly onError: (error: unknown) => void;
}

export const createCountsFanout = ({
  bus,
  counts,
  conversations,
  reads,
  broadcastIntervalMs,
  onError,
}: CountsFanoutDeps) => {
  const topics = createTopicRegistry<CountsTopic>((objectId) => {
    const topic: CountsTopic = new CountsTopic(COUNTS, objectId, broadcastIntervalMs, () =>
      readValues(counts, [topic]),
    );
    const subscribed = bus.subscribeCounts(objectId, (state) => topic.observe(state));
    const ready = subscribed.then((unsubscribe) => () => {
      unsubscribe();
      sights.release(topic);
    });
    return { topic, ready };
  });
  const sights = createCountsSights({ counts, conversations, topics });
  const visibilityChanges = createVisibilityChanges({ sights, onError });
  const open = new Set<object>();
  const deps: CountsSubscriptionDeps = {
    topics,
    visibilityChanges,
    reads,
    onEnd: (subscription) => void open.delete(subscription),
  };
  let closed = false;
  const values = createRefresher({
    async read() {
      for (const objectIds of inPieces(topics.keys(), BATCH))
        await readValues(
          counts,
          objectIds.flatMap((objectId) => topics.get(objectId) ?? []),
        );
    },
    hasEnded: () => closed,
    onError,
  });
  values.open();

  return {
    /**
     * Resolves once nothing that happens afterwards is lost; the present values come first. BAD_USER_INPUT past 200 objects, or 1,000
     * a connection; RATE_LIMITED; UNAVAILABLE.
     */
    async watchCounts(
      viewer: Viewer,
      { objectIds, budget }: { readonly objectIds: readonly string[]; readonly budget: SubscriptionBudget },
    ): Promise<CountsSubscription> {
      const subscription = new CountsSubscription(deps, viewer, budget);
      open.add(subscription);
      await subscription.start(objectIds);
      return subscription;
    },
    /** An access fact changed: what it may revoke is suspended before this returns. */
    accessChanged(change: AccessChange): void {
      if (change.kind === 'conversation') {
        const topic = topics.get(change.id);
        if (topic) sights.forgetOwner(topic);
      }
      visibilityChanges.accessChanged(change);
    },
    /** Access changes may have been missed: rereads who may use what. */
    accessChangesMissed(): void {
      for (const objectId of topics.keys()) sights.forgetOwner(topics.acquired(objectId));
      visibilityChanges.accessChangesMissed();
    },
    /** Messages may have been missed: rereads the values of what is watched, until it could. */
    reread: () => values.request(),
    size: () => ({ topics: topics.size, watchers: visibilityChanges.size, subscriptions: open.size }),
    close() {
      closed = true;
    },
  };
};
