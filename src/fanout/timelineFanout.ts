/**
 * Live timelines, from the bus to the subscriptions of this node. Nothing is written for followers: an act is one message a node on the
 * channel of its actor, one query for a batch of viewers, and one execution a document for all who see it; a viewer costs a mark in
 * memory for each of the last 500 acts. With a million followers on ten nodes that is ten messages, and 50 queries of 2,000 viewers on
 * each. A change of sight costs a few queries for the users that it names; one of who may use an object, what `objectChanges.ts` says.
 * See docs/design.md#social.
 */
import { createTurns } from '../async/limit.js';
import type { AccessReader } from '../presence/ports/access.js';
import type { AccessChange } from '../presence/ports/bus.js';
import type { Viewer } from '../presence/visibility.js';
import type { ReadBudget } from '../service/readBudget.js';
import type { SocialBus } from '../social/ports/socialBus.js';
import type { TimelineReader } from '../social/ports/timelines.js';
import type { Act } from '../social/socialTypes.js';
import { ActorTopic, type Holds } from './actorTopic.js';
import { createActShares } from './actShare.js';
import { MAX_WATCHED } from './budget.js';
import { type Clock, Epochs } from './epochs.js';
import { createObjectChanges } from './objectChanges.js';
import { createSharedReader } from './sharedReader.js';
import { actKey, objectKey, subjectsOf, userKey } from './sightLosses.js';
import type { SubscriptionBudget } from './subscription.js';
import { createSubscriptionRegistry } from './subscriptionRegistry.js';
import { TimelineSubscription, type TimelineSubscriptionDeps } from './timelineSubscription.js';
import { createTopicRegistry } from './topicRegistry.js';

/** Subscriptions of a node that reread at once; as many read their rosters. */
const REREADINGS = 16;
/** Acts and objects whose last change is remembered, for judgements and rereadings that are under way. */
const MAX_CHANGED = 10_000;

export interface TimelineFanoutDeps {
  readonly bus: Pick<SocialBus, 'subscribeActs' | 'subscribeTray'>;
  readonly timelines: TimelineReader;
  readonly people: Pick<AccessReader, 'roster'>;
  readonly reads: ReadBudget;
  /** A failure that is reported nowhere else; what failed is tried again. */
  readonly onError: (error: unknown) => void;
  /** A failure that does not go away by itself: what subscriptions were sent of it has ended. */
  readonly onGivenUp: (error: unknown) => void;
}

export const createTimelineFanout = ({ bus, timelines, people, reads, onError, onGivenUp }: TimelineFanoutDeps) => {
  const clock: Clock = { now: 0 };
  /** Acts that were received, objects that are used otherwise, and owners who were deleted. */
  const changed = new Epochs(clock, MAX_CHANGED);
  const holds: Holds = (act, ownerId, since) => changed.holds([actKey(act.id), ...subjectsOf(act, ownerId)], since);
  const onAct = ({ id }: Act) => changed.touch(actKey(id));
  const wasReceived = ({ id }: Act, since: number) => changed.changedSince(actKey(id), since);
  const actors = createTopicRegistry((actorId) => {
    const topic = new ActorTopic({ clock, timelines, onAct, holds, onError, onGivenUp }, actorId);
    return { topic, ready: bus.subscribeActs(actorId, (change) => topic.received(change)) };
  });
  const subscriptions = createSubscriptionRegistry();
  /** The subscriptions that were sent acts about an object, or about what a user owns, by key. */
  const bySubject = new Map<string, Set<TimelineSubscription>>();
  const deps: TimelineSubscriptionDeps = {
    clock,
    bus,
    timelines,
    actors,
    holds,
    wasReceived,
    reads,
    rosterOf: createSharedReader((viewerId) => people.roster(viewerId, MAX_WATCHED)),
    shareOf: createActShares(),
    turns: createTurns(REREADINGS),
    rosterTurns: createTurns(REREADINGS),
    onSubject(subscription, key, knows) {
      const those = bySubject.get(key) ?? new Set();
      if (knows) bySubject.set(key, those.add(subscription));
      else if (those.delete(subscription) && those.size === 0) bySubject.delete(key);
    },
    onError,
    onGivenUp,
    onEnd: (subscription) => subscriptions.remove(subscription),
  };
  const viewersOf = (userId: string): readonly string[] =>
    [...(actors.get(userId)?.listeners ?? [])].map(({ viewer }) => viewer.userId);
  const missed = () => {
    for (const subscription of [...subscriptions]) subscription.accessChangesMissed();
  };
  const objects = createObjectChanges({
    clock,
    timelines,
    actors,
    onMissed: missed,
    onError,
    onGivenUp,
  });

  return {
    /** Resolves once no act that is told afterwards is lost. FORBIDDEN to service tokens; BAD_USER_INPUT; RATE_LIMITED; UNAVAILABLE. */
    async watchTimeline(
      viewer: Viewer,
      { budget }: { readonly budget: SubscriptionBudget },
    ): Promise<TimelineSubscription> {
      const subscription = new TimelineSubscription(deps, viewer, budget);
      subscriptions.add(subscription);
      await subscription.start();
      return subscription;
    },
    /** An access fact changed: nothing that was judged before, and that it touches, goes out after this. */
    accessChanged(change: AccessChange): void {
      if (change.kind === 'user' && change.deleted) changed.touch(userKey(change.userId));
      if (change.kind === 'conversation' && change.use) changed.touch(objectKey(change.id));
      subscriptions.accessChanged(change, viewersOf);
      if (change.kind === 'conversation') {
        for (const subscription of [...(bySubject.get(objectKey(change.id)) ?? [])]) {
          if (!change.members.includes(subscription.viewer.userId)) subscription.accessChanged(change);
        }
      }
      // Who was sent acts about what that user owned need not follow them.
      if (change.kind === 'user' && change.deleted) {
        for (const subscription of [...(bySubject.get(userKey(change.userId)) ?? [])])
          subscription.accessChanged(change);
      }
      objects.accessChanged(change);
    },
    /** Access changes may have been missed: rereads what each may see. */
    accessChangesMissed: missed,
    /** Acts, and what users mute, may have been missed: rereads the newest. */
    reread: missed,
    size: () => ({ topics: actors.size, subscriptions: subscriptions.size, subjects: bySubject.size }),
    close: () => objects.close(),
  };
};
