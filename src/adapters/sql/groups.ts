import { and, eq, type SQL, sql } from 'drizzle-orm';
import { badInput } from '../../presence/errors.js';
import type { AccessChange } from '../../presence/ports/bus.js';
import type { People } from '../../presence/ports/stores.js';
import { exists } from './accessSummary.js';
import { textArray } from './arrays.js';
import type { Database, Orm } from './database.js';
import { isLeftOver, NEXT_NUMBER } from './deletions.js';
import { type Commit, lock } from './factCommit.js';
import { createHeld, type Holds } from './heldRelations.js';
import { circleMembers, circles, conversationMembers, conversations } from './tables.js';

/** Who came and who left, and who is or was a member. */
interface Membership {
  readonly came: readonly string[];
  readonly left: readonly string[];
  readonly members: readonly string[];
}

/** Replaces the members of one circle or conversation; the lock on it is held. */
type ReplaceMembers = (tx: Orm, id: string, memberIds: readonly string[]) => Promise<Membership>;

const replaceCircleMembers: ReplaceMembers = async (tx, id, memberIds) => {
  const wanted = textArray(memberIds);
  const left = await tx
    .delete(circleMembers)
    .where(and(eq(circleMembers.circleId, id), sql`${circleMembers.userId} <> all(${wanted})`))
    .returning({ userId: circleMembers.userId });
  const came = await tx
    .insert(circleMembers)
    .select(membersOf(id, wanted))
    .onConflictDoUpdate({
      target: [circleMembers.circleId, circleMembers.userId],
      set: { since: sql`excluded.since` },
      setWhere: isLeftOver(sql`${circleMembers.since}`, sql`${circleMembers.userId}`),
    })
    .returning({ userId: circleMembers.userId });
  return membership(memberIds, came, left);
};

const replaceConversationMembers: ReplaceMembers = async (tx, id, memberIds) => {
  const wanted = textArray(memberIds);
  const left = await tx
    .delete(conversationMembers)
    .where(and(eq(conversationMembers.conversationId, id), sql`${conversationMembers.userId} <> all(${wanted})`))
    .returning({ userId: conversationMembers.userId });
  const came = await tx
    .insert(conversationMembers)
    .select(membersOf(id, wanted))
    .onConflictDoUpdate({
      target: [conversationMembers.conversationId, conversationMembers.userId],
      set: { since: sql`excluded.since` },
      setWhere: isLeftOver(sql`${conversationMembers.since}`, sql`${conversationMembers.userId}`),
    })
    .returning({ userId: conversationMembers.userId });
  return membership(memberIds, came, left);
};

const membersOf = (id: string, wanted: SQL): SQL =>
  sql`select ${id}, member, ${NEXT_NUMBER} from unnest(${wanted}) as member`;

type Row = { readonly userId: string };

const membership = (memberIds: readonly string[], came: readonly Row[], left: readonly Row[]): Membership => {
  const gone = left.map((row) => row.userId);
  return { came: came.map((row) => row.userId), left: gone, members: [...memberIds, ...gone] };
};

export const conversationsQuery = (orm: Orm, userId: string, limit: number) =>
  orm
    .select({ id: conversationMembers.conversationId })
    .from(conversationMembers)
    .where(eq(conversationMembers.userId, userId))
    .orderBy(conversationMembers.conversationId)
    .limit(limit);

/** Of a user and a conversation. */
export const isMember: Holds = (userId, conversationId) =>
  exists(sql`conversation_members where conversation_id = ${conversationId} and user_id = ${userId}`);

/** A row for each of the users; none where there is no such conversation. */
export const conversationQuery = (orm: Orm, conversationId: string, userIds: readonly string[]) =>
  orm
    .select({
      id: sql<string>`asked.id`,
      open: conversations.open,
      isMember: exists(sql`conversation_members where conversation_id = ${conversationId} and user_id = asked.id`),
    })
    .from(sql`unnest(${textArray(userIds)}) as asked (id)`)
    .innerJoin(conversations, eq(conversations.id, conversationId));

