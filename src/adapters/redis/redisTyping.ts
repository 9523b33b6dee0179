import type { LiveStore } from '../../presence/ports/stores.js';
import type { TypingEntry } from '../../presence/ports/typing.js';
import { inShards } from './inShards.js';
import type { Keys, ShardKeys } from './keys.js';
import { inThrees } from './replies.js';
import type { Redises } from './scripts.js';

type TypingStore = Pick<
  LiveStore,
  | 'startTyping'
  | 'announceTyping'
  | 'stopTyping'
  | 'typing'
  | 'typingOf'
  | 'typedMsAgo'
  | 'clearTyping'
  | 'expireTyping'
>;

/** How many conversations one turn takes care of, and how many typists of each. */
const BATCH = 500;
/** How long the list of where a user may be typing outlives the latest start or stop: what is left tells when that was. */
const LIST_MS = 120_000;
/** For how long a conversation is listed beyond the end of the typing: clocks of shards differ. */
const LISTED_BEYOND_MS = 10_000;

/**
 * Who types where, in Redis. The typists of a conversation are one hash, and one sorted set by when they end; where a user
 * may be typing is a list of its own, in the user's shard, written before the start that it lists, and judged by the
 * conversations themselves.
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
  const typistsIn = (conversationId: string) => [
    shardOf(conversationId).shard,
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
    const [told, until] = await redises.run(
      'type',
      [...typistsIn(conversationId), shardOf(conversationId).typingDue],
      [act, userId, sessionId, forMs, conversationId, keys.typingChannel(conversationId), publish],
      () => act === 'stop' || act === 'clear',
    );
    return { announced: told === 1, until: Number(until) };
  };

  /** Who types in those conversations: of each the users named, or all where none is. One script a shard asks for many. */
  const typistsOf = async (asked: ReadonlyMap<string, readonly string[]>): Promise<readonly TypingEntry[]> => {
    const found = await Promise.all(
      inShards(keys, [...asked.keys()], BATCH).map(({ shard, ids }) => {
        const named = ids.flatMap((id) => [id, asked.get(id)!.length, ...asked.get(id)!]);
        const names = ids.flatMap((id) => [keys.typists(id), keys.typistsEnds(id)]);
        return redises.run('typists', [shards[shard]!.shard, ...names], named);
      }),
    );
    return found
      .flatMap(inThrees)
      .map(([conversationId, userId, expiresAt]) => ({ conversationId, userId, expiresAt }));
  };

  const listOf = (userId: string) => redises.ask((client) => client.zrange(keys.typingOf(userId), 0, -1));

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
      const list = async (userId: string) => {
        for (const id of await listOf(userId)) {
          const typists = asked.get(id) ?? [];
          typists.push(userId);
          asked.set(id, typists);
        }
      };
      await Promise.all([...new Set(userIds)].map(list));
      return typistsOf(asked);
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
                [...typistsIn(conversationId), typingDue],
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
