/** Who types: set, read, and kept true (docs/semantics.md, "Typing"). */
import { inBatches } from '../async/batches.js';
import type { HeldSessionService } from '../node/heldSessions.js';
import { isUnavailable, notFound, unreadableRecord } from '../presence/errors.js';
import type { RateLimits } from '../presence/ports/rates.js';
import type { LiveStore, People } from '../presence/ports/stores.js';
import type { TypingEntry } from '../presence/ports/typing.js';
import { resolveSession } from '../presence/session.js';
import { isSeenLive } from '../presence/status.js';
import type { Timings } from '../presence/types.js';
import { checkId } from '../presence/validate.js';
import { mayUseTyping, type Viewer } from '../presence/visibility.js';
import type { Presence, TypingView } from './contract.js';
import type { ReadBudget } from './readBudget.js';

/** Rejects with NOT_FOUND: the same answer for a conversation that does not exist and for one that is not the viewer's. */
export const checkMayUseTyping = async (
  people: Pick<People, 'conversation'>,
  viewer: Viewer,
  conversationId: string,
): Promise<void> => {
  const conversation = viewer.kind === 'user' ? await people.conversation(conversationId, viewer.userId) : undefined;
  if (!mayUseTyping(conversation))
    throw notFound('There is no such conversation, or the caller is not a member of it.');
};

export const createTypingService = ({
  store,
  people,
  reads,
  rateLimits,
  timings,
  userOf,
  nameOf,
  heldSessions,
}: {
  readonly store: LiveStore;
  readonly people: People;
  readonly reads: ReadBudget;
  readonly rateLimits: RateLimits;
  readonly timings: Timings;
  /** The user who calls; FORBIDDEN for a service token. */
  readonly userOf: (viewer: Viewer) => string;
  /** The name of a connection, as the store knows it. */
  readonly nameOf: (connectionId: string | null) => string | null;
  readonly heldSessions: Pick<HeldSessionService, 'isMissing' | 'ensureRestored'>;
}) => {
  const liveRecord = async (userId: string) => {
    const { records, unreadable, doubtful } = await store.read([userId]);
    if (unreadable?.has(userId)) throw unreadableRecord();
    // Whoever hid since the store had their record is not told of.
    return doubtful?.has(userId) ? undefined : records.get(userId);
  };

  /** The record of one who is seen live, once the session of the connection that speaks is there. */
  const seenLiveRecord = async (userId: string, connectionId: string | null = null) => {
    let record = await liveRecord(userId);
    if (heldSessions.isMissing(connectionId, record)) {
      await heldSessions.ensureRestored(connectionId);
      record = await liveRecord(userId);
    }
    return record && isSeenLive(record) ? record : undefined;
  };

  /** A start is stored, the record read again, and only then announced: hiding commits before it clears typing. */
  const start = async (conversationId: string, userId: string, sessionId: string) => {
    const { announced, expiresAt } = await store.startTyping({
      conversationId,
      userId,
      sessionId,
      forMs: timings.typingTimeoutMs,
    });
    if (!announced) {
      if (await seenLiveRecord(userId)) await store.announceTyping(conversationId, userId);
      else await store.clearTyping(userId, conversationId);
    }
    return expiresAt;
  };

  /** Those who type in a conversation of which it is known that the viewer is a member. */
  const typingAsKnown = async (viewerId: string, typing: readonly TypingEntry[]): Promise<ReadonlySet<string>> => {
    const shared = await Promise.allSettled(typing.map((entry) => people.membership(entry.conversationId, viewerId)));
    const isShared = (i: number) => shared[i]?.status === 'fulfilled' && shared[i].value?.isMember === true;
    return new Set(typing.filter((_, i) => isShared(i)).map(({ userId }) => userId));
  };

  /** Of those who type, whom the viewer may see type by what holds now. */
  const typingAsAsked = async (viewerId: string, typing: readonly TypingEntry[]): Promise<ReadonlySet<string>> => {
    const [shared, blocked] = await Promise.all([
      people.conversationsAmong(viewerId, [...new Set(typing.map(({ conversationId }) => conversationId))]),
      people.blockedAmong(viewerId, [...new Set(typing.map(({ userId }) => userId))]),
    ]);
    const seen = typing.filter(({ conversationId, userId }) => shared.has(conversationId) && !blocked.has(userId));
    return new Set(seen.map(({ userId }) => userId));
  };

  /** The database did not answer the last question; since then one question at a time looks whether it does again. */
  let isAway = false;
  let isLooking = false;
  const lookAgain = async (question: () => Promise<unknown>): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    isAway = await question().then(
      () => false,
      (error: unknown) => isUnavailable(error),
    );
    isLooking = false;
  };

  const verbs: Pick<Presence, 'setTyping' | 'typing' | 'typingAmong'> = {
    async setTyping({ viewer, connectionId }, input) {
      const userId = userOf(viewer);
      const conversationId = checkId(input.conversationId, 'conversationId');
      const named = input.sessionId === undefined ? null : checkId(input.sessionId, 'sessionId');
      await rateLimits.take('typing', userId);
      await checkMayUseTyping({ conversation: people.membership }, viewer, conversationId);
      const record = await seenLiveRecord(userId, connectionId);
      const answer = (expiresAt: number | null): TypingView => ({
        conversationId,
        userId,
        isTyping: expiresAt !== null,
        expiresAt,
      });
      // What a user types whom nobody sees live is accepted and kept nowhere.
      if (!record) return answer(input.isTyping ? (await store.now()) + timings.typingTimeoutMs : null);
      const sessionId =
        named ?? resolveSession(record, { sessionId: null, connectionId: nameOf(connectionId) })?.id ?? '';
      if (input.isTyping) return answer(await start(conversationId, userId, sessionId));
      return answer((await store.stopTyping({ conversationId, userId, sessionId })).expiresAt);
    },

    async typing(viewer, conversationId) {
      checkId(conversationId, 'conversationId');
      return reads.open(viewer, 'query', async () => {
        await checkMayUseTyping(people, viewer, conversationId);
        const typists = (await store.typing([conversationId])).filter(({ userId }) => userId !== viewer.userId);
        const blocked = await people.blockedAmong(
          viewer.userId,
          typists.map(({ userId }) => userId),
        );
        const result = typists
          .filter(({ userId }) => !blocked.has(userId))
          .map((entry): TypingView => ({ ...entry, isTyping: true }));
        // Who is not shown costs nothing: what is left of an allowance can be told.
        return { result, counted: result.length };
      });
    },

    async typingAmong(viewer, userIds) {
      if (viewer.kind !== 'user') return new Set();
      // The rest is asked also where nobody types: somebody may, where the viewer may not know.
      const typing = await store.typingOf(userIds);
      const question = () => typingAsAsked(viewer.userId, typing);
      try {
        if (!isAway) return await question();
        void lookAgain(question);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        isAway = true;
      }
      // Of users whom an open subscription shows: it goes on with what is known, and the rest is denied. Its events wait
      // for the database once, and not each of them.
      return typingAsKnown(viewer.userId, typing);
    },
  };

  return {
    ...verbs,
    /** A conversation changed: ends the typing of those who may not type there any more. */
    async endTypingOfStrangers(conversationId: string): Promise<void> {
      const typists = (await store.typing([conversationId])).map(({ userId }) => userId);
      if (typists.length === 0) return;
      const found = await people.conversationFor(conversationId, typists);
      const strangers = typists.filter((userId) => !mayUseTyping(found.get(userId)));
      await inBatches(strangers, (userId) => store.clearTyping(userId, conversationId));
    },
  };
};
