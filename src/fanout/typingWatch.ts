/**
 * A subscription to typing: who is known to type, who was told, and the difference, which is owed. It starts like one
 * to presence: acknowledged by the bus, then read, and read again when a fact changed meanwhile.
 */
import { badInput } from '../presence/errors.js';
import { checkId } from '../presence/input.js';
import type { Bus, FactChange, People, Store, TypingMessage, Unsubscribe } from '../presence/ports.js';
import type { Reads } from '../presence/reads.js';
import { checkMayUseTyping } from '../presence/typingVerbs.js';
import type { TypingView } from '../presence/verbs.js';
import { mayUseTyping, type Viewer } from '../presence/visibility.js';
import { createOutbox } from './outbox.js';
import { createRefresher } from './refresher.js';
import type { Watch, WatchBudget } from './watch.js';
import type { Following } from './watches.js';

/**
 * Of all of the viewer's conversations, the first by id that one subscription watches; and how many one connection watches:
 * who watches as many already starts no more.
 */
export const MAX_CONVERSATIONS = 5_000;
/** With those of a subscription to all, which never fails for its own size, beside others. */
const MAX_WITH_ALL = 2 * MAX_CONVERSATIONS;
/** Beyond so many, of whom it is known whether they may be shown, those are forgotten who type no more. */
const MAX_JUDGED = 5_000;

/** One watched conversation. */
interface Watched {
  readonly conversationId: string;
  readonly subscription: Promise<Unsubscribe>;
  /** Who types, and until when, whether or not the viewer may know. */
  readonly typists: Map<string, number | null>;
  /** Of whom the viewer was told that they type. */
  readonly told: Set<string>;
  /** While it is read who types: of whom something was heard, so that the reading knows no better. */
  heard: Set<string> | undefined;
  allowed: boolean;
}

const allStale = () => ({ conversations: true, typists: true, users: new Set<string>() });

interface Owed {
  readonly watched: Watched;
  readonly userId: string;
}

export interface TypingWatch extends Following {
  readonly iterator: Watch<TypingView>;
  /** Resolves when it watches. Rejects with NOT_FOUND, or what the ports reject with; it has then ended. */
  start(): Promise<void>;
  /** Messages may have been missed: who types is read again. */
  reread(): void;
}

