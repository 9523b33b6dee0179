/**
 * The logs of changes (`fact_log`: access, `social_log`: what happens around people): one row for each change, written in the
 * transaction of the change itself (docs/architecture.md#visibility), and read so that no row is missed.
 *
 * Transactions do not commit in the order in which they drew their numbers, so neither "after the last id" nor "after the
 * last xid" finds every new row: one may appear behind the reader. Waiting until no older transaction is in progress
 * (`xid < pg_snapshot_xmin`) would miss none either, but that bound is the server's: any open transaction, in any database
 * of the server, holds it back. So a reader's position is a snapshot, that of its last read, and new is what that snapshot
 * did not show: transactions that began after it (`xid >= xmax`), and those in progress in it (`xip`, a handful of
 * numbers). That is exact, waits for nobody, and is found by one index.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Database, Orm } from './database.js';
import { bigintArray, serverNow } from './expressions.js';
import { FORMAT, type Log, type LogRows } from './logs.js';

/** How long rows are kept. */
export const RETENTION_MS = 3_600_000;

/** How far a reader has read. */
export interface LogPosition {
  readonly snapshot: string;
  /** When the server started. After a restart it may have lost its last transactions and given their numbers to others. */
  readonly server: string;
  /** The server's clock, in milliseconds. */
  readonly at: number;
}

export interface LogRow {
  readonly logId: string;
  /** False for a row of a format that this release does not know. */
  readonly known: boolean;
  /** Null in a log without topics. */
  readonly topic: string | null;
  /** Null in a log with topics: see {@link readChanges}. */
  readonly change: string | null;
}

export interface LogPage {
  /** The next position, once all pages since the previous one were read. */
  readonly position: LogPosition;
  /** At most `Log.page`, ordered by id. */
  readonly rows: readonly LogRow[];
}

type Logged = { readonly logId?: string };

/** Writes the changes of a transaction in one statement. Returns them with their ids, in the same order. */
export const writeLog = async <C extends Logged>(
  tx: Orm,
  log: Log<C>,
  changes: readonly C[],
): Promise<readonly C[]> => {
  if (changes.length === 0) return changes;
  const rows = await log.insert(tx, changes);
  const ids = rows.map((row) => row.id).sort((a, b) => a - b);
  return changes.map((change, i) => ({ ...change, logId: String(ids[i]) }));
};

/** What is read of each row at first. */
const columnsOf = ({ hasTopics }: LogRows): SQL =>
  hasTopics ? sql`topic, null::text as change` : sql`null::text as topic, change::text as change`;

/**
 * The rows that `position` did not show and that are visible now, with ids above `after`. Rows with a transaction number
 * that the server has not given yet (restored from the dump of another server) do not belong to this log.
 */
const rowsSince = (log: LogRows, position: LogPosition | null, after: string): SQL => {
  const from = sql`select id, format, ${columnsOf(log)} from ${log.table}`;
  if (position === null) return sql`${from} where false`;
  const last = sql`${position.snapshot}::pg_snapshot`;
  // The bound by `xmin` follows from the others; it tells the planner that few rows are meant, except while a transaction
  // stays open, when the others do. `id + 0` keeps the planner from walking the whole log by the primary key.
  return sql`${from}
    where xid >= pg_snapshot_xmin(${last}) and xid < pg_snapshot_xmax(pg_current_snapshot())
      and (xid >= pg_snapshot_xmax(${last}) or xid = any (array(select pg_snapshot_xip(${last}))))
      and id > ${after}::bigint
    order by id + 0 limit ${log.page}`;
};

/** One page of the rows since `position`, and the position of this very read; null reads the position alone. */
export const changeLogQuery = (orm: Orm, log: LogRows, position: LogPosition | null, after: string) =>
  orm
    .select({
      snapshot: sql<string>`here.snapshot`,
      server: sql<string>`here.server`,
      at: sql`here.at`.mapWith(Number),
      id: sql<string | null>`new_rows.id::text`,
      format: sql<number | null>`new_rows.format`,
      topic: sql<string | null>`new_rows.topic`,
      change: sql<string | null>`new_rows.change`,
    })
    .from(
      sql`(select pg_current_snapshot()::text as snapshot, pg_postmaster_start_time()::text as server,
        ${serverNow} as at) as here
      left join (${rowsSince(log, position, after)}) as new_rows on true`,
    )
    .orderBy(sql`new_rows.id`);

/** Reads one page. Rejects with UNAVAILABLE while the database cannot be reached. */
export const readChangeLog = async (
  db: Database,
  log: LogRows,
  position: LogPosition | null,
  after = '0',
): Promise<LogPage> => {
  const rows = await db.run((orm) => changeLogQuery(orm, log, position, after));
  const [first] = rows;
  if (!first) throw new Error('The position in the change log could not be read.');
  return {
    position: { snapshot: first.snapshot, server: first.server, at: first.at },
    rows: rows.flatMap(({ id, format, topic, change }): LogRow[] =>
      id === null ? [] : [{ logId: id, known: format === FORMAT, topic, change }],
    ),
  };
};

/** The changes of some rows of a log with topics, by the ids of the rows. */
export const readChanges = async (
  db: Database,
  { table }: LogRows,
  logIds: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  if (logIds.length === 0) return new Map();
  const rows = await db.run((orm) =>
    orm
      .select({ id: sql<string>`${table.id}::text`, change: sql<string>`${table.change}::text` })
      .from(table)
      .where(sql`${table.id} = any(${bigintArray(logIds.map(Number))})`),
  );
  return new Map(rows.map(({ id, change }) => [id, change]));
};

/** Deletes, of the rows with the lowest ids, those that are old. */
export const trimQuery = (orm: Orm, { table, trimBatch }: LogRows, olderThanMs: number) => {
  const oldest = sql`
    select id from ${table}
    where id < (select min(id) from ${table}) + ${trimBatch}
      and at < ${serverNow} - ${olderThanMs}::bigint
    order by id for update skip locked`;
  // An array: each id is looked up, however many the planner expects.
  return orm.delete(table).where(sql`${table.id} = any(array(${oldest}))`).returning({ id: table.id });
};

/**
 * Deletes one batch of rows older than `olderThanMs`; several nodes may do so at once. Resolves to whether there may be
 * more. The oldest rows have the lowest ids, so no index on their age is needed.
 */
export const trimChangeLog = async (db: Database, log: LogRows, olderThanMs: number): Promise<boolean> => {
  const gone = await db.run((orm) => trimQuery(orm, log, olderThanMs));
  return gone.length > 0;
};
