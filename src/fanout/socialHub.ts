/** The subscriptions of the social layer, as resolvers open them (docs/design.md#social). */
import type { Viewer } from '../presence/visibility.js';
import type { ActView, Counts, HereChange, InboxChange } from '../social/socialTypes.js';
import type { SubscriptionBudget, SubscriptionIterator } from './subscription.js';

/**
 * Methods resolve once the subscription has started, so that nothing that happens afterwards is lost. They reject with BAD_USER_INPUT
 * where the input is malformed or the budget spent, with FORBIDDEN, NOT_FOUND, RATE_LIMITED or UNAVAILABLE.
 */
export interface SocialHub {
  /**
   * The viewer's tray. Begins with what changed after the revision `after`, or, for null, with the totals alone. `connectionId` is the
   * connection that it is opened over, whose session shows the tray while it is open. FORBIDDEN to service tokens.
   */
  watchInbox(
    viewer: Viewer,
    options: {
      readonly after: string | null;
      readonly connectionId: string | null;
      readonly budget: SubscriptionBudget;
    },
  ): Promise<SubscriptionIterator<InboxChange>>;
  /** What those on the viewer's roster do, from now on. FORBIDDEN to service tokens. */
  watchTimeline(
    viewer: Viewer,
    options: { readonly budget: SubscriptionBudget },
  ): Promise<SubscriptionIterator<ActView>>;
  /** Begins with the present counts. At most 200 objects; what the viewer may not use is silent. */
  watchCounts(
    viewer: Viewer,
    options: { readonly objectIds: readonly string[]; readonly budget: SubscriptionBudget },
  ): Promise<SubscriptionIterator<Counts>>;
  /**
   * Who comes to a place and who goes. Begins with all who are there as `came`, also where that is nobody. NOT_FOUND where the viewer
   * may not use the conversation; BAD_USER_INPUT beyond 50 places a connection. Of a place of more than 1,000 people those who were
   * there first are followed.
   */
  watchHere(
    viewer: Viewer,
    options: { readonly conversationId: string; readonly budget: SubscriptionBudget },
  ): Promise<SubscriptionIterator<HereChange>>;
}
