import { type SQL, sql } from 'drizzle-orm';
import { withTimeout } from '../async/timeout.js';
import type { Bus, FactChange } from '../presence/ports.js';
import { textArray } from './arrays.js';
import type { Database, Orm } from './database.js';
import { writeFactLog } from './factLog.js';

/** What a transaction comes to: the caller's answer, and what others must hear of. */
export interface Written<T> {
  readonly result: T;
  readonly changes: readonly FactChange[];
}

/**
 * Commits a transaction, with a row of the log for each change of facts that came of it, then publishes these changes.
 * Work that met a deadlock is done again, so it must do nothing but write.
 */
export type Commit = <T>(work: (tx: Orm) => Promise<Written<T>>) => Promise<T>;

/** A publication takes a millisecond. What is not acknowledged within this is told to this node's listeners at once. */
const PUBLISH_MS = 300;

/**
 * Publishes changes that were committed. What cannot be published is told to this node's listeners; the others learn of
 * it from the log, so this never rejects.
 */
const publish = async (
  bus: Pick<Bus, 'publishFacts' | 'deliverFacts'>,
  changes: readonly FactChange[],
  onError: (error: unknown) => void,
): Promise<void> => {
  if (changes.length === 0) return;
  const late = () => new Error('A change of facts was not published in time.');
  const published = changes.map((change) => withTimeout(bus.publishFacts(change), PUBLISH_MS, late));
  const outcomes = await Promise.allSettled(published);
  const failures = outcomes.flatMap((outcome, i) => (outcome.status === 'rejected' ? [{ i, ...outcome }] : []));
  for (const { i } of failures) {
    const change = changes[i];
    if (change) bus.deliverFacts(change);
  }
  if (failures[0]) onError(failures[0].reason);
};

/**
 * `committed` hears of each change first, before anything is awaited. `logged` is false where no other process can have
 * an interest, and every commit is answered: no rows are written then. Elsewhere nobody but the log tells of a commit
 * whose answer was lost. `onError` hears that publishing failed, which fails no commit.
 */
export const createCommit =
  (options: {
    readonly db: Database;
    readonly bus: Pick<Bus, 'publishFacts' | 'deliverFacts'>;
    readonly logged: boolean;
    readonly committed: (change: FactChange) => void;
    readonly onError: (error: unknown) => void;
  }): Commit =>
  (work) =>
    options.db.run(async (orm) => {
      const { result, changes } = await orm.transaction(async (tx) => {
        const written = await work(tx);
        return options.logged ? { ...written, changes: await writeFactLog(tx, written.changes) } : written;
      });
      for (const change of changes) options.committed(change);
      await publish(options.bus, changes, options.onError);
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
