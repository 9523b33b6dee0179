/** The open subscriptions of a node, found by whom an access change names: its cost does not grow with the crowd. */
import type { AccessChange } from '../presence/ports/bus.js';
import type { Viewer } from '../presence/visibility.js';
import { createLists } from './lists.js';

/** A subscription of any kind, as the registry knows it. */
export interface OpenSubscription {
  readonly viewer: Viewer;
  /** The one conversation that it watches, if it watches one. */
  readonly conversationId?: string | null;
  /** An access fact changed that may concern it. */
  accessChanged(change: AccessChange): void;
  /** Access changes may have been missed. */
  accessChangesMissed(): void;
  /** Messages of the bus may have been missed. */
  reread?(): void;
  /** Changes of the social layer may have been missed. */
  socialChangesMissed?(): void;
}

export interface SubscriptionRegistry extends Iterable<OpenSubscription> {
  add(subscription: OpenSubscription): void;
  remove(subscription: OpenSubscription): void;
  /** Passes a change to the subscriptions that it may concern. `viewersOf`: the viewers who watch a user. */
  accessChanged(change: AccessChange, viewersOf: (userId: string) => readonly string[]): void;
  readonly size: number;
}

const viewersNamed = (change: AccessChange, viewersOf: (userId: string) => readonly string[]): readonly string[] => {
  switch (change.kind) {
    case 'relation':
      return change.users;
    case 'user':
      // The user, who may watch themselves; and who had the user on a roster.
      return change.deleted ? [change.userId, ...viewersOf(change.userId)] : [change.userId];
    default:
      return change.members;
  }
};

export const createSubscriptionRegistry = (): SubscriptionRegistry => {
  const all = new Set<OpenSubscription>();
  const byViewer = createLists<OpenSubscription>();
  const byConversation = createLists<OpenSubscription>();

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
    accessChanged(change, viewersOf) {
      const touched = new Set(viewersNamed(change, viewersOf).flatMap((viewerId) => byViewer.get(viewerId)));
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
