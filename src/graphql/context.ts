/** What resolvers find in their context: the caller, the services, and what batches an operation's loads. */
import DataLoader from 'dataloader';
import type { Hub } from '../fanout/hub.js';
import type { WatchBudget } from '../fanout/watch.js';
import { PresenceError } from '../presence/errors.js';
import type { People, UserProfile } from '../presence/ports.js';
import type { Relations } from '../presence/relations.js';
import type { Caller, Presence } from '../presence/verbs.js';

/** The verbs that resolvers call. One object a server. */
export interface Services {
  readonly presence: Presence;
  readonly relations: Relations;
  readonly hub: Hub;
  readonly people: Pick<People, 'profiles'>;
}

/** Loads that the fields of one answer ask for one by one, made as one call. */
export interface Loaders {
  /** By user id; null for a user of whom the host said nothing. */
  readonly profile: DataLoader<string, UserProfile | null>;
  /** By user id: whether that user types in a conversation that the caller shares. */
  readonly isTyping: DataLoader<string, boolean>;
}

/** One a request or, over a WebSocket, one an operation. */
export interface Context extends Services {
  /** Null where nobody is signed in. */
  readonly caller: Caller | null;
  /** Shared by all subscriptions of one connection; one's own for each SSE stream. */
  readonly budget: WatchBudget;
  readonly loaders: Loaders;
}

/** The one refusal of everybody who is not signed in, whatever is wrong with the token. */
export const unauthenticated = (): PresenceError =>
  new PresenceError('UNAUTHENTICATED', 'Sign in first: send a valid token, as in Authorization: Bearer TOKEN.');

/** The caller, or UNAUTHENTICATED. */
export const callerOf = ({ caller }: Pick<Context, 'caller'>): Caller => {
  if (caller === null) throw unauthenticated();
  return caller;
};

/**
 * A subscription executes all its events in one context, so a cache would answer an event with what was true at an
 * earlier one. The loaders therefore only batch: what one answer asks for, it asks for within one tick.
 */
const createLoaders = ({ presence, people }: Services, caller: Caller | null): Loaders => ({
  profile: new DataLoader(
    async (userIds) => {
      const profiles = await people.profiles([...new Set(userIds)]);
      return userIds.map((userId) => profiles.get(userId) ?? null);
    },
    { cache: false },
  ),
  isTyping: new DataLoader(
    async (userIds) => {
      const typing = await presence.typingAmong(callerOf({ caller }).viewer, [...new Set(userIds)]);
      return userIds.map((userId) => typing.has(userId));
    },
    { cache: false },
  ),
});

/** The context of one operation. */
export const createContext = (
  { presence, relations, hub, people }: Services,
  { caller, budget }: { readonly caller: Caller | null; readonly budget: WatchBudget },
): Context => ({
  presence,
  relations,
  hub,
  people,
  caller,
  budget,
  loaders: createLoaders({ presence, relations, hub, people }, caller),
});