export const createTypingWatch = (
  {
    bus,
    store,
    people,
    reads,
    conversationsOf,
    onError,
  }: {
    readonly bus: Bus;
    readonly store: Store;
    readonly people: People;
    readonly reads: Reads;
    /** The conversations of a user, {@link MAX_CONVERSATIONS} of them. */
    readonly conversationsOf: (userId: string) => Promise<readonly string[]>;
    readonly onError: (error: unknown) => void;
  },
  viewer: Viewer,
  options: { readonly conversationId: string | null; readonly snapshot: boolean; readonly budget: WatchBudget },
  onEnd: () => void,
): TypingWatch => {
  const { budget } = options;
  const conversations = new Map<string, Watched>();
  /** Of those who were heard to type, whether a block stands between them and the viewer, as it is at this epoch. */
  const blocked = new Map<string, boolean>();
  /** Who types and was not asked about yet. */
  const unjudged = new Set<string>();
  /** While a fact may have narrowed, nothing new goes out. */
  let withheld = true;
  let ended = false;

  const isOwed = ({ allowed, typists }: Watched, userId: string): boolean =>
    allowed && userId !== viewer.userId && blocked.get(userId) === false && typists.has(userId);

  const outbox = createOutbox<Owed, TypingView>({
    judge({ watched, userId }) {
      const isTyping = isOwed(watched, userId);
      if (isTyping === watched.told.has(userId) || (isTyping && withheld)) return undefined;
      if (isTyping) watched.told.add(userId);
      else watched.told.delete(userId);
      const expiresAt = isTyping ? (watched.typists.get(userId) ?? null) : null;
      const lost = !watched.allowed || blocked.get(userId) === true;
      return { conversationId: watched.conversationId, userId, isTyping, expiresAt, ...(lost && { lost }) };
    },
    collapse: (waiting) => [
      ...new Map(waiting.map((owed) => [`${owed.watched.conversationId}\n${owed.userId}`, owed])).values(),
    ],
    onReturn: () => {
      ended = true;
      for (const watched of conversations.values()) leave(watched);
      onEnd();
    },
  });

  const compare = (watched: Watched, userId: string) => {
    if (watched.typists.has(userId) && userId !== viewer.userId && !blocked.has(userId)) {
      unjudged.add(userId);
      judging.request();
      return;
    }
    if (isOwed(watched, userId) !== watched.told.has(userId)) outbox.put({ watched, userId });
  };
  const compareAll = (watched: Watched) => {
    for (const userId of new Set([...watched.typists.keys(), ...watched.told])) compare(watched, userId);
  };

  const hear = (watched: Watched, { userId, isTyping, expiresAt }: TypingMessage) => {
    watched.heard?.add(userId);
    if (isTyping) watched.typists.set(userId, expiresAt);
    else watched.typists.delete(userId);
    compare(watched, userId);
    if (!isTyping && (unjudged.has(userId) || blocked.size > MAX_JUDGED)) forgetUnlessTyping(userId);
  };

  /** Keeps what is known of those who are heard from growing with all who ever typed. */
  const forgetUnlessTyping = (userId: string) => {
    if ([...conversations.values()].some(({ typists }) => typists.has(userId))) return;
    unjudged.delete(userId);
    if (blocked.size > MAX_JUDGED) blocked.delete(userId);
  };

  const join = (conversationId: string): Watched => {
    const watched: Watched = {
      conversationId,
      typists: new Map(),
      told: new Set(),
      heard: undefined,
      allowed: false,
      subscription: bus.subscribeTyping(conversationId, (message) => hear(watched, message)),
    };
    conversations.set(conversationId, watched);
    budget.conversations += 1;
    return watched;
  };

  const leave = (watched: Watched) => {
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

  /** What was heard while it was read is newer; otherwise who is not in the reading types no more. */
  const readTypists = async (asked: readonly Watched[]) => {
    if (asked.length === 0) return;
    for (const watched of asked) watched.heard = new Set();
    const typing = await store.typing(asked.map(({ conversationId }) => conversationId));
    for (const watched of asked) {
      for (const userId of watched.typists.keys()) if (!watched.heard?.has(userId)) watched.typists.delete(userId);
    }
    for (const { conversationId, userId, expiresAt } of typing) {
      const watched = conversations.get(conversationId);
      if (!watched?.heard?.has(userId)) watched?.typists.set(userId, expiresAt);
    }
    for (const watched of asked) watched.heard = undefined;
  };

  /** Asks who of them is blocked. */
  const judge = async (userIds: ReadonlySet<string>) => {
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
    const isStale = ({ typists }: Watched) =>
      reading.typists || [...reading.users].some((userId) => typists.has(userId));
    try {
      const followed = new Set(conversations.values());
      if (reading.conversations) allowed = await allowedNow();
      if (ended) return () => {};
      await joinNew();
      await readTypists([...conversations.values()].filter((each) => !followed.has(each) || isStale(each)));
      const typists = [...conversations.values()].flatMap((watched) => [...watched.typists.keys()]);
      const judged = await judge(new Set([...blocked.keys(), ...typists]));
      return () => {
        judged();
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
        withheld = false;
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
  const judging = createRefresher({
    async read() {
      const asked = new Set([...unjudged].filter((userId) => !blocked.has(userId)));
      if (asked.size > 0) await readUntouched(() => judge(asked));
      for (const userId of blocked.keys()) unjudged.delete(userId);
      for (const watched of conversations.values()) for (const userId of asked) compare(watched, userId);
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

  const touches = (change: FactChange): boolean => {
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
          return { result: undefined, judged: conversations.size };
        });
      } catch (error) {
        await outbox.return();
        throw error;
      }
      for (const watched of conversations.values()) {
        if (options.snapshot) compareAll(watched);
        else for (const userId of watched.typists.keys()) if (isOwed(watched, userId)) watched.told.add(userId);
      }
      refresher.open();
      judging.open();
    },
    factsChanged(change) {
      if (!touches(change)) return;
      epoch += 1;
      if (change.narrows) withheld = true;
      // Whom they follow and block is for users to say, as often as they like: only where those two type it is read again.
      if (change.kind === 'relation') for (const userId of change.users) stale.users.add(userId);
      else stale.conversations = true;
      refresher.request();
    },
    factsMissed() {
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
