import { and, eq, type SQL, sql } from 'drizzle-orm';
import { inPieces } from '../../async/batches.js';
import { badInput, notFound } from '../../presence/errors.js';
import type { AccessChange } from '../../presence/ports/bus.js';
import type { RelationStore } from '../../presence/ports/relations.js';
import { effectivePrivacy } from '../../presence/visibility.js';
import type { SocialChange } from '../../social/ports/socialBus.js';
import { accessCommit } from './accessCommit.js';
import { takeLocks } from './advisoryLock.js';
import type { Orm } from './database.js';
import { awaitsRemoval, NEXT_RELATION_NUMBER } from './deletions.js';
import { textArray } from './expressions.js';
import { retractFollow, tellFollow } from './followActs.js';
import type { CommitSocial } from './socialCommit.js';
import { trayChanges } from './sqlActs.js';
import { blocks, follows, users } from './tables.js';
import { changeSightOfPair } from './traySight.js';
import { applyUpsert, difference } from './upsert.js';
import { presentUserQuery, privacyColumns, toStoredUser, userChange } from './userRows.js';

/** Users whose follows one statement counts. */
const COUNTED_TOGETHER = 25;

type Follow = Parameters<RelationStore['addFollows']>[0][number];

const relationChange = (
  from: string,
  to: string,
  mayRevoke: boolean,
): AccessChange & { readonly kind: 'relation' } => ({
  kind: 'relation',
  users: [from, to],
  mayRevoke,
});

const pairsOf = (list: readonly Follow[]): SQL => sql`
  select distinct follower_id, followee_id
  from unnest(${textArray(list.map((item) => item.followerId))}, ${textArray(list.map((item) => item.followeeId))})
    as pair (follower_id, followee_id)
  where follower_id <> followee_id`;

/**
 * Rejects with BAD_USER_INPUT, which rolls the transaction back, when one of those users now follows more than
 * `maxFollows` others. A bulk call may name a thousand users: several statements keep each well within the statement
 * timeout.
 */
const checkFollows = async (tx: Orm, followerIds: readonly string[], maxFollows: number): Promise<void> => {
  for (const piece of inPieces(followerIds, COUNTED_TOGETHER)) {
    const [over] = await tx
      .select({ id: sql<string>`asked.id` })
      .from(sql`unnest(${textArray(piece)}) as asked (id)`)
      .where(sql`exists (select from follows where follower_id = asked.id offset ${maxFollows})`)
      .limit(1);
    if (over) throw badInput(`A user can follow at most ${maxFollows} others, and ${over.id} would follow more.`);
  }
};

/** The same for the blocks of a user. */
const checkBlocks = async (tx: Orm, blockerId: string, maxBlocks: number): Promise<void> => {
  const count = await tx.$count(blocks, eq(blocks.blockerId, blockerId));
  if (count > maxBlocks) throw badInput(`A user can block at most ${maxBlocks} others.`);
};

/** False for a tombstone: a token that is still in use just after the deletion must leave nothing behind. */
const mayAct = (userId: string): SQL => sql`
  not exists (select from users where id = ${userId} and deleted_at is not null)`;

/** A relation that a user makes or ends by themselves is an act, too: see `followActs.ts`. */
type Tell = (tx: Orm, follow: Follow) => Promise<readonly SocialChange[]>;
const tellNothing: Tell = async () => [];

/**
 * Follows, blocks and privacy, with what they do to trays. A relation names any two ids and takes effect once both users exist; one with oneself is
 * not stored. A relation that exists already is neither written nor published again.
 */
