/**
 * The change log (table `fact_log`): one row for each access change, written in the transaction of the change itself
 * (docs/architecture.md#visibility), and read so that no row is missed.
 *
 * Transactions do not commit in the order in which they drew their numbers, so neither "after the last id" nor "after the
 * last xid" finds every new row: one may appear behind the reader. Waiting until no older transaction is in progress
 * (`xid < pg_snapshot_xmin`) would miss none either, but that bound is the server's: any open transaction, in any database
 * of the server, holds it back. So a reader's position is a snapshot, that of its last read, and new is what that snapshot
 * did not show: transactions that began after it (`xid >= xmax`), and those in progress in it (`xip`, a handful of
 * numbers). That is exact, waits for nobody, and is found by one index.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { AccessChange } from '../../presence/ports/bus.js';
import { accessChangeOf, storedAccessChange } from '../storedMessages.js';
import type { Database, Orm } from './database.js';
import { serverNow, textArray } from './expressions.js';
import { changeLog } from './tables.js';

/** The one format that this release writes and reads. */
const FORMAT = 1;

/** How long rows are kept. */
export const RETENTION_MS = 3_600_000;

/** Rows in one page: a row of a large circle is a megabyte. */
export const PAGE = 500;
/** Ids that one statement deletes: it must end well within the statement timeout, also for large rows. */
const TRIM_BATCH = 200;

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
  /** Null for a row of a format that this release does not know. */
  readonly change: AccessChange | null;
}

export interface LogPage {
  /** The next position, once all pages since the previous one were read. */
  readonly position: LogPosition;
  /** At most {@link PAGE}, ordered by id. */
  readonly rows: readonly LogRow[];
}

/** Writes the changes of a transaction in one statement. Returns them with their ids, in the same order. */
export const writeChangeLog = async (tx: Orm, changes: readonly AccessChange[]): Promise<readonly AccessChange[]> => {
  if (changes.length === 0) return changes;
  const texts = textArray(changes.map((change) => JSON.stringify(storedAccessChange(change))));
  const rows = await tx
    .insert(changeLog)
    .select(sql`
      select nextval('fact_log_id_seq'), pg_current_xact_id(), ${serverNow}, ${FORMAT}::smallint, new.change::jsonb
      from unnest(${texts}) as new (change)`)
    .returning({ id: changeLog.id });
  const ids = rows.map((row) => row.id).sort((a, b) => a - b);
  return changes.map((change, i) => ({ ...change, logId: String(ids[i]) }));
};

/**
 * The rows that `position` did not show and that are visible now, with ids above `after`. Rows with a transaction number
 * that the server has not given yet (restored from the dump of another server) do not belong to this log.
 */
const rowsSince = (position: LogPosition | null, after: string): SQL => {
  if (position === null) return sql`select id, format, change from fact_log where false`;
  const last = sql`${position.snapshot}::pg_snapshot`;
  // The bound by `xmin` follows from the others; it tells the planner that few rows are meant, except while a transaction
  // stays open, when the others do. `id + 0` keeps the planner from walking the whole log by the primary key.
  return sql`
    select id, format, change from fact_log
    where xid >= pg_snapshot_xmin(${last}) and xid < pg_snapshot_xmax(pg_current_snapshot())
      and (xid >= pg_snapshot_xmax(${last}) or xid = any (array(select pg_snapshot_xip(${last}))))
      and id > ${after}::bigint
    order by id + 0 limit ${PAGE}`;
};

/** One page of the rows since `position`, and the position of this very read; null reads the position alone. */
export const changeLogQuery = (orm: Orm, position: LogPosition | null, after: string) =>
  orm
    .select({
      snapshot: sql<string>`here.snapshot`,
      server: sql<string>`here.server`,
      at: sql`here.at`.mapWith(Number),
      id: sql<string | null>`new_rows.id::text`,
      format: sql<number | null>`new_rows.format`,
      change: sql<string | null>`new_rows.change::text`,
    })
    .from(
      sql`(select pg_current_snapshot()::text as snapshot, pg_postmaster_start_time()::text as server,
        ${serverNow} as at) as here
      left join (${rowsSince(position, after)}) as new_rows on true`,
    )
    .orderBy(sql`new_rows.id`);

/** Reads one page. Rejects with UNAVAILABLE while the database cannot be reached. */
export const readChangeLog = async (db: Database, position: LogPosition | null, after = '0'): Promise<LogPage> => {
  const rows = await db.run((orm) => changeLogQuery(orm, position, after));
  const [first] = rows;
  if (!first) throw new Error('The position in the change log could not be read.');
  return {
    position: { snapshot: first.snapshot, server: first.server, at: first.at },
    rows: rows.flatMap(({ id, format, change }): LogRow[] => {
      if (id === null || change === null) return [];
      return [{ logId: id, change: format === FORMAT ? { ...accessChangeOf(JSON.parse(change)), logId: id } : null }];
    }),
  };
};

/** Deletes, of the rows with the lowest ids, those that are old. */
export const trimQuery = (orm: Orm, olderThanMs: number) => {
  const oldest = sql`
    select id from fact_log
    where id < (select min(id) from fact_log) + ${TRIM_BATCH}
      and at < ${serverNow} - ${olderThanMs}::bigint
    order by id for update skip locked`;
  // An array: each id is looked up, however many the planner expects.
  return orm.delete(changeLog).where(sql`${changeLog.id} = any(array(${oldest}))`).returning({ id: changeLog.id });
};

/**
 * Deletes one batch of rows older than `olderThanMs`; several nodes may do so at once. Resolves to whether there may be
 * more. The oldest rows have the lowest ids, so no index on their age is needed.
 */
export const trimChangeLog = async (db: Database, olderThanMs: number): Promise<boolean> => {
  const gone = await db.run((orm) => trimQuery(orm, olderThanMs));
  return gone.length > 0;
};
