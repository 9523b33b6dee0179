/** The subscriptions of a node, and which of them a change of facts may concern: found by whom it names, however many there are. */
import type { AccessChange } from '../presence/ports/bus.js';
import type { Viewer } from '../presence/visibility.js';
import { createLists } from './lists.js';

/** A subscription, as far as it follows changes of facts. */
export interface FollowingSubscription {
  readonly viewer: Viewer;
  /** Of one to the typing of one conversation: that one. */
  readonly conversationId?: string | null;
  accessChanged(change: AccessChange): void;
  /** Changes of facts may have been missed. */
  accessChangesMissed(): void;
  /** Messages may have been missed. */
  reread?(): void;
}

export interface Subscriptions extends Iterable<FollowingSubscription> {
  add(subscription: FollowingSubscription): void;
  remove(subscription: FollowingSubscription): void;
  /** Tells a change to those whom it may concern. `watchersOf` is who watches a user. */
  changed(change: AccessChange, watchersOf: (userId: string) => readonly string[]): void;
  readonly size: number;
}

export const createSubscriptions = (): Subscriptions => {
  const all = new Set<FollowingSubscription>();
  const byViewer = createLists<FollowingSubscription>();
  const byConversation = createLists<FollowingSubscription>();

  const viewersNamed = (change: AccessChange, watchersOf: (userId: string) => readonly string[]): readonly string[] => {
    switch (change.kind) {
      case 'relation':
        return change.users;
      case 'user':
        return change.deleted ? watchersOf(change.userId) : [];
      default:
        return change.members;
    }
  };

  return {
    add(subscription) {
      all.add(subscription);
      byViewer.add(subscription.viewer.userId, subscription);
      if (subscription.conversationId != null) byConversation.add(subscription.conversationId, subscription);
    },
    remove(subscription) {
      if (!all.delete(subscription)) return;
      byViewer.remove(subscription.viewer.userId, subscription);
      if (subscription.conversationId != null) byConversation.remove(subscription.conversationId, subscription);
    },
    changed(change, watchersOf) {
      const touched = new Set(viewersNamed(change, watchersOf).flatMap((viewerId) => byViewer.get(viewerId)));
      if (change.kind === 'conversation')
        for (const subscription of byConversation.get(change.id)) touched.add(subscription);
      for (const subscription of touched) subscription.accessChanged(change);
    },
    [Symbol.iterator]: () => all.values(),
    get size() {
      return all.size;
    },
  };
};
