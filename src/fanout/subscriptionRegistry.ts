/**
 * The open subscriptions of a node, found by whom an access change names: its cost does not grow with the crowd. The deletion of a user
 * costs each subscription to what was theirs a pair in a query of who may use it: 50 queries where all of 100,000 watch it.
 */
import type { AccessChange } from '../presence/ports/bus.js';
import type { Viewer } from '../presence/visibility.js';
import { createLists } from './lists.js';

/** A subscription of any kind, as the registry knows it. */
export interface OpenSubscription {
  readonly viewer: Viewer;
  /** The one conversation that it watches, if it watches one. */
  readonly conversationId?: string | null;
  /** Whose that is, as read last, since the owner decides who may use it; null: nobody's; undefined: not known. Set by the registry. */
  ownerId?: string | null | undefined;
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
  /** Whose the one conversation is that it watches: a deletion of the owner concerns it, of anybody while that is not known. */
  setOwner(subscription: OpenSubscription, ownerId: string | null | undefined): void;
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
  /** Those that watch one conversation, unless it is nobody's. Sets: all may watch what is one user's. */
  const byOwner = new Map<string | undefined, Set<OpenSubscription>>();

  const own = (subscription: OpenSubscription): void => {
    const { ownerId } = subscription;
    if (ownerId !== null) byOwner.set(ownerId, (byOwner.get(ownerId) ?? new Set()).add(subscription));
  };
  const disown = (subscription: OpenSubscription): void => {
    const { ownerId } = subscription;
    if (ownerId === null) return;
    const owned = byOwner.get(ownerId);
    if (owned?.delete(subscription) && owned.size === 0) byOwner.delete(ownerId);
  };

  return {
    add(subscription) {
      all.add(subscription);
      byViewer.add(subscription.viewer.userId, subscription);
      if (subscription.conversationId == null) return;
      byConversation.add(subscription.conversationId, subscription);
      own(subscription);
    },
    remove(subscription) {
      if (!all.delete(subscription)) return;
      byViewer.remove(subscription.viewer.userId, subscription);
      if (subscription.conversationId == null) return;
      byConversation.remove(subscription.conversationId, subscription);
      disown(subscription);
    },
    setOwner(subscription, ownerId) {
      if (subscription.ownerId === ownerId || subscription.conversationId == null || !all.has(subscription)) return;
      disown(subscription);
      subscription.ownerId = ownerId;
      own(subscription);
    },
    accessChanged(change, viewersOf) {
      const touched = new Set(viewersNamed(change, viewersOf).flatMap((viewerId) => byViewer.get(viewerId)));
      if (change.kind === 'conversation')
        for (const subscription of byConversation.get(change.id)) touched.add(subscription);
      // Who uses a conversation by its owner need not watch the owner.
      if (change.kind === 'user' && change.deleted)
        for (const ownerId of [change.userId, undefined])
          for (const subscription of byOwner.get(ownerId) ?? []) touched.add(subscription);
      for (const subscription of touched) subscription.accessChanged(change);
    },
    [Symbol.iterator]: () => all.values(),
    get size() {
      return all.size;
    },
  };
};
