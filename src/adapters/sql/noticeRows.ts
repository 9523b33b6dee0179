/** Notices and totals, as they are read. Numbers of notices are counted from the rows. */
import { type SQL, sql } from 'drizzle-orm';
import type { NoticePlace } from '../../social/ports/trays.js';
import type { Act, Inbox, Notice } from '../../social/socialTypes.js';
import { actColumns } from './actRows.js';
import type { Orm } from './database.js';
import { bigintArray, textArray } from './expressions.js';

/** Beyond so many, notices are not counted. */
export const MAX_COUNTED = 1_000;

const COUNTED = sql.raw(String(MAX_COUNTED));

/** The number of a tray's unread notices past a position, at most {@link MAX_COUNTED}. */
const unreadPast = (userId: SQL, position: SQL): SQL<number> =>
  sql`(select count(*) from (
    select from notices where user_id = ${userId} and read_at is null and actors > 0 and position > ${position}
    limit ${COUNTED}) as counted)`;

/** The totals of the trays that a query names `asked` by `user_id`. A tray that was never written is at revision 0. */
const inboxColumns = {
  userId: sql<string>`asked.user_id`,
  unread: unreadPast(sql`asked.user_id`, sql`-1`).mapWith(Number),
  unseen: unreadPast(sql`asked.user_id`, sql`coalesce(tray.seen, 0)`).mapWith(Number),
  revision: sql`coalesce(tray.revision, 0)`.mapWith(Number),
  asOf: sql`coalesce(tray.as_of, 0)`.mapWith(Number),
} satisfies Record<keyof Inbox, SQL>;

/** The tray of each user that is asked: `offset 0` makes it a look-up. */
const TRAY: SQL = sql`lateral (select * from inboxes where user_id = asked.user_id offset 0) as tray on true`;

/** One row for each of those distinct users. */
export const inboxQuery = (orm: Orm, userIds: readonly string[]) =>
  orm.select(inboxColumns).from(sql`unnest(${textArray(userIds)}) as asked (user_id) left join ${TRAY}`);

/** The latest acts of the notice `notice` that `condition` selects, by an index that ends with their numbers. */
const latestActs = (condition: SQL, limit: SQL): SQL => sql`
  select act_id, actor_id, seq from notice_acts as placed
  where placed.user_id = notice.user_id and placed.notice_id = notice.id and ${condition}
  order by placed.seq desc limit ${limit}`;

/**
 * What belongs to the row `notice` of `notices`: the three actors who came last, and its latest act. Of a notice that is gone, the
 * latest act that it had. It costs the same however many acts there are, of whomever.
 */
const noticeParts: SQL = sql`
  lateral (
    select (array_agg(act_id order by seq desc))[1] as act_id, (array_agg(actor_id order by seq desc))[1] as first,
      (array_agg(actor_id order by seq desc))[2] as second, (array_agg(actor_id order by seq desc))[3] as third
    from (${latestActs(sql`placed.latest`, sql.raw('3'))}) as last
  ) as actor
  left join lateral (${latestActs(sql`not placed.shown and notice.actors = 0`, sql.raw('1'))}) as hidden on true
  join acts as latest on latest.id = coalesce(actor.act_id, hidden.act_id)`;

const noticeColumns = {
  userId: sql<string>`notice.user_id`,
  id: sql<string>`notice.id`,
  actorCount: sql<number>`notice.actors`,
  first: sql<string | null>`actor.first`,
  second: sql<string | null>`actor.second`,
  third: sql<string | null>`actor.third`,
  at: sql`latest.told_at`.mapWith(Number),
  isRead: sql<boolean>`notice.read_at is not null`,
  position: sql`notice.position`.mapWith(Number),
  changed: sql`notice.changed`.mapWith(Number),
};

interface NoticeRow {
  readonly notice: Omit<Notice, 'actorIds' | 'gone' | 'latest' | 'verb' | 'objectId' | 'objectType'> & {
    readonly first: string | null;
    readonly second: string | null;
    readonly third: string | null;
  };
  readonly latest: Act;
}

