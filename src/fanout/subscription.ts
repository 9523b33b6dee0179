/** What a subscription gets of the hub: something to read from, or to be pushed from. */
import type { PresenceView } from '../presence/view.js';
import type { Delivery } from './delivery.js';
import type { Sink } from './outbox.js';

/** How much one connection watches, over all its subscriptions. One object a connection, shared by them. */
export interface SubscriptionBudget {
  /** Users. */
  watched: number;
  /** Conversations whose typing it watches. */
  conversations: number;
}

/** An iterator that ends for good with `return()`, at any time, also while `next()` is pending. */
export interface SubscriptionIterator<T> extends AsyncIterableIterator<T> {
  next(): Promise<IteratorResult<T>>;
  return(): Promise<IteratorResult<T>>;
}

/** A watch of presence that can also be had pushed, see {@link Sink}: what is shown to many is one object. */
export interface PresenceStream extends SubscriptionIterator<PresenceView> {
  /** Instead of being asked for, what is told is handed to `sink` as it comes. */
  flow(sink: Sink<Delivery>): void;
  /** The sink, which answered false, takes more. */
  resume(): void;
}
