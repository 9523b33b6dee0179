/** What a subscription gets from the hub: an iterator, and of presence also a stream that pushes. */
import type { PresenceView } from '../presence/view.js';
import type { Delivery } from './delivery.js';
import type { Sink } from './outbox.js';

/** What one connection watches, over all its subscriptions, which share this object. Bounds: see budget.ts. */
export interface SubscriptionBudget {
  /** Watched users. */
  watched: number;
  /** Conversations whose typing is watched. */
  conversations: number;
}

/** An iterator that `return()` ends for good, at any time, also while `next()` is pending. */
export interface SubscriptionIterator<T> extends AsyncIterableIterator<T> {
  next(): Promise<IteratorResult<T>>;
  return(): Promise<IteratorResult<T>>;
}

/** A subscription to presence. It can be pushed instead of iterated: its deliveries are then shared by all of a cohort. */
export interface PresenceStream extends SubscriptionIterator<PresenceView> {
  /** From now on deliveries go to `sink` as they come. */
  flow(sink: Sink<Delivery>): void;
  /** The sink, which answered false, can take more. */
  resume(): void;
}
