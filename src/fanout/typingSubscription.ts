/**
 * A subscription to typing: who is known to type, who was told, and the difference, which is owed. It starts like one
 * to presence: acknowledged by the bus, then read, and read again when a fact changed meanwhile.
 */
import { groupedBy } from '../async/batches.js';
import { badInput } from '../presence/errors.js';
import type { AccessChange, Bus, TypingMessage } from '../presence/ports/bus.js';
import type { LiveStore, People } from '../presence/ports/stores.js';
import { checkId } from '../presence/validate.js';
import { mayUseTyping, type Viewer } from '../presence/visibility.js';
import type { TypingView } from '../service/contract.js';
import type { ReadBudget } from '../service/readBudget.js';
import { checkMayUseTyping } from '../service/typingService.js';
import { createOutbox } from './outbox.js';
import { createRefresher } from './refresher.js';
import type { SubscriptionBudget, SubscriptionIterator } from './subscription.js';
import type { FollowingSubscription } from './subscriptions.js';
import { WatchedConversation } from './watchedConversation.js';

/**
 * Of all of the viewer's conversations, the first by id that one subscription watches; and how many one connection watches:
 * who watches as many already starts no more.
 */
export const MAX_CONVERSATIONS = 5_000;
/** With those of a subscription to all, which never fails for its own size, beside others. */
const MAX_WITH_ALL = 2 * MAX_CONVERSATIONS;
/** Beyond so many, of whom it is known whether they may be shown, those are forgotten who type no more. */
const MAX_AUTHORIZED = 5_000;

const allStale = () => ({ conversations: true, typists: true, users: new Set<string>() });

interface Pending {
  readonly watched: WatchedConversation;
  readonly userId: string;
}

export interface TypingSubscription extends FollowingSubscription {
  readonly iterator: SubscriptionIterator<TypingView>;
  /** Resolves when it watches. Rejects with NOT_FOUND, or what the ports reject with; it has then ended. */
  start(): Promise<void>;
  /** Messages may have been missed: who types is read again. */
  reread(): void;
}

