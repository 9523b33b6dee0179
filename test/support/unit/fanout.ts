/** One node's presence and fan-out over memory, with every call of the hub's ports open to delay and failure. */
import { setImmediate } from 'node:timers/promises';
import { createTopics } from '../../../src/adapters/busTopics.js';
import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import { createMemoryStore } from '../../../src/adapters/memory/memoryStore.js';
import { viewOf } from '../../../src/fanout/delivery.js';
import { createHub } from '../../../src/fanout/hub.js';
import type { SharedStream, SubscriptionBudget, SubscriptionIterator } from '../../../src/fanout/subscription.js';
import type { Bus } from '../../../src/presence/ports/bus.js';
import { DEFAULT_TIMINGS } from '../../../src/presence/types.js';
import type { PresenceContent, PresenceView } from '../../../src/presence/view.js';
import type { Viewer } from '../../../src/presence/visibility.js';
import type { SetPresence } from '../../../src/service/contract.js';
import type { SocialBus } from '../../../src/social/ports/socialBus.js';
import { assemblePresence } from './assemblePresence.js';
import { createFakePeople, NO_LIMITS } from './fakePeople.js';
import { createFakeShownTrays, createFakeTrays } from './fakeTrays.js';

/**
 * Awaited before each call of the hub's ports, by name, and again (`answered`) before the answer is given. The call
 * rejects with what the gate rejects with; a gate must not reject once the call is answered, as its work is done.
 */
export type Gate = (call: string, answered: boolean) => Promise<void>;

/** Resolves when all work in memory is done that neither a timer nor a gate holds back. */
export const untilIdle = async (): Promise<void> => {
  await setImmediate();
};

export const userViewer = (userId: string): Viewer => ({ kind: 'user', userId });

/** What a view shows, without its instant. */
export const contentOf = ({ userId, asOf, revoked, ...content }: PresenceView): PresenceContent => content;

const gated = <F extends (...args: never[]) => Promise<unknown>>(gate: Gate, name: string, call: F): F =>
  (async (...args: Parameters<F>) => {
    await gate(name, false);
    const result = await call(...args);
    await gate(name, true);
    return result;
  }) as F;

/** Whether subscriptions to presence are pushed, as over a socket, or iterated. */
export const mode = { pushed: false };

/** Collects what one subscription delivers; `pushed` is for subscriptions whose deliveries are shared. */
export const collect = <T>(subscription: SubscriptionIterator<T>, { pushed = false } = {}) => {
  const events: T[] = [];
  let ended = false;
  if (pushed)
    (subscription as unknown as SharedStream).flow({ take: (delivery) => events.push(viewOf(delivery) as T) > 0 });
  else
    void (async () => {
      for await (const event of subscription) events.push(event);
      ended = true;
    })();
  return {
    events,
    /** What came since the last call. */
    news: async (): Promise<T[]> => {
      await untilIdle();
      return events.splice(0);
    },
    end: () => subscription.return(),
    get ended() {
      return ended;
    },
  };
};

