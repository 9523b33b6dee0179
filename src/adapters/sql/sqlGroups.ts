import { and, eq, sql } from 'drizzle-orm';
import { badInput } from '../../presence/errors.js';
import type { AccessChange, UseChange } from '../../presence/ports/bus.js';
import type { ConversationOwner, GroupStore } from '../../presence/ports/groups.js';
import { type ConversationUse, isSameUse, mayRevokeUse } from '../../presence/visibility.js';
import type { Commit } from './accessCommit.js';
import { NEXT_ACT_NUMBER } from './actRows.js';
import { takeLocks } from './advisoryLock.js';
import type { Orm } from './database.js';
import { reopenDeletedConversation } from './deletedObjects.js';
import { awaitsRemoval, NEXT_RELATION_NUMBER } from './deletions.js';
import { textArray } from './expressions.js';
import { generationOf, ownerId } from './owners.js';
import { noteDeletedObject, type SocialRemovals } from './socialRemovals.js';
import { circleMembers, circles, conversationMembers, conversations } from './tables.js';

const MEMBERS_OF = {
  circle: { table: circleMembers, groupId: circleMembers.circleId, userId: circleMembers.userId },
  conversation: {
    table: conversationMembers,
    groupId: conversationMembers.conversationId,
    userId: conversationMembers.userId,
  },
} as const;

interface Replacement {
  readonly joined: readonly string[];
  readonly left: readonly string[];
  /** Present and former members. */
  readonly members: readonly string[];
}

/** Replaces the members of one circle or conversation, whose lock the transaction holds. */
const replaceMembers = async (
  tx: Orm,
  kind: keyof typeof MEMBERS_OF,
  id: string,
  memberIds: readonly string[],
): Promise<Replacement> => {
  const { table, groupId, userId } = MEMBERS_OF[kind];
  const wanted = textArray(memberIds);
  const left = await tx
    .delete(table)
    .where(and(eq(groupId, id), sql`${userId} <> all(${wanted})`))
    .returning({ userId });
  const joined = await tx
    .insert(table)
    .select(sql`select ${id}, member, ${NEXT_RELATION_NUMBER} from unnest(${wanted}) as member`)
    .onConflictDoUpdate({
      target: [groupId, userId],
      set: { since: sql`excluded.since` },
      setWhere: awaitsRemoval(sql`${table.since}`, sql`${userId}`),
    })
    .returning({ userId });
  const gone = left.map((row) => row.userId);
  return { joined: joined.map((row) => row.userId), left: gone, members: [...memberIds, ...gone] };
};

/** Who may use a row of `conversations`. */
const USE = { open: conversations.open, ownerId, audience: conversations.audience };

const useChange = (
  before: ConversationUse | undefined,
  { below, joined = [], deletedAt }: Pick<UseChange, 'below' | 'joined' | 'deletedAt'>,
): UseChange => ({
  before: before ? { open: before.open, ownerId: before.ownerId, audience: before.audience } : null,
  deleted: deletedAt !== undefined,
  ...(deletedAt !== undefined && { deletedAt }),
  below,
  ...(before && joined.length > 0 && { joined }),
});

/** Circles and conversations of the host. Members may be users who are not known yet. */
export const createGroupStore = ({
  commit,
  removals,
  maxMembers,
}: {
  readonly commit: Commit;
  /** What a deleted object takes along. */
  readonly removals: Pick<SocialRemovals, 'finishSoon'>;
  readonly maxMembers: number;
}) => {
  const distinct = (memberIds: readonly string[], what: string): readonly string[] => {
    const members = [...new Set(memberIds)];
    if (members.length > maxMembers) throw badInput(`A ${what} can have at most ${maxMembers} members.`);
    return members;
  };

  return {
    async putCircle(id, memberIds) {
      const wanted = distinct(memberIds, 'circle');
      await commit(async (tx) => {
        await takeLocks(tx, 'circle', [id]);
        await tx.insert(circles).values({ id }).onConflictDoNothing();
        const { joined, left, members } = await replaceMembers(tx, 'circle', id, wanted);
        const changed = [...joined, ...left];
        const change: AccessChange = { kind: 'circle', id, changed, members, mayRevoke: left.length > 0 };
        return { result: undefined, changes: changed.length > 0 ? [change] : [] };
      });
    },

    async deleteCircle(id) {
      return await commit(async (tx) => {
        await takeLocks(tx, 'circle', [id]);
        const [circle] = await tx.delete(circles).where(eq(circles.id, id)).returning();
        const { left } = await replaceMembers(tx, 'circle', id, []);
        const change: AccessChange = { kind: 'circle', id, changed: left, members: left, mayRevoke: true };
        return { result: circle !== undefined, changes: left.length > 0 ? [change] : [] };
      });
    },

    // To create, delete, open or close a conversation, or to give it to somebody, is an access change even where it has no
    // members: it decides who may use it.

    async putConversation(id: string, memberIds: readonly string[], open: boolean, owner?: ConversationOwner) {
      const wanted = distinct(memberIds, 'conversation');
      const after = { open, ownerId: owner?.userId ?? null, audience: owner?.audience ?? null };
      await commit(async (tx) => {
        await takeLocks(tx, 'conversation', [id]);
        const [before] = await tx.select(USE).from(conversations).where(eq(conversations.id, id));
        const [put] = await tx
          .insert(conversations)
          .values({ id, ...after, ownerGeneration: generationOf(after.ownerId) })
          .onConflictDoUpdate({
            target: conversations.id,
            set: { ...after, ownerGeneration: sql`excluded.owner_generation` },
          })
          .returning({ below: NEXT_ACT_NUMBER });
        if (before === undefined) await reopenDeletedConversation(tx, id);
        const { joined, left, members } = await replaceMembers(tx, 'conversation', id, wanted);
        const isUsedAlike = before !== undefined && isSameUse(before, after);
        const use = isUsedAlike ? {} : { use: useChange(before, { ...put!, joined }) };
        const flipped = before !== undefined && before.open !== open;
        const owned = before !== undefined && !isUsedAlike;
        const changed = flipped || owned ? members : [...joined, ...left];
        const mayRevoke = flipped || left.length > 0 || (before !== undefined && mayRevokeUse(before, after));
        const change: AccessChange = { kind: 'conversation', id, changed, members, mayRevoke, ...use };
        const isChange = before === undefined || flipped || owned || changed.length > 0;
        return { result: undefined, changes: isChange ? [change] : [] };
      });
    },

    async deleteConversation(id) {
      const existed = await commit(async (tx) => {
        await takeLocks(tx, 'conversation', [id]);
        const [conversation] = await tx.delete(conversations).where(eq(conversations.id, id)).returning(USE);
        // Acts and counts may be of an object that is no conversation.
        const { before, at } = await noteDeletedObject(tx, id, conversation !== undefined);
        if (!conversation) return { result: false, changes: [] };
        const { left } = await replaceMembers(tx, 'conversation', id, []);
        const use = useChange(conversation, { below: before, deletedAt: at });
        const change: AccessChange = { kind: 'conversation', id, changed: left, members: left, mayRevoke: true, use };
        return { result: true, changes: [change] };
      });
      await removals.finishSoon([id]);
      return existed;
    },
  } satisfies GroupStore;
};
