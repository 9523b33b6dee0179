import type { Store, TypingEntry } from '../presence/ports.js';
import type { Keys, ShardKeys } from './keys.js';
import { inPairs } from './replies.js';
import type { Redises } from './scripts.js';

type TypingStore = Pick<
  Store,
  | 'startTyping'
  | 'announceTyping'
  | 'stopTyping'
  | 'typing'
  | 'typingOf'
  | 'typedMsAgo'
  | 'clearTyping'
  | 'expireTyping'
>;

/** How many conversations one turn takes care of. */
const BATCH = 500;
/** How long the list of where a user may be typing outlives the latest start or stop: what is left tells when that was. */
const LIST_MS = 120_000;

/**
 * Who types where, in Redis. The typists of a conversation are one hash; where a user may be typing is a list of its
 * own, in the user's shard, written before the start that it lists, and judged by the conversations themselves.
 */
export const createRedisTyping = ({
  redises,
  keys,
  shards,
  publish,
  due,
}: {
  readonly redises: Redises;
  readonly keys: Keys;
  readonly shards: readonly ShardKeys[];
  readonly publish: 'PUBLISH' | 'SPUBLISH';
  /** What of the schedule of a shard is due. */
  readonly due: (shard: string, schedule: string, limit: number) => Promise<readonly string[]>;
}): TypingStore => {
  const shardOf = (conversationId: string) => shards[keys.shardOf(conversationId)]!;

  const change = async (
    act: 'start' | 'stop' | 'clear' | 'announce',
    {
      conversationId,
      userId,
      sessionId = '',
      forMs = 0,
    }: { conversationId: string; userId: string; sessionId?: string; forMs?: number },
  ) => {
    const { shard, typingDue } = shardOf(conversationId);
    const [told, until] = await redises.run(
      'type',
      [shard, keys.typing(conversationId), typingDue],
      [act, userId, sessionId, forMs, conversationId, keys.typingChannel(conversationId), publish],
      () => act === 'stop' || act === 'clear',
    );
    return { announced: told === 1, until: Number(until) };
  };

  const typistsOf = async (conversationId: string): Promise<readonly TypingEntry[]> => {
    const found = await redises.run('typists', [shardOf(conversationId).shard, keys.typing(conversationId)]);
    return inPairs(found).map(([userId, expiresAt]) => ({ conversationId, userId, expiresAt }));
  };

  const listOf = (userId: string) => redises.ask((client) => client.smembers(keys.typingOf(userId)));

  return {
    async startTyping(entry) {
      await redises.run('list', [keys.typingOf(entry.userId)], [entry.conversationId, LIST_MS]);
      const { announced, until } = await change('start', entry);
      return { announced, expiresAt: until };
    },

    async announceTyping(conversationId, userId) {
      await change('announce', { conversationId, userId });
    },

    async stopTyping(entry) {
      await redises.ask((client) => client.pexpire(keys.typingOf(entry.userId), LIST_MS));
      const { until } = await change('stop', entry);
      return { expiresAt: until === 0 ? null : until };
    },

    async typing(conversationIds) {
      return (await Promise.all(conversationIds.map(typistsOf))).flat();
    },

    async typingOf(userIds) {
      const lists = await Promise.all(userIds.map(listOf));
      const conversationIds = [...new Set(lists.flat())];
      if (conversationIds.length === 0) return [];
      const asked = new Set(userIds);
      return (await Promise.all(conversationIds.map(typistsOf))).flat().filter(({ userId }) => asked.has(userId));
    },

    async typedMsAgo(userId) {
      const leftMs = await redises.ask((client) => client.pttl(keys.typingOf(userId)));
      return leftMs < 0 ? null : Math.max(0, LIST_MS - leftMs);
    },

    async clearTyping(userId, conversationId) {
      const conversationIds = conversationId === null ? await listOf(userId) : [conversationId];
      await Promise.all(conversationIds.map((id) => change('clear', { conversationId: id, userId })));
      if (conversationId === null) await redises.ask((client) => client.del(keys.typingOf(userId)));
    },

    async expireTyping() {
      const ended = await Promise.all(
        shards.map(async ({ shard, typingDue }) => {
          const conversationIds = await due(shard, typingDue, BATCH);
          const stopped = await Promise.all(
            conversationIds.map((conversationId) =>
              redises.run(
                'lapse',
                [shard, keys.typing(conversationId), typingDue],
                [conversationId, keys.typingChannel(conversationId), publish],
              ),
            ),
          );
          return stopped.reduce((sum, [count]) => sum + Number(count), 0);
        }),
      );
      return ended.reduce((sum, count) => sum + count, 0);
    },
  };
};
