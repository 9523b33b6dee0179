import type { TypingView } from '../presence/presence.js';
import type { PresenceView } from '../presence/view.js';
import type { Viewer } from '../presence/visibility.js';

/** How many users one connection watches, over all its subscriptions. One object a connection, shared by them. */
export interface WatchBudget {
  watched: number;
}

/** An iterator that ends for good with `return()`, at any time, also while `next()` is pending. */
export interface Watch<T> extends AsyncIterableIterator<T> {
  next(): Promise<IteratorResult<T>>;
  return(): Promise<IteratorResult<T>>;
}

/**
 * From the bus to the subscriptions of this node. A watch resolves once it is subscribed, so that nothing that
 * happens afterwards is lost; its first items are the snapshot.
 */
export interface Hub {
  /** `userIds` null: the viewer's roster, as it grows and shrinks. BAD_USER_INPUT past 1,000 ids or past the budget. */
  watchPresence(
    viewer: Viewer,
    options: { readonly userIds: readonly string[] | null; readonly snapshot: boolean; readonly budget: WatchBudget },
  ): Promise<Watch<PresenceView>>;
  /** `conversationId` null: all of the viewer's. NOT_FOUND unless the viewer may use its typing. */
  watchTyping(
    viewer: Viewer,
    options: { readonly conversationId: string | null; readonly snapshot: boolean },
  ): Promise<Watch<TypingView>>;
}
