/** The history in the tables `presence_history` and `presence_history_heads` (docs/doors.md#history). */
import { type SQL, sql } from 'drizzle-orm';
import type { HistoryOwner, HistoryPlace, HistoryStore, OpenSpan, Span } from '../../presence/ports/history.js';
import { DEVICES, type DeviceType, type PresenceStatus } from '../../presence/types.js';
import type { Database, Orm } from './database.js';
import { bigintArray, inBatch, statementNow, textArray } from './expressions.js';

/** Rows that one step of the sweep removes. */
const BATCH = 500;
/** The advisory lock of who sweeps: "history!" in ASCII. */
const SWEEP_LOCK = '7523663087399467297';

/** A span as a row of `presence_history`. */
interface Row {
  readonly userId: string;
  readonly generation: number;
  readonly span: Span;
}

const columnsOf = (rows: readonly Row[]): SQL => sql`unnest(
  ${textArray(rows.map(({ userId }) => userId))}, ${bigintArray(rows.map(({ generation }) => generation))},
  ${textArray(rows.map(({ span }) => span.device))}, ${textArray(rows.map(({ span }) => span.status))},
  ${bigintArray(rows.map(({ span }) => span.from))}, ${bigintArray(rows.map(({ span }) => span.to))})`;

/**
 * Takes the locks of the histories of those users, in the order of ids, and begins those that are not there, or are of an earlier
 * generation. `for share` holds the user's row, so that a deletion comes wholly before or after the write.
 */
const lockedHeads = (owners: readonly HistoryOwner[]): SQL => sql`
  insert into presence_history_heads as head (user_id, generation)
  select users.id, users.generation
  from unnest(${textArray(owners.map(({ userId }) => userId))},
    ${bigintArray(owners.map(({ generation }) => generation))}) as new (user_id, generation)
  join users on users.id = new.user_id and users.generation = new.generation and users.deleted_at is null
  order by users.id
  for share of users
  on conflict (user_id) do update set generation = excluded.generation,
    as_of = case when excluded.generation > head.generation then 0 else head.as_of end,
    day = case when excluded.generation > head.generation then 0 else head.day end,
    opened = case when excluded.generation > head.generation then 0 else head.opened end
  where excluded.generation >= head.generation
  returning user_id, as_of, day, opened`;

const readHeads = async (tx: Orm, owners: readonly HistoryOwner[]) => {
  const rows = await tx
    .with(tx.$with('heads', {}).as(lockedHeads(owners)))
    .select({
      userId: sql<string>`user_id`,
      asOf: sql`as_of`.mapWith(Number),
      day: sql`day`.mapWith(Number),
      opened: sql`opened`.mapWith(Number),
    })
    .from(sql`heads`);
  return new Map(rows.map(({ userId, ...head }) => [userId, head]));
};

const openColumns = {
  userId: sql<string>`presence_history.user_id`,
  generation: sql`presence_history.generation`.mapWith(Number),
  device: sql<DeviceType>`presence_history.device`,
  status: sql<PresenceStatus>`presence_history.status`,
  from: sql`from_at`.mapWith(Number),
};

const ownerKey = ({ userId, generation }: HistoryOwner): string => `${generation} ${userId}`;

/** The open spans by their owners. */
const byOwner = (rows: readonly (HistoryOwner & Omit<OpenSpan, 'to'>)[]) => {
  const owners = new Map<string, HistoryOwner & { readonly open: OpenSpan[] }>();
  for (const { userId, generation, device, status, from } of rows) {
    const key = ownerKey({ userId, generation });
    const owner = owners.get(key) ?? { userId, generation, open: [] };
    owner.open.push({ device, status, from, to: null });
    owners.set(key, owner);
  }
  return owners;
};

const removeSpans = (rows: readonly Row[]): SQL => sql`
  delete from presence_history using ${columnsOf(rows)} as gone (user_id, generation, device, status, from_at, to_at)
  where presence_history.user_id = gone.user_id and presence_history.generation = gone.generation
    and presence_history.device = gone.device and presence_history.from_at = gone.from_at`;

const writeSpans = (rows: readonly Row[]): SQL => sql`
  insert into presence_history (user_id, generation, device, status, from_at, to_at)
  select * from ${columnsOf(rows)} as new (user_id, generation, device, status, from_at, to_at)
  on conflict (user_id, generation, device, from_at) do update set status = excluded.status, to_at = excluded.to_at`;

type HeadRow = readonly [
  userId: string,
  head: { readonly asOf: number; readonly day: number; readonly opened: number },
];

const writeHeads = (heads: readonly HeadRow[]): SQL => sql`
  update presence_history_heads as head set as_of = new.as_of, day = new.day, opened = new.opened
  from unnest(${textArray(heads.map(([userId]) => userId))}, ${bigintArray(heads.map(([, { asOf }]) => asOf))},
    ${bigintArray(heads.map(([, { day }]) => day))}, ${bigintArray(heads.map(([, { opened }]) => opened))})
    as new (user_id, as_of, day, opened)
  where head.user_id = new.user_id`;

