import { and, eq, type SQL, sql } from 'drizzle-orm';
import { inPieces } from '../../async/batches.js';
import { badInput } from '../../presence/errors.js';
import type { AccessChange } from '../../presence/ports/bus.js';
import type { People } from '../../presence/ports/stores.js';
import { isBlocked } from './accessFacts.js';
import { textArray } from './arrays.js';
import type { Database, Orm } from './database.js';
import { isLeftOver, NEXT_NUMBER } from './deletions.js';
import { type Commit, lock } from './factCommit.js';
import { createHeld } from './heldRelations.js';
import { blocks, follows } from './tables.js';

/** Of how many users the follows are counted in one statement. */
const CHECKED = 25;

type Follow = Parameters<People['addFollows']>[0][number];
type Writers = 'follow' | 'unfollow' | 'addFollows' | 'removeFollows' | 'block' | 'unblock';

const relation = (from: string, to: string, mayRevoke: boolean): AccessChange => ({
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
 * Refuses what the transaction wrote if any of those users now follows more than `maxFollows` others. Of each so many are
 * counted, and there may be a thousand users, so it takes several statements, each well within the statement timeout.
 */
const checkBound = async (tx: Orm, followerIds: readonly string[], maxFollows: number): Promise<void> => {
  for (const piece of inPieces(followerIds, CHECKED)) {
    const [over] = await tx
      .select({ id: sql<string>`asked.id` })
      .from(sql`unnest(${textArray(piece)}) as asked (id)`)
      .where(sql`exists (select from follows where follower_id = asked.id offset ${maxFollows})`)
      .limit(1);
    if (over) throw badInput(`A user can follow at most ${maxFollows} others, and ${over.id} would follow more.`);
  }
};

/** The same of whom a user blocks. */
const checkBlocks = async (tx: Orm, blockerId: string, maxBlocks: number): Promise<void> => {
  const count = await tx.$count(blocks, eq(blocks.blockerId, blockerId));
  if (count > maxBlocks) throw badInput(`A user can block at most ${maxBlocks} others.`);
};

/** False for a tombstone: whose token is still in use for a moment after the deletion must leave nothing behind. */
const mayAct = (userId: string): SQL => sql`
  not exists (select from users where id = ${userId} and deleted_at is not null)`;

/**
 * Who follows and who blocks whom. A relation names any two ids and takes effect once both exist; one with oneself means
 * nothing and is not kept. What holds already is written, and published, no second time.
 */
export const createRelations = ({
  db,
  commit,
  maxFollows,
  maxBlocks,
}: {
  readonly db: Database;
  readonly commit: Commit;
  readonly maxFollows: number;
  readonly maxBlocks: number;
}) => {
  /** `only` is a condition on what is written. Returns how many were new. */
  const add = (list: readonly Follow[], only: SQL = sql`true`): Promise<number> =>
    commit(async (tx) => {
      await lock(
        tx,
        'user',
        list.map((item) => item.followerId),
      );
      const added = await tx
        .insert(follows)
        .select(sql`
          select follower_id, followee_id, ${NEXT_NUMBER} from (${pairsOf(list)}) as pair
          where ${only} order by follower_id, followee_id`)
        .onConflictDoUpdate({
          target: [follows.followerId, follows.followeeId],
          set: { since: sql`excluded.since` },
          setWhere: isLeftOver(sql`${follows.since}`, sql`${follows.followerId}`, sql`${follows.followeeId}`),
        })
        .returning();
      const followerIds = [...new Set(added.map((item) => item.followerId))];
      if (followerIds.length > 0) await checkBound(tx, followerIds, maxFollows);
      return {
        result: added.length,
        changes: added.map((item) => relation(item.followerId, item.followeeId, false)),
      };
    });

  const remove = (list: readonly Follow[]): Promise<number> =>
    commit(async (tx) => {
      const removed = await tx
        .delete(follows)
        .where(sql`(${follows.followerId}, ${follows.followeeId}) in (${pairsOf(list)})`)
        .returning();
      return {
        result: removed.length,
        changes: removed.map((item) => relation(item.followerId, item.followeeId, true)),
      };
    });

  return {
    async follow(followerId, followeeId) {
      await add([{ followerId, followeeId }], mayAct(followerId));
    },
    async unfollow(followerId, followeeId) {
      await remove([{ followerId, followeeId }]);
    },
    async addFollows(list) {
      return list.length === 0 ? 0 : await add(list);
    },
    async removeFollows(list) {
      return list.length === 0 ? 0 : await remove(list);
    },

    async block(blockerId, blockedId) {
      if (blockerId === blockedId) return;
      await commit(async (tx) => {
        await lock(tx, 'user', [blockerId]);
        const added = await tx
          .insert(blocks)
          .select(sql`select ${blockerId}, ${blockedId}, ${NEXT_NUMBER} where ${mayAct(blockerId)}`)
          .onConflictDoUpdate({
            target: [blocks.blockerId, blocks.blockedId],
            set: { since: sql`excluded.since` },
            setWhere: isLeftOver(sql`${blocks.since}`, sql`${blocks.blockerId}`, sql`${blocks.blockedId}`),
          })
          .returning();
        if (added.length > 0) await checkBlocks(tx, blockerId, maxBlocks);
        return { result: undefined, changes: added.map(() => relation(blockerId, blockedId, true)) };
      });
    },
    async unblock(blockerId, blockedId) {
      await commit(async (tx) => {
        const removed = await tx
          .delete(blocks)
          .where(and(eq(blocks.blockerId, blockerId), eq(blocks.blockedId, blockedId)))
          .returning();
        return { result: undefined, changes: removed.map(() => relation(blockerId, blockedId, false)) };
      });
    },

    blockedAmong: createHeld({ db, holds: isBlocked }),
  } satisfies Pick<People, Writers | 'blockedAmong'>;
};
