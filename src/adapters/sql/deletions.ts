/**
 * Removal of a deleted user's relations, memberships and history, in batches after the deletion: a user with a million followers
 * disappears for everybody with one short transaction, which leaves a row in `deletions` until everything is removed. Any
 * node continues what another began.
 */
import { type SQL, sql } from 'drizzle-orm';
import { eachInTurn } from '../../async/batches.js';
import type { Database, Orm } from './database.js';
import { inBatch, textArray } from './expressions.js';
import { blocks, circleMembers, conversationMembers, deletions, follows } from './tables.js';

/** Rows that one statement removes: it must end well within the statement timeout. */
const BATCH = 2_000;
/** Deletions that one query lists. */
const LISTED = 100;
/** Above every generation of an id. */
const MAX_GENERATION = 2 ** 31 - 1;

/**
 * Each table by the column of the user and the opposite one: each pair is an index. Blocks are removed last: while something is left
 * that a block overrides, the block is there too.
 */
export const SIDES = [
  { table: circleMembers, own: circleMembers.userId, opposite: circleMembers.circleId, since: circleMembers.since },
  {
    table: conversationMembers,
    own: conversationMembers.userId,
    opposite: conversationMembers.conversationId,
    since: conversationMembers.since,
  },
  { table: follows, own: follows.followerId, opposite: follows.followeeId, since: follows.since },
  { table: follows, own: follows.followeeId, opposite: follows.followerId, since: follows.since },
  { table: blocks, own: blocks.blockerId, opposite: blocks.blockedId, since: blocks.since },
  { table: blocks, own: blocks.blockedId, opposite: blocks.blockerId, since: blocks.since },
] as const;

type Deletion = typeof deletions.$inferSelect;

/** The number of the relation that a statement writes. */
export const NEXT_RELATION_NUMBER: SQL = sql`nextval('relation_numbers')`;

/**
 * Whether a row with the number `since`, of those users, belongs to a deletion and is only not removed yet: to write such
 * a relation again takes the row over.
 */
export const awaitsRemoval = (since: SQL, ...userIds: readonly SQL[]): SQL => sql`exists (
  select from deletions where user_id in (${sql.join([...userIds], sql`, `)}) and coalesce(${since}, 0) < before)`;

/** Notes, in the transaction that deletes a user, that everything written before it is to be removed. */
export const noteDeletion = async (tx: Orm, userId: string): Promise<void> => {
  await tx
    .insert(deletions)
    .values({ userId, before: NEXT_RELATION_NUMBER })
    .onConflictDoUpdate({ target: deletions.userId, set: { before: sql`excluded.before` } });
};

/** Those of the users whose deletion has not removed everything. */
export const unfinishedAmong = async (tx: Orm, userIds: readonly string[]): Promise<readonly string[]> => {
  if (userIds.length === 0) return [];
  const rows = await tx
    .select({ userId: deletions.userId })
    .from(deletions)
    .where(sql`${deletions.userId} = any(${textArray(userIds)})`);
  return rows.map((row) => row.userId);
};

/** Removes the next batch of ids above `after`, which saves walking over dead rows. */
export const removalQuery = (
  orm: Orm,
  { userId, before }: Deletion,
  { table, own, opposite, since }: (typeof SIDES)[number],
  after: string,
) => {
  const batch = sql`
    select ${opposite} from ${table}
    where ${own} = ${userId} and ${opposite} > ${after} and coalesce(${since}, 0) < ${before}::bigint
    order by ${opposite} limit ${BATCH} for update`;
  return (
    orm
      .delete(table)
      // An array: the batch is read once, however many rows the planner expects.
      .where(sql`${own} = ${userId} and ${opposite} = any(array(${batch}))`)
      .returning({ id: sql<string>`${opposite}` })
  );
};

/** Removes the next batch of the history of whoever had the id before, whether or not the history is kept at present. */
export const historyRemovalQuery = (userId: string): SQL => {
  const present = sql`(select generation from users where id = ${userId} and deleted_at is null)`;
  return sql`
    delete from presence_history where ${inBatch(sql`
      select ctid from presence_history
      where user_id = ${userId} and generation < coalesce(${present}, ${MAX_GENERATION}::integer)
      limit ${BATCH} for update`)}
    returning 1 as row`;
};

export const createDeletions = ({ db }: { readonly db: Database }) => {
  /** Removes the next batch above `after`. Returns the last id; null when nothing is left. */
  const removeBatch = async (
    deletion: Deletion,
    side: (typeof SIDES)[number],
    after: string,
  ): Promise<string | null> => {
    const gone = await db.run((orm) => removalQuery(orm, deletion, side, after));
    if (gone.length < BATCH) return null;
    return gone.map(({ id }) => id).reduce((a, b) => (Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0 ? a : b));
  };

  /** Removes the history of the deleted user. False where it was stopped before the end. */
  const removeHistory = async (userId: string, isStopped: () => boolean): Promise<boolean> => {
    for (let count = BATCH; count === BATCH; ) {
      if (isStopped()) return false;
      const gone = await db.run((orm) =>
        orm
          .with(orm.$with('gone', {}).as(historyRemovalQuery(userId)))
          .select({ row: sql<number>`row` })
          .from(sql`gone`),
      );
      count = gone.length;
    }
    await db.run((orm) =>
      orm.execute(sql`
        delete from presence_history_heads where user_id = ${userId} and not exists (
          select from users where id = ${userId} and deleted_at is null
            and users.generation = presence_history_heads.generation)`),
    );
    return true;
  };

  /** Removes everything and then the note, unless it is stopped before the end. */
  const complete = async (deletion: Deletion, isStopped: () => boolean): Promise<void> => {
    for (const side of SIDES) {
      for (let after: string | null = ''; after !== null; ) {
        if (isStopped()) return;
        after = await removeBatch(deletion, side, after);
      }
    }
    if (!(await removeHistory(deletion.userId, isStopped))) return;
    await db.run((orm) =>
      orm
        .delete(deletions)
        .where(sql`${deletions.userId} = ${deletion.userId} and ${deletions.before} = ${deletion.before}`),
    );
  };

  const unfinished = (only: readonly string[] | null) =>
    db.run((orm) =>
      orm
        .select()
        .from(deletions)
        .where(only === null ? sql`true` : sql`${deletions.userId} = any(${textArray(only)})`)
        .orderBy(deletions.before)
        .limit(LISTED),
    );

  return {
    /**
     * Removes what is left of those deleted users, or (null) of all, until nothing remains or `isStopped`. Any number of
     * nodes may do so at once. A user whose relations cannot be removed holds up none of the others: it rejects with the first
     * failure, after them; with UNAVAILABLE while the database cannot be reached. The next call continues.
     */
    async finish(userIds: readonly string[] | null, isStopped: () => boolean): Promise<void> {
      await eachInTurn(await unfinished(userIds), (deletion) => complete(deletion, isStopped));
    },
  };
};