/** Circles and conversations of the host. Members may be users who are not known yet. */
export const createGroups = ({
  db,
  commit,
  maxMembers,
}: {
  readonly db: Database;
  readonly commit: Commit;
  readonly maxMembers: number;
}) => {
  const distinct = (memberIds: readonly string[], what: string): readonly string[] => {
    const members = [...new Set(memberIds)];
    if (members.length > maxMembers) throw badInput(`A ${what} can have at most ${maxMembers} members.`);
    return members;
  };

  const conversationFor: People['conversationFor'] = async (conversationId, userIds) => {
    const rows = await db.run((orm) => conversationQuery(orm, conversationId, userIds));
    return new Map(rows.map(({ id, open, isMember }) => [id, { open, isMember }]));
  };

  return {
    async putCircle(id, memberIds) {
      const members = distinct(memberIds, 'circle');
      await commit(async (tx) => {
        await lock(tx, 'circle', [id]);
        await tx.insert(circles).values({ id }).onConflictDoNothing();
        const { came, left, members: touched } = await replaceCircleMembers(tx, id, members);
        const changed = [...came, ...left];
        const change: AccessChange = { kind: 'circle', id, changed, members: touched, mayRevoke: left.length > 0 };
        return { result: undefined, changes: changed.length > 0 ? [change] : [] };
      });
    },

    async deleteCircle(id) {
      return await commit(async (tx) => {
        await lock(tx, 'circle', [id]);
        const [circle] = await tx.delete(circles).where(eq(circles.id, id)).returning();
        const { left } = await replaceCircleMembers(tx, id, []);
        const change: AccessChange = { kind: 'circle', id, changed: left, members: left, mayRevoke: true };
        return { result: circle !== undefined, changes: left.length > 0 ? [change] : [] };
      });
    },

    // A conversation that comes, goes, or changes between open and not is a change also where it has no members: it
    // decides who may use its typing.

    async putConversation(id, memberIds, open) {
      const members = distinct(memberIds, 'conversation');
      await commit(async (tx) => {
        await lock(tx, 'conversation', [id]);
        const [before] = await tx.select().from(conversations).where(eq(conversations.id, id));
        await tx
          .insert(conversations)
          .values({ id, open })
          .onConflictDoUpdate({ target: conversations.id, set: { open } });
        const { came, left, members: touched } = await replaceConversationMembers(tx, id, members);
        const flipped = before !== undefined && before.open !== open;
        const changed = flipped ? touched : [...came, ...left];
        const mayRevoke = flipped || left.length > 0;
        const change: AccessChange = { kind: 'conversation', id, changed, members: touched, mayRevoke };
        const isChange = before === undefined || flipped || changed.length > 0;
        return { result: undefined, changes: isChange ? [change] : [] };
      });
    },

    async deleteConversation(id) {
      return await commit(async (tx) => {
        await lock(tx, 'conversation', [id]);
        const [conversation] = await tx.delete(conversations).where(eq(conversations.id, id)).returning();
        if (!conversation) return { result: false, changes: [] };
        const { left } = await replaceConversationMembers(tx, id, []);
        const change: AccessChange = { kind: 'conversation', id, changed: left, members: left, mayRevoke: true };
        return { result: true, changes: [change] };
      });
    },

    conversationFor,

    async conversation(conversationId, userId) {
      return (await conversationFor(conversationId, [userId])).get(userId);
    },

    async conversationsOf(userId, limit) {
      const rows = await db.run((orm) => conversationsQuery(orm, userId, limit));
      return rows.map((row) => row.id);
    },

    conversationsAmong: createHeld({ db, holds: isMember }),
  } satisfies Pick<
    People,
    | 'putCircle'
    | 'deleteCircle'
    | 'conversationsAmong'
    | 'putConversation'
    | 'deleteConversation'
    | 'conversation'
    | 'conversationFor'
    | 'conversationsOf'
  >;
};
