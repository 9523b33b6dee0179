/** What resolvers find in their context: the caller, the services, and what batches an operation's loads. */
import DataLoader from 'dataloader';
import type { Hub } from '../fanout/hub.js';
import type { SubscriptionBudget } from '../fanout/subscription.js';
import { PresenceError } from '../presence/errors.js';
import type { UserProfile } from '../presence/ports/directory.js';
import type { People } from '../presence/ports/stores.js';
import type { Caller, Presence } from '../service/contract.js';
import type { Relations } from '../service/relationService.js';

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
  readonly budget: SubscriptionBudget;
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

const profileLoader = ({ people }: Services): Loaders['profile'] =>
  new DataLoader(
    async (userIds) => {
      const profiles = await people.profiles([...new Set(userIds)]);
      return userIds.map((userId) => profiles.get(userId) ?? null);
    },
    { cache: false },
  );

const typingLoader = ({ presence }: Services, caller: Caller | null): Loaders['isTyping'] =>
  new DataLoader(
    async (userIds) => {
      const typing = await presence.typingAmong(callerOf({ caller }).viewer, [...new Set(userIds)]);
      return userIds.map((userId) => typing.has(userId));
    },
    { cache: false },
  );

/**
 * Made when a field asks for them: most operations need none. A class, because there is one for each operation.
 *
 * A subscription executes all its events in one context, so a cache would answer an event with what was true at an
 * earlier one. The loaders therefore only batch: what one answer asks for, it asks for within one tick.
 */
class OperationLoaders implements Loaders {
  private profiles: Loaders['profile'] | null = null;
  private typing: Loaders['isTyping'] | null = null;

  constructor(
    private readonly services: Services,
    private readonly caller: Caller | null,
  ) {}

  get profile() {
    this.profiles ??= profileLoader(this.services);
    return this.profiles;
  }

  get isTyping() {
    this.typing ??= typingLoader(this.services, this.caller);
    return this.typing;
  }
}

/** The context of one operation. */
export const createContext = (
  services: Services,
  { caller, budget }: { readonly caller: Caller | null; readonly budget: SubscriptionBudget },
): Context => {
  const { presence, relations, hub, people } = services;
  return { presence, relations, hub, people, caller, budget, loaders: new OperationLoaders(services, caller) };
};
