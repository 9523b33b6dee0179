import type { TypingEntry, TypingStore } from '../../presence/ports/typing.js';
import { inShards } from './inShards.js';
import type { Keys, ShardKeys } from './keys.js';
import type { RedisLeases } from './redisLeases.js';
import { inThrees } from './replies.js';
import type { Redises } from './scripts.js';

/** How many conversations one call of `expireTyping` takes from a shard, and how many typists from each. */
const BATCH = 500;
/** How long the list of a user's conversations outlives the latest start or stop; its time to live tells when that was. */
const LIST_MS = 120_000;
/** How long a conversation stays listed after the typing ends: clocks of shards differ. */
const LISTED_BEYOND_MS = 10_000;

/**
 * Who types where, in Redis. A conversation has its typists in a hash, and in a sorted set by when they end. A user has a
 * list of conversations, in the user's own shard: it may name too many, never too few, since it is written before each start.
 */
export const createRedisTyping = ({
  redises,
  keys,
  publish,
  due,
}: {
  readonly redises: Redises;
  readonly keys: Keys;
  readonly publish: 'PUBLISH' | 'SPUBLISH';
  /** Up to `limit` members of a shard's schedule that are due. */
  readonly due: RedisLeases['due'];
}): TypingStore => {
  const typistsIn = ({ shard }: ShardKeys, conversationId: string) => [
    shard,
    keys.typists(conversationId),
    keys.typistsEnds(conversationId),
  ];

  const change = async (
    act: 'start' | 'stop' | 'clear' | 'announce',
    {
      conversationId,
      userId,
      sessionId = '',
      forMs = 0,
    }: { conversationId: string; userId: string; sessionId?: string; forMs?: number },
  ) => {
    const shard = keys.ofId(conversationId);
    const [announced, until] = await redises.run(
      'type',
      [...typistsIn(shard, conversationId), shard.typingDue],
      [act, userId, sessionId, forMs, conversationId, keys.typingChannel(conversationId), publish],
      () => act === 'stop' || act === 'clear',
    );
    return { announced: announced === 1, until: Number(until) };
  };

  /** The typists of conversations, each with the users to look for (none: all). One script a shard and {@link BATCH}. */
  const typistsOf = async (asked: ReadonlyMap<string, readonly string[]>): Promise<readonly TypingEntry[]> => {
    const found = await Promise.all(
      inShards(keys, [...asked.keys()], BATCH).map(({ keys: { shard }, ids }) => {
        const named = ids.flatMap((id) => [id, asked.get(id)!.length, ...asked.get(id)!]);
        const names = ids.flatMap((id) => [keys.typists(id), keys.typistsEnds(id)]);
        return redises.run('typists', [shard, ...names], named);
      }),
    );
    return found
      .flatMap(inThrees)
      .map(([conversationId, userId, expiresAt]) => ({ conversationId, userId, expiresAt }));
  };

  const conversationsOf = (userId: string) => redises.ask((client) => client.zrange(keys.typingOf(userId), 0, -1));

  return {
    async startTyping(entry) {
      const listedMs = entry.forMs + LISTED_BEYOND_MS;
      await redises.run('list', [keys.typingOf(entry.userId)], [entry.conversationId, listedMs, LIST_MS]);
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
      return typistsOf(new Map(conversationIds.map((id) => [id, []])));
    },

    async typingOf(userIds) {
      const asked = new Map<string, string[]>();
      const ask = async (userId: string) => {
        for (const id of await conversationsOf(userId)) {
          const typists = asked.get(id) ?? [];
          typists.push(userId);
          asked.set(id, typists);
        }
      };
      await Promise.all([...new Set(userIds)].map(ask));
      return typistsOf(asked);
    },

    async typedMsAgo(userId) {
      const leftMs = await redises.ask((client) => client.pttl(keys.typingOf(userId)));
      return leftMs < 0 ? null : Math.max(0, LIST_MS - leftMs);
    },

    async clearTyping(userId, conversationId) {
      const conversationIds = conversationId === null ? await conversationsOf(userId) : [conversationId];
      await Promise.all(conversationIds.map((id) => change('clear', { conversationId: id, userId })));
      if (conversationId === null) await redises.ask((client) => client.del(keys.typingOf(userId)));
    },

    async expireTyping() {
      const ended = await Promise.all(
        keys.all.map(async (shard) => {
          const ended = await due(shard.shard, shard.typingDue, BATCH);
          const stopped = await Promise.all(
            ended.map(({ member: conversationId }) =>
              redises.run(
                'lapse',
                [...typistsIn(shard, conversationId), shard.typingDue],
                [conversationId, keys.typingChannel(conversationId), publish, BATCH],
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
