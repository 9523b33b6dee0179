import { type SQL, sql } from 'drizzle-orm';
import type { Bus, FactChange } from '../presence/ports.js';
import { textArray } from './arrays.js';
import type { Database, Orm } from './database.js';

/** What a transaction comes to: the caller's answer, and what others must hear of. */
export interface Written<T> {
  readonly result: T;
  readonly changes: readonly FactChange[];
}

/**
 * Commits a transaction, then publishes the changes of facts that came of it. Work that met a deadlock is done again, so
 * it must do nothing but write.
 */
export type Commit = <T>(work: (tx: Orm) => Promise<Written<T>>) => Promise<T>;

/** `committed` hears of each change first, before anything is awaited. */
export const createCommit =
  (options: {
    readonly db: Database;
    readonly bus: Pick<Bus, 'publishFacts'>;
    readonly committed: (change: FactChange) => void;
  }): Commit =>
  (work) =>
    options.db.run(async (orm) => {
      const { result, changes } = await orm.transaction(work);
      for (const change of changes) options.committed(change);
      await Promise.all(changes.map((change) => options.bus.publishFacts(change)));
      return result;
    });

/** What is locked: a user's relations and existence, a circle, a conversation. */
type Locked = 'user' | 'circle' | 'conversation';
const LOCKS: Readonly<Record<Locked, number>> = { user: 1, circle: 2, conversation: 3 };

/**
 * Holds, until the transaction ends, the locks of those ids: writers that count, or compare with what holds, do so one
 * after another. The ids share 512 locks a kind, so that one transaction never fills the server's table of locks, and
 * all take them in one order, so that two never wait for each other. Every statement after this one sees what the
 * holders before it committed.
 */
export const lock = async (tx: Orm, kind: Locked, ids: readonly string[]): Promise<void> => {
  const buckets: SQL = sql`
    select distinct hashtext(id) & 511 as bucket from unnest(${textArray(ids)}) as id order by bucket`;
  await tx.execute(sql`select pg_advisory_xact_lock(${LOCKS[kind]}::int, bucket) from (${buckets}) as ordered`);
};