/**
 * One page. Spans of one device do not overlap, so of each device the first of the page is the one that had begun by then, or a later one:
 * found in the index, however long the history is.
 */
export const pageQuery = (
  orm: Orm,
  userId: string,
  {
    from,
    to,
    after,
    limit,
    retentionMs,
  }: {
    readonly from: number;
    readonly to: number;
    readonly after: HistoryPlace | null;
    readonly limit: number;
    readonly retentionMs: number;
  },
) => {
  const first = sql`greatest(${from}::bigint, ${statementNow} - ${retentionMs}::bigint)`;
  const beyond = after
    ? sql`case when asked.device <= ${after.device} collate "C" then ${after.from + 1}::bigint else ${after.from}::bigint end`
    : sql`0`;
  const span = (condition: SQL) =>
    sql`from presence_history as span where span.user_id = ${userId} and span.generation = asked.generation
      and span.device = asked.device and ${condition}`;
  const begun = sql`(select span.from_at ${span(sql`span.from_at <= asked.first`)} order by span.from_at desc limit 1)`;
  return orm
    .select({
      device: sql<DeviceType>`span.device`,
      status: sql<PresenceStatus>`span.status`,
      from: sql`span.from_at`.mapWith(Number),
      to: sql`span.to_at`.mapWith((value) => (value === null ? null : Number(value))),
    })
    .from(sql`(
        select users.generation, device, ${first} as first
        from users, unnest(${textArray([...DEVICES])}) as device
        where users.id = ${userId} and users.deleted_at is null offset 0) as asked
      cross join lateral (select greatest(coalesce(${begun}, asked.first), ${beyond}) as at offset 0) as start
      cross join lateral (
        select span.device, span.status, span.from_at, span.to_at ${span(sql`span.from_at >= start.at
          and span.from_at < ${to}::bigint and (span.to_at is null or span.to_at > asked.first)`)}
        order by span.from_at limit ${limit}) as span`)
    .orderBy(sql`span.from_at, span.device collate "C"`)
    .limit(limit);
};

/** The next open spans, by user. */
export const openQuery = (orm: Orm, after: string, limit: number) =>
  orm
    .select(openColumns)
    .from(sql`presence_history`)
    .where(sql`to_at is null and user_id > ${after}`)
    .orderBy(sql`user_id, device`)
    .limit(limit);

/** Removes the next batch of what ended too long ago. An array: the batch is read once, however many rows the planner expects. */
export const sweepQuery = (retentionMs: number): SQL => sql`
  delete from presence_history where ${inBatch(sql`
    select ctid from presence_history where to_at < ${statementNow} - ${retentionMs}::bigint
    order by to_at limit ${BATCH} for update skip locked`)}
  returning 1 as row`;

export const createHistory = ({
  db,
  retentionMs,
}: {
  readonly db: Database;
  /** Spans that ended so long ago are not read any more, and removed. */
  readonly retentionMs: number;
}): HistoryStore => ({
  write: (users, decide) =>
    users.length === 0
      ? Promise.resolve(0)
      : db.run((orm) =>
          orm.transaction(async (tx) => {
            const heads = await readHeads(tx, users);
            const open = byOwner(
              await tx
                .select(openColumns)
                .from(sql`presence_history`)
                .where(sql`to_at is null and user_id = any(${textArray([...heads.keys()])})`),
            );
            const removed: Row[] = [];
            const written: Row[] = [];
            const moved: HeadRow[] = [];
            for (const user of users) {
              const { userId, generation } = user;
              const head = heads.get(userId);
              const change = head && decide(user, { ...head, open: open.get(ownerKey(user))?.open ?? [] });
              if (!change) continue;
              moved.push([userId, change.head]);
              removed.push(...change.removed.map((span) => ({ userId, generation, span })));
              written.push(...change.written.map((span) => ({ userId, generation, span })));
            }
            if (removed.length > 0) await tx.execute(removeSpans(removed));
            if (written.length > 0) await tx.execute(writeSpans(written));
            if (moved.length > 0) await tx.execute(writeHeads(moved));
            return written.length;
          }),
        ),

  spans: (userId, options) => db.run((orm) => pageQuery(orm, userId, { ...options, retentionMs })),

  async openAfter(after, limit) {
    const rows = await db.run((orm) => openQuery(orm, after, limit));
    const last = rows.length === limit ? rows.at(-1)!.userId : null;
    // The spans of the last user may go on beyond the limit.
    const whole = last === null ? rows : rows.filter(({ userId }) => userId !== last);
    return { users: [...byOwner(whole).values()], next: last === null ? null : (whole.at(-1)?.userId ?? last) };
  },

  sweep: () =>
    db.run((orm) =>
      orm.transaction(async (tx) => {
        const [lock] = await tx
          .select({ taken: sql<boolean>`taken` })
          .from(sql`pg_try_advisory_xact_lock(${SWEEP_LOCK}::bigint) as taken`);
        if (!lock?.taken) return false;
        const gone = await tx
          .with(tx.$with('gone', {}).as(sweepQuery(retentionMs)))
          .select({ row: sql<number>`row` })
          .from(sql`gone`);
        return gone.length === BATCH;
      }),
    ),
});