export const createRelationStore = ({
  commitSocial,
  maxFollows,
  maxBlocks,
  pushAfterMs,
}: {
  readonly commitSocial: CommitSocial;
  readonly maxFollows: number;
  readonly maxBlocks: number;
  /** How long a notice of a follow waits unread for its push. */
  readonly pushAfterMs: number;
}) => {
  const commit = accessCommit(commitSocial);
  const toldIn = async (tx: Orm, list: readonly Follow[], tell: Tell): Promise<readonly SocialChange[]> => {
    const social: SocialChange[] = [];
    for (const follow of list) social.push(...(await tell(tx, follow)));
    return social;
  };

  /** Writes the follows of which `condition` holds. Returns how many were new. */
  const add = (list: readonly Follow[], condition: SQL = sql`true`, tell: Tell = tellNothing): Promise<number> =>
    commitSocial(async (tx) => {
      await takeLocks(
        tx,
        'user',
        list.map((item) => item.followerId),
      );
      const added = await tx
        .insert(follows)
        .select(sql`
          select follower_id, followee_id, ${NEXT_RELATION_NUMBER} from (${pairsOf(list)}) as pair
          where ${condition} order by follower_id, followee_id`)
        .onConflictDoUpdate({
          target: [follows.followerId, follows.followeeId],
          set: { since: sql`excluded.since` },
          setWhere: awaitsRemoval(sql`${follows.since}`, sql`${follows.followerId}`, sql`${follows.followeeId}`),
        })
        .returning();
      const followerIds = [...new Set(added.map((item) => item.followerId))];
      if (followerIds.length > 0) await checkFollows(tx, followerIds, maxFollows);
      return {
        result: added.length,
        changes: added.map((item) => relationChange(item.followerId, item.followeeId, false)),
        social: await toldIn(tx, added, tell),
      };
    });

  const remove = (list: readonly Follow[], tell: Tell = tellNothing): Promise<number> =>
    commitSocial(async (tx) => {
      const removed = await tx
        .delete(follows)
        .where(sql`(${follows.followerId}, ${follows.followeeId}) in (${pairsOf(list)})`)
        .returning();
      return {
        result: removed.length,
        changes: removed.map((item) => relationChange(item.followerId, item.followeeId, true)),
        social: await toldIn(tx, removed, tell),
      };
    });

  return {
    async updatePrivacy(userId, privacy) {
      return await commit(async (tx) => {
        const [row] = await presentUserQuery(tx, userId).for('update');
        if (!row) throw notFound('There is no such user.');
        const before = toStoredUser(row);
        const after = applyUpsert(before, { id: userId, privacy });
        const { stored, visible, mayRevoke } = difference(before, after);
        if (stored) await tx.update(users).set(privacyColumns(after.privacy)).where(eq(users.id, userId));
        return { result: effectivePrivacy(after.privacy), changes: visible ? [userChange(userId, { mayRevoke })] : [] };
      });
    },

    async follow(followerId, followeeId) {
      await add([{ followerId, followeeId }], mayAct(followerId), (tx, follow) => tellFollow(tx, follow, pushAfterMs));
    },
    async unfollow(followerId, followeeId) {
      await remove([{ followerId, followeeId }], retractFollow);
    },
    async addFollows(list) {
      return list.length === 0 ? 0 : await add(list);
    },
    async removeFollows(list) {
      return list.length === 0 ? 0 : await remove(list);
    },

    async block(blockerId, blockedId) {
      if (blockerId === blockedId) return;
      await commitSocial(async (tx) => {
        await takeLocks(tx, 'user', [blockerId]);
        const added = await tx
          .insert(blocks)
          .select(sql`select ${blockerId}, ${blockedId}, ${NEXT_RELATION_NUMBER} where ${mayAct(blockerId)}`)
          .onConflictDoUpdate({
            target: [blocks.blockerId, blocks.blockedId],
            set: { since: sql`excluded.since` },
            setWhere: awaitsRemoval(sql`${blocks.since}`, sql`${blocks.blockerId}`, sql`${blocks.blockedId}`),
          })
          .returning();
        if (added.length === 0) return { result: undefined, changes: [], social: [] };
        await checkBlocks(tx, blockerId, maxBlocks);
        const social = trayChanges(await changeSightOfPair(tx, blockerId, blockedId));
        const isBlocker = await tx.$count(
          blocks,
          and(eq(blocks.blockerId, blockedId), eq(blocks.blockedId, blockerId)),
        );
        const change = relationChange(blockerId, blockedId, true);
        return { result: undefined, changes: [isBlocker > 0 ? change : { ...change, firstBlock: true }], social };
      });
    },
    async unblock(blockerId, blockedId) {
      await commitSocial(async (tx) => {
        const removed = await tx
          .delete(blocks)
          .where(and(eq(blocks.blockerId, blockerId), eq(blocks.blockedId, blockedId)))
          .returning();
        if (removed.length === 0) return { result: undefined, changes: [], social: [] };
        const social = trayChanges(await changeSightOfPair(tx, blockerId, blockedId));
        return { result: undefined, changes: [relationChange(blockerId, blockedId, false)], social };
      });
    },
  } satisfies Omit<RelationStore, 'following' | 'blocked'>;
};
