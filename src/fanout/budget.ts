/** How much one connection watches at most, over all its subscriptions; see docs/design.md#limits-errors. */
import { badInput } from '../presence/errors.js';
import type { SubscriptionBudget } from './subscription.js';

/** Watched users of one connection; of a roster, the first by id. */
export const MAX_WATCHED = 5_000;
/** The same with a roster beside other subscriptions, or one that grew since its start: further users are not watched. */
const MAX_WATCHED_WITH_ROSTER = 2 * MAX_WATCHED;

/** Watched conversations of one connection; of a subscription to all of the viewer's, the first by id. */
export const MAX_CONVERSATIONS = 5_000;
/** The same with a subscription to all conversations beside others. */
const MAX_CONVERSATIONS_WITH_ALL = 2 * MAX_CONVERSATIONS;

/** Objects whose counts one subscription watches; and one connection, over all its subscriptions. */
export const MAX_OBJECTS_EACH = 200;
export const MAX_OBJECTS = 1_000;

/** BAD_USER_INPUT where `count` more users are too many. */
export const checkWatched = ({ watched }: SubscriptionBudget, count: number): void => {
  if (watched + count <= MAX_WATCHED) return;
  throw badInput(
    `One connection watches at most ${MAX_WATCHED.toLocaleString('en-US')} users; this one watches ${watched} already.`,
  );
};

/** How many users a roster may add. */
export const roomForRoster = ({ watched }: SubscriptionBudget): number =>
  Math.max(0, MAX_WATCHED_WITH_ROSTER - watched);

/** BAD_USER_INPUT where one more conversation is too many. */
export const checkConversations = ({ conversations }: SubscriptionBudget): void => {
  if (conversations < MAX_CONVERSATIONS) return;
  throw badInput(
    `One connection watches the typing of at most ${MAX_CONVERSATIONS.toLocaleString('en-US')} conversations.`,
  );
};

/** BAD_USER_INPUT where `count` more objects are too many. */
export const checkObjects = ({ objects }: SubscriptionBudget, count: number): void => {
  if (objects + count <= MAX_OBJECTS) return;
  throw badInput(
    `One connection watches the counts of at most ${MAX_OBJECTS.toLocaleString('en-US')} objects; this one watches ${objects} already.`,
  );
};

/** Watched places of one connection: the people there are followed once for all who watch the place on a node. */
export const MAX_PLACES_WATCHED = 50;

/** BAD_USER_INPUT where one more place is too many. */
export const checkPlaces = ({ places = 0 }: SubscriptionBudget): void => {
  if (places < MAX_PLACES_WATCHED) return;
  throw badInput(`One connection watches at most ${MAX_PLACES_WATCHED} places.`);
};

/** How many conversations a subscription to all of them may add. */
export const roomForConversations = ({ conversations }: SubscriptionBudget): number =>
  Math.max(0, MAX_CONVERSATIONS_WITH_ALL - conversations);
