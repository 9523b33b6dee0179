/**
 * What hangs on a deleted user goes after the deletion, in pieces: somebody followed by millions is gone for everybody with
 * one short transaction, which leaves a row here until all is removed. Any node goes on with what another left.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Database, Orm } from './database.js';
import { textArray } from './expressions.js';
import { blocks, circleMembers, conversationMembers, deletions, follows } from './tables.js';

/** Rows removed in one statement, which has to end well before the statement timeout. */
const PIECE = 2_000;
/** How many deletions are looked for at once. */
const LISTED = 100;

/** Each table by the column that names the user, and the other one: each pair is an index. What protects goes first. */
const SIDES = [
  { table: blocks, mine: blocks.blockerId, other: blocks.blockedId, since: blocks.since },
  { table: blocks, mine: blocks.blockedId, other: blocks.blockerId, since: blocks.since },
  { table: circleMembers, mine: circleMembers.userId, other: circleMembers.circleId, since: circleMembers.since },
  {
    table: conversationMembers,
    mine: conversationMembers.userId,
    other: conversationMembers.conversationId,
    since: conversationMembers.since,
  },
  { table: follows, mine: follows.followerId, other: follows.followeeId, since: follows.since },
  { table: follows, mine: follows.followeeId, other: follows.followerId, since: follows.since },
] as const;

type Deletion = typeof deletions.$inferSelect;

/** The next number of a relation that is written. */
export const NEXT_RELATION_NUMBER: SQL = sql`nextval('relation_numbers')`;

/** Whether a row that was written as `since` and names those users is a deleted user's that was not removed yet. */
export const awaitsRemoval = (since: SQL, ...userIds: readonly SQL[]): SQL => sql`exists (
  select from deletions where user_id in (${sql.join([...userIds], sql`, `)}) and coalesce(${since}, 0) < before)`;

/** Notes, in the transaction that deletes a user, what is to be removed. */
export const noteDeletion = async (tx: Orm, userId: string): Promise<void> => {
  await tx
    .insert(deletions)
    .values({ userId, before: NEXT_RELATION_NUMBER })
    .onConflictDoUpdate({ target: deletions.userId, set: { before: sql`excluded.before` } });
};

/** Those of the users of whom something is left. */
export const unfinishedAmong = async (tx: Orm, userIds: readonly string[]): Promise<readonly string[]> => {
  if (userIds.length === 0) return [];
  const rows = await tx
    .select({ userId: deletions.userId })
    .from(deletions)
    .where(sql`${deletions.userId} = any(${textArray(userIds)})`);
  return rows.map((row) => row.userId);
};

export const createDeletions = ({ db }: { readonly db: Database }) => {
  /**
   * Removes the next piece after `after`, so that it does not walk over what was removed before. Returns up to where it
   * went; null: that was all.
   */
  const removePiece = async (
    { userId, before }: Deletion,
    { table, mine, other, since }: (typeof SIDES)[number],
    after: string,
  ): Promise<string | null> => {
    const piece = sql`
      select ${other} from ${table}
      where ${mine} = ${userId} and ${other} > ${after} and coalesce(${since}, 0) < ${before}::bigint
      order by ${other} limit ${PIECE} for update`;
    const gone = await db.run((orm) =>
      orm
        .delete(table)
        .where(sql`${mine} = ${userId} and ${other} in (${piece})`)
        .returning({ id: sql<string>`${other}` }),
    );
    if (gone.length < PIECE) return null;
    return gone.map(({ id }) => id).reduce((a, b) => (Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0 ? a : b));
  };

  /** Whether all of it is gone: not where it was to stop before. */
  const carryOut = async (deletion: Deletion, isStopped: () => boolean): Promise<boolean> => {
    for (const side of SIDES) {
      for (let after: string | null = ''; after !== null; ) {
        if (isStopped()) return false;
        after = await removePiece(deletion, side, after);
      }
    }
    await db.run((orm) =>
      orm
        .delete(deletions)
        .where(sql`${deletions.userId} = ${deletion.userId} and ${deletions.before} = ${deletion.before}`),
    );
    return true;
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
     * Removes what is left of deleted users, of those named or (null) of all, until nothing is or it is stopped. Any number of
     * nodes may do so at once. Rejects with UNAVAILABLE while the database cannot be asked; what was removed stays removed.
     */
    async finish(userIds: readonly string[] | null, isStopped: () => boolean): Promise<void> {
      for (const deletion of await unfinished(userIds)) if (!(await carryOut(deletion, isStopped))) return;
    },
  };
};