export const createFanout = async ({
  broadcastIntervalMs = 0,
  gate = async () => {},
  clock,
  typingTimeoutMs = DEFAULT_TIMINGS.typingTimeoutMs,
  pushed = mode.pushed,
}: {
  readonly broadcastIntervalMs?: number;
  readonly gate?: Gate;
  readonly clock?: () => number;
  readonly typingTimeoutMs?: number;
  readonly pushed?: boolean;
} = {}) => {
  const bus = createMemoryBus();
  const store = createMemoryStore({ bus, ...(clock && { clock }) });
  const { people, journal } = createFakePeople({ bus });
  const errors: unknown[] = [];
  let ids = 0;
  const presence = assemblePresence({
    bus,
    store,
    people,
    journal,
    rateLimits: NO_LIMITS,
    timings: { ...DEFAULT_TIMINGS, broadcastIntervalMs, typingTimeoutMs },
    newIncarnation: () => 'here',
    newId: () => `id-${++ids}`,
    onJournalFailure: (error) => errors.push(error),
  });

  const gaps = createTopics<null>();
  const trays = createFakeTrays({ bus });
  const shownTrays = createFakeShownTrays();
  const gatedBus: Bus & SocialBus = {
    ...bus,
    onGap: (listener) => gaps.add('', () => listener()),
    subscribeUser: gated(gate, 'bus.subscribeUser', bus.subscribeUser),
    subscribeTyping: gated(gate, 'bus.subscribeTyping', bus.subscribeTyping),
    subscribeTray: gated(gate, 'bus.subscribeTray', bus.subscribeTray),
    subscribePlace: gated(gate, 'bus.subscribePlace', bus.subscribePlace),
  };
  const addHub = async () => {
    const hub = createHub({
      bus: gatedBus,
      store: {
        ...store,
        typing: gated(gate, 'store.typing', store.typing),
        usersAt: gated(gate, 'store.usersAt', store.usersAt),
      },
      people: {
        ...people,
        accessFacts: gated(gate, 'people.accessFacts', people.accessFacts),
        accessFactsToWatch: gated(gate, 'people.accessFacts', people.accessFactsToWatch),
        roster: gated(gate, 'people.roster', people.roster),
        conversation: gated(gate, 'people.conversation', people.conversation),
        conversationFor: gated(gate, 'people.conversationFor', people.conversationFor),
        conversationsOf: gated(gate, 'people.conversationsOf', people.conversationsOf),
        blockedAmong: gated(gate, 'people.blockedAmong', people.blockedAmong),
        profiles: gated(gate, 'people.profiles', people.profiles),
      },
      reads: presence.reads,
      readRecords: gated(gate, 'records', presence.readRecords),
      readAlike: gated(gate, 'records', presence.readAlike) as typeof presence.readAlike,
      trays: { changedSince: gated(gate, 'trays.changedSince', trays.changedSince) },
      shownTrays,
      timings: { ...DEFAULT_TIMINGS, broadcastIntervalMs, typingTimeoutMs },
      onError: (error) => errors.push(error),
    });
    await bus.subscribeAccessChanges((change) => hub.accessChanged(change));
    return hub;
  };
  const hub = await addHub();
  await bus.subscribeAccessChanges((change) => void presence.accessChanged(change));

  const caller = (userId: string) => ({ viewer: userViewer(userId), connectionId: null });
  const subscription = async (
    viewer: Viewer | string,
    userIds: readonly string[] | null,
    {
      snapshot = true,
      budget = { watched: 0, conversations: 0, objects: 0 },
    }: { snapshot?: boolean; budget?: SubscriptionBudget } = {},
    on = hub,
  ) => on.watchPresence(typeof viewer === 'string' ? userViewer(viewer) : viewer, { userIds, snapshot, budget });
  const watchTyping = async (
    viewer: Viewer | string,
    conversationId: string | null,
    {
      snapshot = true,
      budget = { watched: 0, conversations: 0, objects: 0 },
    }: { snapshot?: boolean; budget?: SubscriptionBudget } = {},
  ) => hub.watchTyping(typeof viewer === 'string' ? userViewer(viewer) : viewer, { conversationId, snapshot, budget });

  const watchHere = async (
    userId: string,
    conversationId: string,
    {
      budget = { watched: 0, conversations: 0, objects: 0 },
      on = hub,
    }: { budget?: SubscriptionBudget; on?: typeof hub } = {},
  ) => on.watchHere(userViewer(userId), { conversationId, budget });

  return {
    bus,
    store,
    people,
    presence,
    hub,
    trays,
    shownTrays,
    addHub,
    errors,
    /** Reports to the hub that messages of the bus may have been missed. */
    gap: () => gaps.deliver('', null),
    subscription,
    watchTyping,
    collect: async (...args: Parameters<typeof subscription>) => collect(await subscription(...args), { pushed }),
    watchHere,
    collectHere: async (...args: Parameters<typeof watchHere>) => collect(await watchHere(...args)),
    collectTyping: async (...args: Parameters<typeof watchTyping>) => collect(await watchTyping(...args)),
    /** What a query answers, by user. */
    async seen(viewer: Viewer | string, userIds: readonly string[]): Promise<Map<string, PresenceView>> {
      const by = typeof viewer === 'string' ? userViewer(viewer) : viewer;
      const views: PresenceView[] = [];
      for (let from = 0; from < userIds.length; from += 1_000) {
        views.push(...(await presence.presenceOf(by, userIds.slice(from, from + 1_000))));
      }
      return new Map(views.map((view) => [view.userId, view]));
    },
    users: async (...userIds: string[]) => void (await people.upsertUsers(userIds.map((id) => ({ id })))),
    follow: async (follower: string, ...followed: string[]) => {
      for (const userId of followed) await people.follow(follower, userId);
    },
    connect: (userId: string, sessionId = 'tab') =>
      presence.connect({ userId, connectionId: `${userId}/${sessionId}`, sessionId, device: 'WEB' }),
    leave: (userId: string, sessionId = 'tab') => presence.endSession(caller(userId), sessionId),
    set: (userId: string, input: SetPresence) => presence.setPresence(caller(userId), input),
    say: (userId: string, text: string) =>
      presence.setPresence(caller(userId), { statusMessage: { text, emoji: null, expiresAt: null } }),
    play: (userId: string, name: string) =>
      presence.setPresence(caller(userId), {
        activities: [{ type: 'PLAYING', name, details: null, startedAt: null, expiresAt: null }],
      }),
    enter: (userId: string, conversationId: string, sessionId?: string) =>
      presence.enter(caller(userId), { conversationId, ...(sessionId && { sessionId }) }),
    leavePlace: (userId: string, conversationId: string, sessionId?: string) =>
      presence.leave(caller(userId), { conversationId, ...(sessionId && { sessionId }) }),
    type: (userId: string, conversationId: string, isTyping = true, sessionId?: string) =>
      presence.setTyping(caller(userId), { conversationId, isTyping, ...(sessionId && { sessionId }) }),
  };
};

export type Fanout = Awaited<ReturnType<typeof createFanout>>;

/** A gate that a test closes and opens, or lets fail, by the name of the call. */
export const createValve = () => {
  const failures = new Map<string, Error>();
  const held = new Map<string, (() => void)[]>();
  const gate: Gate = async (call, answered) => {
    const failure = failures.get(call);
    if (failure && !answered) throw failure;
    const waiting = held.get(call);
    if (waiting) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return {
    gate,
    hold: (call: string) => void held.set(call, held.get(call) ?? []),
    /** How many calls wait. */
    waiting: (call: string) => held.get(call)?.length ?? 0,
    release(call: string) {
      const waiting = held.get(call) ?? [];
      held.delete(call);
      for (const resume of waiting) resume();
    },
    /** Releases the call that waits longest; later ones are held as before. */
    releaseNext: (call: string) => held.get(call)?.shift()?.(),
    fail: (call: string, error: Error) => void failures.set(call, error),
    /** No longer fails. */
    repair: (call: string) => void failures.delete(call),
  };
};

/** How many events of each user there are. */
export const countByUser = (events: readonly { readonly userId: string }[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { userId } of events) counts.set(userId, (counts.get(userId) ?? 0) + 1);
  return counts;
};
