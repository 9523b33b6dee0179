import { type SQL, sql } from 'drizzle-orm';
import type { Orm } from './database.js';
import { textArray } from './expressions.js';

/** What a lock protects: a user's existence and relations, a circle, a conversation, the counts of an object. */
type Kind = 'user' | 'circle' | 'conversation' | 'counts';
const LOCK_CLASS: Readonly<Record<Kind, number>> = { user: 1, circle: 2, conversation: 3, counts: 4 };

/** The locks of those ids, a column of texts: they share 512 a kind, and all take them in the same order. */
const buckets = (ids: SQL): SQL => sql`
  select distinct hashtext(id) & 511 as bucket from (${ids}) as locked (id) where id is not null order by bucket`;

/**
 * Takes the locks of those ids until the transaction ends: writers that count rows, or compare with the present ones, run
 * one after another. Later statements of the transaction see what the earlier holders committed.
 *
 * The ids of a kind share 512 locks, so that a large transaction does not fill the server's lock table. All writers take
 * them in the same order, so that no two wait for each other.
 */
export const takeLocks = async (tx: Orm, kind: Kind, ids: readonly string[]): Promise<void> => {
  const locks = buckets(sql`select unnest(${textArray(ids)})`);
  await tx.execute(sql`select pg_advisory_xact_lock(${LOCK_CLASS[kind]}::int, bucket) from (${locks}) as ordered`);
};

/**
 * The same as a query of one row `held`, for writers that need not wait for each other: whoever takes a lock with {@link takeLocks}
 * comes wholly before or after. A statement has to read the row before it does what the locks protect.
 */
export const sharedLocks = (kind: Kind, ids: SQL): SQL => sql`
  select count(pg_advisory_xact_lock_shared(${LOCK_CLASS[kind]}::int, bucket)) as held from (${buckets(ids)}) as ordered`;
