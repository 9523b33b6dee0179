/** Reads of conversations and their members. */
import { eq, sql } from 'drizzle-orm';
import type { AccessReader } from '../../presence/ports/access.js';
import type { Database, Orm } from './database.js';
import { exists, textArray } from './expressions.js';
import { createPairLookup, type PairCondition } from './pairLookup.js';
import { conversationMembers, conversations } from './tables.js';

export const conversationsQuery = (orm: Orm, userId: string, limit: number) =>
  orm
    .select({ id: conversationMembers.conversationId })
    .from(conversationMembers)
    .where(eq(conversationMembers.userId, userId))
    .orderBy(conversationMembers.conversationId)
    .limit(limit);

/** The user is a member of the conversation. */
export const isMember: PairCondition = (userId, conversationId) =>
  exists(sql`conversation_members where conversation_id = ${conversationId} and user_id = ${userId}`);

/** One row for each of the users; none where there is no such conversation. */
export const conversationQuery = (orm: Orm, conversationId: string, userIds: readonly string[]) =>
  orm
    .select({
      id: sql<string>`asked.id`,
      open: conversations.open,
      isMember: exists(sql`conversation_members where conversation_id = ${conversationId} and user_id = asked.id`),
    })
    .from(sql`unnest(${textArray(userIds)}) as asked (id)`)
    .innerJoin(conversations, eq(conversations.id, conversationId));

export const createConversations = ({ db }: { readonly db: Database }) => {
  const conversationFor: AccessReader['conversationFor'] = async (conversationId, userIds) => {
    const rows = await db.run((orm) => conversationQuery(orm, conversationId, userIds));
    return new Map(rows.map(({ id, open, isMember }) => [id, { open, isMember }]));
  };
  return {
    conversationFor,

    async conversation(conversationId, userId) {
      return (await conversationFor(conversationId, [userId])).get(userId);
    },

    async conversationsOf(userId, limit) {
      const rows = await db.run((orm) => conversationsQuery(orm, userId, limit));
      return rows.map((row) => row.id);
    },

    conversationsAmong: createPairLookup({ db, condition: isMember }),
  } satisfies Pick<AccessReader, 'conversation' | 'conversationFor' | 'conversationsOf' | 'conversationsAmong'>;
};