export const toNotice = ({ notice: { first, second, third, ...notice }, latest }: NoticeRow): Notice => {
  const gone = notice.actorCount === 0;
  const actorIds = [first, second, third].filter((id) => id !== null);
  // A group of the host's may have begun with an act that is hidden: what it is about is said by the latest that is shown.
  const { verb, objectId, objectType } = latest;
  return { ...notice, verb, objectId, objectType, actorIds, latest, gone };
};

/** One notice more than the page has tells whether there are others. */
export const noticesQuery = (
  orm: Orm,
  userId: string,
  {
    first,
    after,
    unreadOnly,
  }: { readonly first: number; readonly after: NoticePlace | null; readonly unreadOnly: boolean },
) => {
  const beyond = after === null ? sql`true` : sql`(position, id) < (${after.position}::bigint, ${after.id})`;
  const page = sql`
    select * from notices
    where user_id = ${userId} and actors > 0 and ${beyond} and ${unreadOnly ? sql`read_at is null` : sql`true`}
    order by position desc, id desc limit ${first + 1}`;
  return orm
    .select({ notice: noticeColumns, latest: actColumns('latest') })
    .from(sql`(${page}) as notice cross join ${noticeParts}`)
    .orderBy(sql`notice.position desc, notice.id desc`);
};

/** The notices with those ids, of those users. */
export const noticesByIdQuery = (orm: Orm, places: readonly { readonly userId: string; readonly id: string }[]) => {
  const userIds = textArray(places.map(({ userId }) => userId));
  const ids = textArray(places.map(({ id }) => id));
  return orm.select({ notice: noticeColumns, latest: actColumns('latest') }).from(
    sql`unnest(${userIds}, ${ids}) as asked (user_id, id)
        join notices as notice on notice.user_id = asked.user_id and notice.id = asked.id cross join ${noticeParts}`,
  );
};

/** One act more than the page has; one row without an act for a notice of which none is beyond; no row where it is not shown. */
export const noticeActsQuery = (
  orm: Orm,
  userId: string,
  noticeId: string,
  { first, after }: { readonly first: number; readonly after: number | null },
) => {
  const page = sql`
    select act_id, seq from notice_acts
    where user_id = notice.user_id and notice_id = notice.id and shown
      and ${after === null ? sql`true` : sql`seq < ${after}::bigint`}
    order by seq desc limit ${first + 1}`;
  return orm
    .select({ isThere: sql<boolean>`told.id is not null`, act: actColumns('told') })
    .from(
      sql`notices as notice left join lateral (${page}) as placed on true left join acts as told on told.id = placed.act_id`,
    )
    .where(sql`notice.user_id = ${userId} and notice.id = ${noticeId} and notice.actors > 0`)
    .orderBy(sql`placed.seq desc`);
};

/** What {@link changesQuery} lists of one tray. */
export const MAX_CHANGES = 50;

/**
 * The totals of trays, a row for each notice that changed after the given revision (null: none), one more than is listed, and one
 * row for a tray without any.
 */
export const changesQuery = (
  orm: Orm,
  trays: readonly { readonly userId: string; readonly after: number | null }[],
) => {
  const asked = sql`unnest(${textArray(trays.map(({ userId }) => userId))}, ${bigintArray(trays.map(({ after }) => after))})
    as asked (user_id, after)`;
  const changed = sql`
    select * from notices where notices.user_id = asked.user_id and notices.changed > asked.after
    order by notices.changed desc limit ${MAX_CHANGES + 1}`;
  return orm
    .select({
      inbox: inboxColumns,
      /** Changes of before the question are not complete, or it is of another tray. */
      isPartial: sql<boolean>`coalesce(asked.after < tray.swept or asked.after > coalesce(tray.revision, 0), false)`,
      isThere: sql<boolean>`notice.id is not null`,
      notice: noticeColumns,
      latest: actColumns('latest'),
    })
    .from(
      sql`${asked} left join ${TRAY}
        left join lateral (${changed}) as notice on true left join (${noticeParts}) on true`,
    )
    .orderBy(sql`notice.changed desc, notice.position desc, notice.id desc`);
};
