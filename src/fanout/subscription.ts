/** What a subscription gets from the hub: an iterator, and where viewers share what is sent also a stream that pushes. */
import type { Delivery, Shared } from './delivery.js';
import type { Sink } from './outbox.js';

/** What one connection watches, over all its subscriptions, which share this object. Bounds: see budget.ts. */
export interface SubscriptionBudget {
  /** Watched users. */
  watched: number;
  /** Conversations whose typing is watched. */
  conversations: number;
  /** Objects whose counts are watched, whether or not they exist. */
  objects: number;
  /** Watched places; none where it is left out. */
  places?: number;
}

/** An iterator that `return()` ends for good, at any time, also while `next()` is pending. */
export interface SubscriptionIterator<T> extends AsyncIterableIterator<T> {
  next(): Promise<IteratorResult<T>>;
  return(): Promise<IteratorResult<T>>;
}

/** A subscription that can be pushed instead of iterated; its deliveries are then shared by all who see the same. */
export interface SharedStream<View extends object = object, S extends Shared<View> = Shared<View>>
  extends SubscriptionIterator<View> {
  /** What waits goes to `sink` at once, and from now on what comes. */
  flow(sink: Sink<Delivery<S>>): void;
  /** The sink, which answered false, can take more. */
  resume(): void;
}
