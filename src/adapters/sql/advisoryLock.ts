import { type SQL, sql } from 'drizzle-orm';
import type { Orm } from './database.js';
import { textArray } from './expressions.js';

/** What a lock protects: a user's existence and relations, a circle, a conversation, the counts of an object. */
type Kind = 'user' | 'circle' | 'conversation' | 'counts';
const LOCK_CLASS: Readonly<Record<Kind, number>> = { user: 1, circle: 2, conversation: 3, counts: 4 };

/**
 * Takes the locks of those ids until the transaction ends: writers that count rows, or compare with the present ones, run
 * one after another. Later statements of the transaction see what the earlier holders committed.
 *
 * The ids of a kind share 512 locks, so that a large transaction does not fill the server's lock table. All writers take
 * them in the same order, so that no two wait for each other.
 */
export const takeLocks = async (tx: Orm, kind: Kind, ids: readonly string[]): Promise<void> => {
  const buckets: SQL = sql`
    select distinct hashtext(id) & 511 as bucket from unnest(${textArray(ids)}) as id order by bucket`;
  await tx.execute(sql`select pg_advisory_xact_lock(${LOCK_CLASS[kind]}::int, bucket) from (${buckets}) as ordered`);
};
