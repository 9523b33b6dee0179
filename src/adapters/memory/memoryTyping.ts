import type { CommitBus } from '../../presence/ports/bus.js';
import type { TypingEntry, TypingStore } from '../../presence/ports/typing.js';
import { expireTyping, startTyping, stopTyping, type TypingState, typingUntil } from '../../presence/typists.js';
import type { Clock } from './memoryClock.js';
import { createSchedule } from './schedule.js';

/** How long the moment of a user's latest start or stop is kept. */
const TYPED_MS = 120_000;

/** Who types where, in memory: the typists of each conversation in one map, the conversations of each user in another. */
export const createMemoryTyping = ({ bus, clock }: { bus: CommitBus; clock: Clock }): TypingStore => {
  const typists = new Map<string, Map<string, TypingState>>();
  const conversations = new Map<string, Set<string>>();
  /** One entry per typist of a conversation: the cost of a start does not depend on how many others type there. */
  const schedule = createSchedule();
  /** The latest start or stop of each user, earliest first. */
  const typedAt = new Map<string, number>();

  const noteTyped = (userId: string): void => {
    typedAt.delete(userId);
    typedAt.set(userId, clock());
  };

  const stateOf = (conversationId: string, userId: string) => typists.get(conversationId)?.get(userId);

  const set = (conversationId: string, userId: string, state: TypingState | undefined) => {
    const before = stateOf(conversationId, userId);
    if (state) {
      insertInto(typists, conversationId, () => new Map<string, TypingState>()).set(userId, state);
      insertInto(conversations, userId, () => new Set<string>()).add(conversationId);
    } else {
      removeFrom(typists, conversationId, userId);
      removeFrom(conversations, userId, conversationId);
    }
    schedule.set(JSON.stringify([conversationId, userId]), state ? typingUntil(state) : null);
    if (before?.announced && !state) {
      bus.publishTyping({ conversationId, userId, isTyping: false, expiresAt: null });
    }
  };

  const listed = (conversationId: string, userId: string): readonly TypingEntry[] => {
    const state = expireTyping(stateOf(conversationId, userId), clock());
    return state?.announced ? [{ conversationId, userId, expiresAt: typingUntil(state) }] : [];
  };

  return {
    async startTyping({ conversationId, userId, sessionId, forMs }) {
      noteTyped(userId);
      const now = clock();
      const state = startTyping(expireTyping(stateOf(conversationId, userId), now), sessionId, now + forMs);
      set(conversationId, userId, state);
      return { announced: state.announced, expiresAt: typingUntil(state) };
    },

    async announceTyping(conversationId, userId) {
      const state = stateOf(conversationId, userId);
      if (!state || state.announced) return;
      set(conversationId, userId, { ...state, announced: true });
      bus.publishTyping({ conversationId, userId, isTyping: true, expiresAt: typingUntil(state) });
    },

    async stopTyping({ conversationId, userId, sessionId }) {
      if (typedAt.has(userId)) noteTyped(userId);
      const state = expireTyping(stopTyping(stateOf(conversationId, userId), sessionId), clock());
      set(conversationId, userId, state);
      return { expiresAt: state ? typingUntil(state) : null };
    },

    async typing(conversationIds) {
      return conversationIds.flatMap((conversationId) =>
        [...(typists.get(conversationId)?.keys() ?? [])].flatMap((userId) => listed(conversationId, userId)),
      );
    },

    async typingOf(userIds) {
      return userIds.flatMap((userId) =>
        [...(conversations.get(userId) ?? [])].flatMap((conversationId) => listed(conversationId, userId)),
      );
    },

    async typedMsAgo(userId) {
      const at = typedAt.get(userId);
      return at === undefined || at <= clock() - TYPED_MS ? null : clock() - at;
    },

    async clearTyping(userId, conversationId) {
      if (conversationId === null) typedAt.delete(userId);
      const cleared = conversationId === null ? [...(conversations.get(userId) ?? [])] : [conversationId];
      for (const id of cleared) set(id, userId, undefined);
    },

    async expireTyping() {
      const now = clock();
      for (const [userId, at] of typedAt) {
        if (at > now - TYPED_MS) break;
        typedAt.delete(userId);
      }
      let ended = 0;
      for (const key of schedule.due(now, Number.POSITIVE_INFINITY)) {
        const [conversationId, userId] = JSON.parse(key) as [string, string];
        ended += 1;
        set(conversationId, userId, undefined);
      }
      return ended;
    },
  };
};

const insertInto = <V>(map: Map<string, V>, key: string, make: () => V): V => {
  const present = map.get(key) ?? make();
  map.set(key, present);
  return present;
};

const removeFrom = (
  map: Map<string, { delete(member: string): boolean; readonly size: number }>,
  key: string,
  member: string,
) => {
  const members = map.get(key);
  members?.delete(member);
  if (members?.size === 0) map.delete(key);
};