export const createTypingSubscription = (
  {
    bus,
    store,
    people,
    reads,
    conversationsOf,
    onError,
  }: {
    readonly bus: Bus;
    readonly store: LiveStore;
    readonly people: People;
    readonly reads: ReadBudget;
    /** The conversations of a user, {@link MAX_CONVERSATIONS} of them. */
    readonly conversationsOf: (userId: string) => Promise<readonly string[]>;
    readonly onError: (error: unknown) => void;
  },
  viewer: Viewer,
  options: { readonly conversationId: string | null; readonly snapshot: boolean; readonly budget: SubscriptionBudget },
  onEnd: () => void,
): TypingSubscription => {
  const { budget } = options;
  const conversations = new Map<string, WatchedConversation>();
  /** Of those who were heard to type, whether a block stands between them and the viewer, as it is at this epoch. */
  const blocked = new Map<string, boolean>();
  /** Who types and was not asked about yet, and where. */
  const unauthorized = new Map<string, Set<WatchedConversation>>();
  /** While a fact may have narrowed, nothing new goes out. */
  let suspended = true;
  let ended = false;

  const shouldShow = (watched: WatchedConversation, userId: string): boolean =>
    watched.allowed && userId !== viewer.userId && blocked.get(userId) === false && watched.types(userId);

  const outbox = createOutbox<Pending, TypingView>({
    authorize({ watched, userId }) {
      const isTyping = shouldShow(watched, userId);
      if (isTyping === watched.wasDelivered(userId) || (isTyping && suspended)) return undefined;
      watched.deliver(userId, isTyping);
      const expiresAt = isTyping ? watched.until(userId) : null;
      const lost = !watched.allowed || blocked.get(userId) === true;
      return { conversationId: watched.conversationId, userId, isTyping, expiresAt, ...(lost && { lost }) };
    },
    collapse: (waiting) => [
      ...new Map(waiting.map((pending) => [`${pending.watched.conversationId}\n${pending.userId}`, pending])).values(),
    ],
    onReturn: () => {
      ended = true;
      for (const watched of conversations.values()) leave(watched);
      onEnd();
    },
  });

  const compare = (watched: WatchedConversation, userId: string) => {
    if (watched.types(userId) && userId !== viewer.userId && !blocked.has(userId)) {
      const where = unauthorized.get(userId) ?? new Set();
      unauthorized.set(userId, where.add(watched));
      authorizing.request();
      return;
    }
    if (shouldShow(watched, userId) !== watched.wasDelivered(userId)) outbox.put({ watched, userId });
  };
  const compareAll = (watched: WatchedConversation) => {
    for (const userId of watched.concerned()) compare(watched, userId);
  };

  const receive = (watched: WatchedConversation, { userId, isTyping, expiresAt }: TypingMessage) => {
    watched.receive(userId, isTyping, expiresAt);
    compare(watched, userId);
    if (!isTyping) forget(watched, userId);
  };

  /** Keeps what is known of those who are heard from growing with all who ever typed. */
  const forget = (stopped: WatchedConversation, userId: string) => {
    const where = unauthorized.get(userId);
    if (where?.delete(stopped) && where.size === 0) unauthorized.delete(userId);
    if (blocked.size <= MAX_AUTHORIZED) return;
    for (const watched of conversations.values()) if (watched.types(userId)) return;
    blocked.delete(userId);
  };

  const join = (conversationId: string): WatchedConversation => {
    const watched = new WatchedConversation(conversationId, (joined) =>
      bus.subscribeTyping(conversationId, (message) => receive(joined, message)),
    );
    conversations.set(conversationId, watched);
    budget.conversations += 1;
    return watched;
  };

  const leave = (watched: WatchedConversation) => {
    if (conversations.delete(watched.conversationId)) budget.conversations -= 1;
    watched.subscription.then(
      (unsubscribe) => unsubscribe(),
      () => {},
    );
  };

  /** The conversations whose typing the viewer may watch now. A service token is no user and has none. */
  const allowedNow = async (): Promise<ReadonlySet<string>> => {
    const { conversationId } = options;
    if (viewer.kind !== 'user') return new Set();
    if (conversationId === null) return new Set(await conversationsOf(viewer.userId));
    return new Set(mayUseTyping(await people.conversation(conversationId, viewer.userId)) ? [conversationId] : []);
  };

  const joinAll = async (conversationIds: readonly string[]) => {
    const joined = conversationIds.map(join);
    try {
      await Promise.all(joined.map(({ subscription }) => subscription));
    } catch (error) {
      // What the bus did not acknowledge is joined anew when it is tried again.
      joined.forEach(leave);
      throw error;
    }
  };

  const readTypists = async (asked: readonly WatchedConversation[]) => {
    if (asked.length === 0) return;
    for (const watched of asked) watched.beginReading();
    const typing = await store.typing(asked.map(({ conversationId }) => conversationId));
    const found = groupedBy(typing, ({ conversationId }) => conversationId);
    for (const watched of asked) watched.endReading(found.get(watched.conversationId) ?? []);
  };

  /** Asks who of them is blocked. */
  const authorize = async (userIds: ReadonlySet<string>) => {
    const found = await people.blockedAmong(viewer.userId, [...userIds]);
    return () => {
      for (const userId of userIds) blocked.set(userId, found.has(userId));
    };
  };

  /** What has to be read anew: the conversations; and of those that are followed already, who types, or where these users do. */
  let stale: { conversations: boolean; typists: boolean; readonly users: Set<string> } = allStale();
  /** The conversations that may be watched, as they were read. */
  let allowed: ReadonlySet<string> = new Set();

  /** Of those that may be watched, those that are not yet, as far as there is room. */
  const joinNew = async () => {
    const room = Math.max(0, MAX_WITH_ALL - budget.conversations);
    await joinAll([...allowed].filter((id) => !conversations.has(id)).slice(0, room));
  };

  /** Reads what is stale: what may be watched, and who types until when; and who of them, and of those known, is blocked. */
  const readOnce = async () => {
    const reading = stale;
    stale = { conversations: false, typists: false, users: new Set() };
    const isStale = (watched: WatchedConversation) =>
      reading.typists || [...reading.users].some((userId) => watched.types(userId));
    try {
      const followed = new Set(conversations.values());
      if (reading.conversations) allowed = await allowedNow();
      if (ended) return () => {};
      await joinNew();
      await readTypists([...conversations.values()].filter((each) => !followed.has(each) || isStale(each)));
      const typists = [...conversations.values()].flatMap((watched) => watched.typing());
      const counted = await authorize(new Set([...blocked.keys(), ...typists]));
      return () => {
        counted();
        for (const watched of conversations.values()) watched.allowed = allowed.has(watched.conversationId);
      };
    } catch (error) {
      stale = allStale();
      throw error;
    }
  };

  let epoch = 0;
  /** Reads until no fact changed meanwhile, and then applies at once what was read. */
  const readUntouched = async (once: () => Promise<() => void>) => {
    for (;;) {
      const before = epoch;
      const apply = await once();
      if (before === epoch) return apply();
    }
  };
  const read = () =>
    readUntouched(async () => {
      const apply = await readOnce();
      return () => {
        apply();
        suspended = false;
      };
    });

  const refresher = createRefresher({
    async read() {
      await read();
      for (const watched of [...conversations.values()]) {
        compareAll(watched);
        // A conversation that is no longer the viewer's is over with its stops, and joined anew if it is again.
        if (!watched.allowed) leave(watched);
      }
    },
    hasEnded: () => ended,
    onError,
  });

  /** Who begins to type is asked about once; whoever it is, and whatever the answer, in the same way. */
  const authorizing = createRefresher({
    async read() {
      const asked = new Set([...unauthorized.keys()].filter((userId) => !blocked.has(userId)));
      if (asked.size > 0) await readUntouched(() => authorize(asked));
      for (const [userId, where] of unauthorized) {
        if (!blocked.has(userId)) continue;
        unauthorized.delete(userId);
        for (const watched of where) compare(watched, userId);
      }
    },
    hasEnded: () => ended,
    onError,
  });

  const checkBudget = () => {
    if (budget.conversations < MAX_CONVERSATIONS) return;
    throw badInput(
      `One connection watches the typing of at most ${MAX_CONVERSATIONS.toLocaleString('en-US')} conversations.`,
    );
  };

  const touches = (change: AccessChange): boolean => {
    switch (change.kind) {
      case 'relation':
        return change.users.includes(viewer.userId);
      case 'conversation':
        return options.conversationId === null
          ? change.changed.includes(viewer.userId)
          : change.id === options.conversationId;
      default:
        return false;
    }
  };

  return {
    viewer,
    conversationId: options.conversationId,
    iterator: outbox,
    async start() {
      try {
        if (options.conversationId !== null) {
          await checkMayUseTyping(people, viewer, checkId(options.conversationId, 'conversationId'));
        }
        // All of them may be many: one start follows the other, so that each is counted before the next.
        const counted = options.conversationId === null ? reads.roster : reads.open;
        await counted(viewer, 'start', async () => {
          checkBudget();
          await read();
          return { result: undefined, counted: conversations.size };
        });
      } catch (error) {
        await outbox.return();
        throw error;
      }
      for (const watched of conversations.values()) {
        if (options.snapshot) compareAll(watched);
        else for (const userId of watched.typing()) if (shouldShow(watched, userId)) watched.deliver(userId, true);
      }
      refresher.open();
      authorizing.open();
    },
    accessChanged(change) {
      if (!touches(change)) return;
      epoch += 1;
      if (change.mayRevoke) suspended = true;
      // Whom they follow and block is for users to say, as often as they like: only where those two type it is read again.
      if (change.kind === 'relation') for (const userId of change.users) stale.users.add(userId);
      else stale.conversations = true;
      refresher.request();
    },
    accessChangesMissed() {
      epoch += 1;
      stale.conversations = true;
      refresher.request();
    },
    reread() {
      stale = allStale();
      refresher.request();
    },
  };
};
