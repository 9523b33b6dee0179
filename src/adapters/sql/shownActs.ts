/** Shows and hides acts that are in trays, and keeps the numbers of actors exact. */
import { type SQL, sql } from 'drizzle-orm';
import type { Orm } from './database.js';
import { bigintArray, serverNow, textArray } from './expressions.js';
import { hidesFromTray } from './hiding.js';

/** Acts in trays that one statement changes: it must end well within the statement timeout. */
const BATCH = 2_000;

/** The revisions of trays that moved, by user id. */
export type Revisions = ReadonlyMap<string, number>;

interface Row {
  readonly userId: string;
  readonly actId: string;
  readonly noticeId: string;
  readonly actorId: string;
}

/**
 * Up to {@link BATCH} acts in trays that are to be shown or hidden. `which` speaks of the row `placed` of `notice_acts` and its act
 * `told`. What was taken back, or is hidden by something else, is not shown.
 */
export const actsToChange = (orm: Orm, which: SQL, shown: boolean) =>
  orm
    .select({
      userId: sql<string>`placed.user_id`,
      actId: sql<string>`placed.act_id`,
      noticeId: sql<string>`placed.notice_id`,
      actorId: sql<string>`placed.actor_id`,
    })
    .from(
      sql`notice_acts as placed
        join notices on notices.user_id = placed.user_id and notices.id = placed.notice_id
        join acts as told on told.id = placed.act_id`,
    )
    .where(
      shown
        ? sql`not placed.shown and told.gone_at is null and (${which})
          and not ${hidesFromTray(sql`placed.user_id`, sql`placed.actor_id`, sql`told.object_id`)}`
        : sql`placed.shown and (${which})`,
    )
    .limit(BATCH);

/** The actors of those acts, each once a notice. */
const actorsOf = (rows: readonly Row[]): readonly Row[] => [
  ...new Map(rows.map((row) => [JSON.stringify([row.userId, row.noticeId, row.actorId]), row])).values(),
];

/** Those of the actors, of whom now no act is shown in the notice. */
const uncountedAmong = async (tx: Orm, actors: readonly Row[]): Promise<readonly Row[]> => {
  const of = (column: keyof Row) => textArray(actors.map((row) => row[column]));
  const counted = await tx
    .select({ n: sql`asked.n`.mapWith(Number) })
    .from(
      sql`unnest(${of('userId')}, ${of('noticeId')}, ${of('actorId')}) with ordinality
        as asked (user_id, notice_id, actor_id, n)`,
    )
    .where(sql`exists (select from notice_acts as other where other.user_id = asked.user_id
      and other.notice_id = asked.notice_id and other.actor_id = asked.actor_id and other.shown offset 0)`);
  const numbers = new Set(counted.map(({ n }) => n));
  return actors.filter((_, i) => !numbers.has(i + 1));
};

const write = async (tx: Orm, rows: readonly Pick<Row, 'userId' | 'actId'>[], values: SQL): Promise<void> => {
  await tx.execute(sql`
    update notice_acts set ${values}
    from unnest(${textArray(rows.map((row) => row.userId))}, ${textArray(rows.map((row) => row.actId))})
      as row (user_id, act_id)
    where notice_acts.user_id = row.user_id and notice_acts.act_id = row.act_id`);
};

/** Says of the latest shown act of each of those actors whether it is marked as such. `everyStep`: see {@link changeShown}. */
const markLatest = async (tx: Orm, actors: readonly Row[], latest: boolean, everyStep: boolean): Promise<void> => {
  const of = (column: keyof Row) => textArray(actors.map((row) => row[column]));
  // A statement of its own: joined to what it changes, PostgreSQL looks through all acts of the tray for each.
  const rows = await tx
    .select({ userId: sql<string>`asked.user_id`, actId: sql<string>`top.act_id` })
    .from(
      sql`unnest(${of('userId')}, ${of('noticeId')}, ${of('actorId')}) as asked (user_id, notice_id, actor_id)
        cross join lateral (
          select act_id, latest from notice_acts as own
          where own.user_id = asked.user_id and own.actor_id = asked.actor_id and own.notice_id = asked.notice_id
            and own.shown
          order by own.seq desc limit 1
        ) as top`,
    )
    .where(sql`top.latest <> ${latest}`);
  if (rows.length > 0 || everyStep) await write(tx, rows, sql`latest = ${latest}`);
};

