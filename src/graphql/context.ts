/** The context of resolvers: the caller, the services, and the loaders of one operation. */
import DataLoader from 'dataloader';
import type { Hub } from '../fanout/hub.js';
import type { SocialHub } from '../fanout/socialHub.js';
import type { SubscriptionBudget } from '../fanout/subscription.js';
import { PresenceError } from '../presence/errors.js';
import type { Directory, UserProfile } from '../presence/ports/directory.js';
import { MAX_ITEMS } from '../presence/validate.js';
import type { PresenceView } from '../presence/view.js';
import type { Caller, Presence } from '../service/contract.js';
import type { RelationLists } from '../service/relationLists.js';
import type { Relations } from '../service/relationService.js';
import type { Social } from '../service/socialContract.js';

/** The services that resolvers call: one object a server. */
export interface Services {
  readonly presence: Presence;
  readonly relations: Relations & RelationLists;
  readonly social: Social;
  readonly hub: Hub & SocialHub;
  readonly people: Pick<Directory, 'profiles'>;
}

/** Loads of single fields, batched into one call for all fields of an answer. */
export interface Loaders {
  /** By user id; null for a user whom the host did not describe. At once in an execution for many, which must not wait. */
  readonly profile: { load(userId: string): Promise<UserProfile | null> | UserProfile | null };
  /** By user id: whether the user types in a conversation that the caller shares. */
  readonly isTyping: DataLoader<string, boolean>;
  /** By user id: the presence of a user beside something else; null where the caller may not see the user. */
  readonly presence: DataLoader<string, PresenceView | null>;
}

/** One for each HTTP request, and one for each operation over a WebSocket. */
export interface Context extends Services {
  /** Null where nobody is signed in. */
  readonly caller: Caller | null;
  /** Shared by all subscriptions of one connection; each SSE stream has its own. */
  readonly budget: SubscriptionBudget;
  readonly loaders: Loaders;
}

/** The refusal of callers who are not signed in: the same whatever is wrong with the token. */
export const unauthenticated = (): PresenceError =>
  new PresenceError(
    'UNAUTHENTICATED',
    'Sign in first: send a valid token, as in Authorization: Bearer TOKEN; over a WebSocket in connectionParams.authorization.',
  );

/** The caller. Throws UNAUTHENTICATED where nobody is signed in. */
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

/** Counts as reads of the caller, as every presence does. */
const presenceLoader = ({ presence }: Services, caller: Caller | null): Loaders['presence'] =>
  new DataLoader(
    async (userIds) => {
      const views = await presence.presenceOf(callerOf({ caller }).viewer, [...new Set(userIds)]);
      const byId = new Map(views.map((view) => [view.userId, view]));
      return userIds.map((userId) => byId.get(userId) ?? null);
    },
    { cache: false, maxBatchSize: MAX_ITEMS },
  );

/**
 * Creates a loader when a field first needs it: most operations need none. A class, for its size: there is one for each
 * operation.
 *
 * All events of a subscription share one context, so a cache would answer an event with values of an earlier one. The
 * loaders therefore batch without caching.
 */
class OperationLoaders implements Loaders {
  private profiles: Loaders['profile'] | null = null;
  private typing: Loaders['isTyping'] | null = null;
  private presences: Loaders['presence'] | null = null;

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

  get presence() {
    this.presences ??= presenceLoader(this.services, this.caller);
    return this.presences;
  }
}

/** The context of one operation. */
export const createContext = (
  services: Services,
  { caller, budget }: { readonly caller: Caller | null; readonly budget: SubscriptionBudget },
): Context => {
  const { presence, relations, social, hub, people } = services;
  return { presence, relations, social, hub, people, caller, budget, loaders: new OperationLoaders(services, caller) };
};
