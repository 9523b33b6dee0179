/** Reads of conversations, their members, and who may use them. */
import { type SQL, sql } from 'drizzle-orm';
import { pairKey } from '../../presence/pairs.js';
import type { AccessReader, ConversationPair, ConversationReader } from '../../presence/ports/access.js';
import type { Audience, ConversationFacts } from '../../presence/visibility.js';
import { follows, isBlocked, sharesCircle, sharesConversation } from './accessFacts.js';
import type { Database, Orm } from './database.js';
import { exists, textArray } from './expressions.js';
import { ownerId } from './owners.js';
import { createPairLookup, type PairCondition } from './pairLookup.js';

/** Its owner is blocked either way with the user: also a member may not use it then, see `mayUse`. */
const ownerIsBlocked = (userId: SQL, conversationId: SQL): SQL<boolean> =>
  exists(sql`
    conversations where id = ${conversationId} and owner_id is not null and ${isBlocked(userId, ownerId)}`);

/** The first `limit` by id of the user's conversations, with their owners. */
export const conversationsQuery = (orm: Orm, userId: string, limit: number) =>
  orm
    .select({
      id: sql<string>`own.conversation_id`,
      ownerId: sql<string | null>`found.owner_id`,
      blocked: sql<boolean>`case when found.owner_id is null then false
        else ${isBlocked(sql`${userId}`, sql`found.owner_id`)} end`,
    })
    .from(
      sql`(
        select conversation_id from conversation_members where user_id = ${userId} order by conversation_id limit ${limit}
      ) as own left join lateral (
        select ${ownerId} as owner_id from conversations where id = own.conversation_id offset 0
      ) as found on true`,
    )
    .orderBy(sql`own.conversation_id`);

/** The user is a member of the conversation, and may use it. */
export const isMember: PairCondition = (userId, conversationId) => sql`(
  ${exists(sql`conversation_members where conversation_id = ${conversationId} and user_id = ${userId}`)}
  and not ${ownerIsBlocked(userId, conversationId)})`;

/** The audiences that depend on who relates to whom by more than a follow. */
const ifShared = (condition: SQL): SQL<boolean> =>
  sql<boolean>`case when found.audience in ('FOLLOWERS', 'MUTUALS') then ${condition} else false end`;

/**
 * One row for each pair whose conversation exists, in one query. Circles and conversations that a user shares with the owner are
 * looked up from the side with more distinct users, and only where the audience depends on them.
 */
export const conversationFactsQuery = (orm: Orm, pairs: readonly ConversationPair[]) => {
  const userIds = pairs.map(({ userId }) => userId);
  const conversationIds = pairs.map(({ conversationId }) => conversationId);
  const user = sql`asked.user_id`;
  const owner = sql`found.owner_id`;
  const [many, few] = new Set(userIds).size > new Set(conversationIds).size ? [user, owner] : [owner, user];
  return orm
    .select({
      userId: sql<string>`asked.user_id`,
      conversationId: sql<string>`asked.conversation_id`,
      open: sql<boolean>`found.open`,
      isMember: exists(sql`conversation_members where conversation_id = found.id and user_id = asked.user_id`),
      ownerId: sql<string | null>`found.owner_id`,
      audience: sql<Audience | null>`found.audience`,
      ownerExists: exists(sql`users where id = ${owner} and deleted_at is null`),
      relation: {
        follows: follows(user, owner),
        followedBy: follows(owner, user),
        sharesCircle: ifShared(sharesCircle(many, few)),
        sharesConversation: ifShared(sharesConversation(many, few)),
        blocked: sql<boolean>`${isBlocked(user, owner)}`,
      },
    })
    .from(
      sql`unnest(${textArray(userIds)}, ${textArray(conversationIds)}) as asked (user_id, conversation_id)
      join lateral (
        select id, open, ${ownerId} as owner_id, audience from conversations where id = asked.conversation_id offset 0
      ) as found on true`,
    );
};

/** The conversations that were given to a user, or to who had the id before, the first `limit` by id. */
export const ownedConversationsQuery = (orm: Orm, userId: string, limit: number) =>
  orm
    .select({ id: sql<string>`owned.id` })
    .from(sql`conversations as owned`)
    .where(sql`owned.owner_id = ${userId}`)
    .orderBy(sql`owned.id`)
    .limit(limit);

type ConversationRow = Awaited<ReturnType<typeof conversationFactsQuery>>[number];

const toConversationFacts = ({ open, isMember, ownerId, audience, ownerExists, relation }: ConversationRow) =>
  ({
    open,
    isMember,
    ...(ownerId !== null && { owner: { userId: ownerId, audience, exists: ownerExists, relation } }),
  }) satisfies ConversationFacts;

export const createConversations = ({ db }: { readonly db: Database }) => {
  const conversationFacts: ConversationReader['conversationFacts'] = async (pairs) => {
    const asked = new Map(pairs.map((pair) => [pairKey(pair.userId, pair.conversationId), pair]));
    const rows = await db.run((orm) => conversationFactsQuery(orm, [...asked.values()]));
    return new Map(rows.map((row) => [pairKey(row.userId, row.conversationId), toConversationFacts(row)]));
  };

  const conversationFor: AccessReader['conversationFor'] = async (conversationId, userIds) => {
    const found = await conversationFacts(userIds.map((userId) => ({ userId, conversationId })));
    return new Map(
      userIds.flatMap((userId) => {
        const facts = found.get(pairKey(userId, conversationId));
        return facts ? [[userId, facts]] : [];
      }),
    );
  };

  return {
    conversationFacts,
    conversationFor,

    async conversation(conversationId, userId) {
      return (await conversationFor(conversationId, [userId])).get(userId);
    },

    async conversationsOf(userId, limit) {
      return await db.run((orm) => conversationsQuery(orm, userId, limit));
    },

    async conversationsOwnedBy(userId, limit) {
      const rows = await db.run((orm) => ownedConversationsQuery(orm, userId, limit));
      return rows.map((row) => row.id);
    },

    conversationsAmong: createPairLookup({ db, condition: isMember }),
  } satisfies Pick<
    AccessReader,
    'conversation' | 'conversationFor' | 'conversationsOf' | 'conversationsOwnedBy' | 'conversationsAmong'
  > &
    ConversationReader;
};