/** Moves the trays of those notices by one revision each, and the numbers of actors by what `uncounted` says. */
const recount = async (
  tx: Orm,
  rows: readonly Row[],
  uncounted: readonly Row[],
  shown: boolean,
): Promise<Revisions> => {
  const changed = new Map<string, { readonly userId: string; readonly noticeId: string; actors: number }>();
  const keyOf = (row: Row) => JSON.stringify([row.userId, row.noticeId]);
  for (const row of rows) changed.set(keyOf(row), { userId: row.userId, noticeId: row.noticeId, actors: 0 });
  for (const row of uncounted) changed.get(keyOf(row))!.actors += shown ? 1 : -1;
  const list = [...changed.values()];
  const column = (of: (item: (typeof list)[number]) => string) => textArray(list.map(of));
  // What is gone is not pushed, and what is back notifies nobody twice.
  const moves = sql`
    update inboxes set revision = revision + 1, as_of = greatest(as_of + 1, ${serverNow})
    where user_id = any(${textArray([...new Set(list.map(({ userId }) => userId))])})
    returning user_id, revision`;
  const changes = sql`
    update notices set actors = notices.actors + new.actors, changed = moved.revision,
      due_at = case when notices.actors + new.actors > 0 then notices.due_at end
    from unnest(${column(({ userId }) => userId)}, ${column(({ noticeId }) => noticeId)},
        ${bigintArray(list.map(({ actors }) => actors))}) as new (user_id, notice_id, actors)
      join moved on moved.user_id = new.user_id
    where notices.user_id = new.user_id and notices.id = new.notice_id`;
  const moved = await tx
    .with(tx.$with('moved', {}).as(moves), tx.$with('changed', {}).as(changes))
    .select({ userId: sql<string>`user_id`, revision: sql`revision`.mapWith(Number) })
    .from(sql`moved`);
  return new Map(moved.map(({ userId, revision }) => [userId, revision]));
};

/**
 * Shows or hides all acts in trays that `which` selects, see {@link actsToChange}; the caller holds the locks of their trays.
 * Returns the revisions of those that moved. `bySight`: a block or a mute hides them. `everyStep`: where it selects none the same
 * statements are sent, which then change nothing, so that nobody can tell by the time; for what is small.
 */
export const changeShown = async (
  tx: Orm,
  which: SQL,
  shown: boolean,
  { bySight = false, everyStep = false }: { readonly bySight?: boolean; readonly everyStep?: boolean } = {},
): Promise<Revisions> => {
  const revisions = new Map<string, number>();
  for (;;) {
    const rows = await actsToChange(tx, which, shown);
    if (rows.length === 0 && !everyStep) return revisions;
    const actors = actorsOf(rows);
    const before = shown ? await uncountedAmong(tx, actors) : [];
    // What comes back may surpass it.
    if (shown) await markLatest(tx, actors, false, everyStep);
    await write(tx, rows, sql`shown = ${shown}, hidden = ${!shown && bySight}, latest = false`);
    await markLatest(tx, actors, true, everyStep);
    const uncounted = shown ? before : await uncountedAmong(tx, actors);
    for (const [userId, revision] of await recount(tx, rows, uncounted, shown)) revisions.set(userId, revision);
    if (rows.length < BATCH) return revisions;
  }
};

/**
 * Takes acts, which are taken back, out of sight; the locks of their trays are held. Those that a block or a mute hid are not noted as
 * hidden any more: that is looked at when a block changes, and to take back costs nobody but the actor.
 */
export const hideActs = async (tx: Orm, actIds: readonly string[], everyStep = false): Promise<Revisions> => {
  const which = sql`placed.act_id = any(${textArray(actIds)})`;
  const revisions = await changeShown(tx, which, false, { everyStep });
  await tx.execute(sql`update notice_acts as placed set hidden = false where ${which} and hidden`);
  return revisions;
};

/** Shows acts that were taken back and are told again. What a block or a mute hides is noted as hidden by it. */
export const restoreActs = async (tx: Orm, actIds: readonly string[], everyStep = false): Promise<Revisions> => {
  const which = sql`placed.act_id = any(${textArray(actIds)})`;
  const revisions = await changeShown(tx, which, true, { everyStep });
  await tx.execute(sql`update notice_acts as placed set hidden = true where ${which} and not shown and not hidden`);
  return revisions;
};
