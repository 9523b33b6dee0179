/**
 * The log of changes of facts: a row for each, written in the transaction of the change itself (docs/architecture.md,
 * "Sight"), and what lets a reader miss none.
 *
 * Transactions do not commit in the order in which they drew their numbers, so neither "after the last id" nor "after
 * the last xid" finds all that is new: a row may appear behind the reader. Waiting until nothing older is under way
 * (`xid < pg_snapshot_xmin`) would miss none either, but that bound is the server's, not ours: anybody's transaction, in
 * any database beside this one, holds it back for as long as it stays open. So a reader's position is a snapshot, that of
 * its last reading, and new is what that snapshot did not show: what began after it (`xid >= xmax`), and what was
 * under way in it (`xip`, a handful of numbers). That is exact, waits for nobody, and is found by one index.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { AccessChange } from '../../presence/ports/bus.js';
import { accessChangeOf, storedAccessChange } from '../storedMessages.js';
import type { Database, Orm } from './database.js';
import { textArray } from './expressions.js';
import { changeLog } from './tables.js';

/** How this release writes a row, and the one format it reads. */
const FORMAT = 1;

/** For how long rows are kept. */
export const RETENTION_MS = 3_600_000;

/** Rows read in one query: one of a large circle is a megabyte. */
export const PAGE = 500;
/** Ids deleted in one statement, which has to end well before the statement timeout also where the rows are large. */
const TRIMMED = 200;

/** Up to where a reader has read. */
export interface LogPosition {
  readonly snapshot: string;
  /** When the server started. Another one, or one that recovered, may have lost the last transactions and given their numbers anew. */
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
  /** What to read on from, once all pages since the position before it were read. */
  readonly position: LogPosition;
  /** At most {@link PAGE}, in the order of their ids. */
  readonly rows: readonly LogRow[];
}

const clock = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** Writes a transaction's changes in one statement. Returns them with their ids, in the same order. */
export const writeChangeLog = async (tx: Orm, changes: readonly AccessChange[]): Promise<readonly AccessChange[]> => {
  if (changes.length === 0) return changes;
  const texts = textArray(changes.map((change) => JSON.stringify(storedAccessChange(change))));
  const rows = await tx
    .insert(changeLog)
    .select(sql`
      select nextval('fact_log_id_seq'), pg_current_xact_id(), ${clock}, ${FORMAT}::smallint, new.change::jsonb
      from unnest(${texts}) as new (change)`)
    .returning({ id: changeLog.id });
  const ids = rows.map((row) => row.id).sort((a, b) => a - b);
  return changes.map((change, i) => ({ ...change, logId: String(ids[i]) }));
};

/**
 * What `position` did not show and is visible now, after the id `after`. Rows that claim a number which was not given yet
 * (of another server, restored from a dump) are not of this log.
 */
const newsSince = (position: LogPosition | null, after: string): SQL => {
  if (position === null) return sql`select id, format, change from fact_log where false`;
  const last = sql`${position.snapshot}::pg_snapshot`;
  // The bound by `xmin` follows from the others; by it alone the planner knows that few rows are meant, unless
  // somebody's transaction stays open, and then by the others. `id + 0`: the order must not tempt it into walking the
  // whole log by the primary key.
  return sql`
    select id, format, change from fact_log
    where xid >= pg_snapshot_xmin(${last}) and xid < pg_snapshot_xmax(pg_current_snapshot())
      and (xid >= pg_snapshot_xmax(${last}) or xid = any (array(select pg_snapshot_xip(${last}))))
      and id > ${after}::bigint
    order by id + 0 limit ${PAGE}`;
};

/** One page of what is new since `position`, and the position of this very reading; null reads the position alone. */
export const changeLogQuery = (orm: Orm, position: LogPosition | null, after: string) =>
  orm
    .select({
      snapshot: sql<string>`here.snapshot`,
      server: sql<string>`here.server`,
      at: sql`here.at`.mapWith(Number),
      id: sql<string | null>`news.id::text`,
      format: sql<number | null>`news.format`,
      change: sql<string | null>`news.change::text`,
    })
    .from(
      sql`(select pg_current_snapshot()::text as snapshot, pg_postmaster_start_time()::text as server,
        ${clock} as at) as here
      left join (${newsSince(position, after)}) as news on true`,
    )
    .orderBy(sql`news.id`);

/** Reads one page. Rejects with UNAVAILABLE while the database cannot be asked. */
export const readChangeLog = async (db: Database, position: LogPosition | null, after = '0'): Promise<LogPage> => {
  const rows = await db.run((orm) => changeLogQuery(orm, position, after));
  const [first] = rows;
  if (!first) throw new Error('The position in the log of changes could not be read.');
  return {
    position: { snapshot: first.snapshot, server: first.server, at: first.at },
    rows: rows.flatMap(({ id, format, change }): LogRow[] => {
      if (id === null || change === null) return [];
      return [{ logId: id, change: format === FORMAT ? { ...accessChangeOf(JSON.parse(change)), logId: id } : null }];
    }),
  };
};

/** Deletes the first rows by id, those of them that are old. */
export const trimQuery = (orm: Orm, olderThanMs: number) => {
  const oldest = sql`
    select id from fact_log
    where id < (select min(id) from fact_log) + ${TRIMMED}
      and at < ${clock} - ${olderThanMs}::bigint
    order by id for update skip locked`;
  // As a list: however many they are taken for, each is looked up.
  return orm.delete(changeLog).where(sql`${changeLog.id} = any(array(${oldest}))`).returning({ id: changeLog.id });
};

/**
 * Deletes some of the rows older than `olderThanMs`; several nodes may do so at once. Resolves to whether there may be more.
 * The oldest are those of the lowest ids, so no index on their age is needed.
 */
export const trimChangeLog = async (db: Database, olderThanMs: number): Promise<boolean> => {
  const gone = await db.run((orm) => trimQuery(orm, olderThanMs));
  return gone.length > 0;
};
