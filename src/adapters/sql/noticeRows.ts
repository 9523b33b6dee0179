/** Notices and totals, as they are read (`readTrays`). Numbers of notices are counted from the rows. */
import { type SQL, sql } from 'drizzle-orm';
import type { NoticePlace } from '../../social/ports/trays.js';
import type { Act, Inbox, Notice } from '../../social/socialTypes.js';
import { actColumns } from './actRows.js';
import type { Orm } from './database.js';
import { bigintArray, exists, textArray } from './expressions.js';
import { holdsActsOfDeleted, isAboutDeleted, isDeleting, latestActs, type TrayReading } from './underRemoval.js';

/** Actors of a notice who are named. */
const NAMED = 3;
/** Beyond so many, notices are not counted. */
export const MAX_COUNTED = 1_000;

const COUNTED = sql.raw(String(MAX_COUNTED));

const unread = (userId: SQL, condition: SQL): SQL => sql`
  notices as notice where user_id = ${userId} and read_at is null and actors > 0 and ${condition}`;

/** The number of a tray's unread notices past a position, at most {@link MAX_COUNTED}. */
const unreadPast = (userId: SQL, position: SQL, { isThere }: TrayReading): SQL<number> =>
  sql`(select count(*) from (
    select from ${unread(userId, sql`position > ${position} and ${isThere}`)} limit ${COUNTED}) as counted)`;

/** The tray of each user that is asked: `offset 0` makes it a look-up. */
const TRAY: SQL = sql`lateral (select * from inboxes where user_id = asked.user_id offset 0) as tray on true`;

/**
 * The totals of the trays that `asked` names by `user_id`, as rows `total`: a list of notices that is joined to them has them counted
 * once. A tray that was never written is at revision 0.
 */
const totalsOf = (asked: SQL, reading: TrayReading): SQL => sql`(
  select asked.*, tray.swept, coalesce(tray.revision, 0) as revision, coalesce(tray.as_of, 0) as as_of,
    ${unreadPast(sql`asked.user_id`, sql`-1`, reading)} as unread,
    ${unreadPast(sql`asked.user_id`, sql`coalesce(tray.seen, 0)`, reading)} as unseen,
    ${reading.isConcerned(sql`${holdsActsOfDeleted(sql`asked.user_id`)}
      or ${exists(unread(sql`asked.user_id`, isAboutDeleted(1)))}`)} as is_concerned
  from ${asked} left join ${TRAY} offset 0) as total`;

const inboxColumns = {
  userId: sql<string>`total.user_id`,
  unread: sql`total.unread`.mapWith(Number),
  unseen: sql`total.unseen`.mapWith(Number),
  revision: sql`total.revision`.mapWith(Number),
  asOf: sql`total.as_of`.mapWith(Number),
} satisfies Record<keyof Inbox, SQL>;

interface Tray {
  readonly userId: string;
}

const owners = (trays: readonly Tray[]): SQL => textArray(trays.map(({ userId }) => userId));

/** One row for each of those distinct users. */
export const inboxQuery = (orm: Orm, trays: readonly Tray[], reading: TrayReading) =>
  orm
    .select({
      inbox: inboxColumns,
      ownerId: sql<string>`total.user_id`,
      isConcerned: sql<boolean>`total.is_concerned`,
    })
    .from(totalsOf(sql`unnest(${owners(trays)}) as asked (user_id)`, reading));

/**
 * What belongs to the row `notice` of `notices`: the three actors who came last, and its latest act. Of a notice that is gone, the
 * latest act that it had. It costs the same however many acts there are, of whomever.
 */
const noticeParts = ({ joined, lastOfActors, isHidden }: TrayReading): SQL => sql`
  ${joined} cross join lateral (
    select (array_agg(act_id order by seq desc))[1] as act_id, (array_agg(actor_id order by seq desc))[1] as first,
      (array_agg(actor_id order by seq desc))[2] as second, (array_agg(actor_id order by seq desc))[3] as third
    from (${lastOfActors}) as last
  ) as actor
  left join lateral (${latestActs(isHidden, 1)}) as hidden on true
  join acts as latest on latest.id = coalesce(actor.act_id, hidden.act_id)`;

const noticeColumns = ({ actors }: TrayReading) => ({
  userId: sql<string>`notice.user_id`,
  id: sql<string>`notice.id`,
  actorCount: sql<number>`case when actor.act_id is null then 0 else ${actors} end`,
  first: sql<string | null>`actor.first`,
  second: sql<string | null>`actor.second`,
  third: sql<string | null>`actor.third`,
  at: sql`latest.told_at`.mapWith(Number),
  isRead: sql<boolean>`notice.read_at is not null`,
  position: sql`notice.position`.mapWith(Number),
  changed: sql`notice.changed`.mapWith(Number),
});

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
  const actorIds = gone ? [] : [first, second, third].filter((id) => id !== null);
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
  reading: TrayReading,
) => {
  const beyond = after === null ? sql`true` : sql`(position, id) < (${after.position}::bigint, ${after.id})`;
  const page = sql`
    select * from notices as notice
    where user_id = ${userId} and actors > 0 and ${beyond} and ${unreadOnly ? sql`read_at is null` : sql`true`}
      and ${reading.isThere}
    order by position desc nulls last, id desc nulls last limit ${first + 1}`;
  return orm
    .select({
      notice: noticeColumns(reading),
      latest: actColumns('latest'),
      ownerId: sql<string>`notice.user_id`,
      isConcerned: reading.isConcerned(sql`${holdsActsOfDeleted(sql`${userId}`)} or ${isAboutDeleted(NAMED)}`),
    })
    .from(sql`(${page}) as notice cross join ${noticeParts(reading)}`)
    .orderBy(sql`notice.position desc, notice.id desc`);
};

/** The notices with those ids, of those users. */
export const noticesByIdQuery = (
  orm: Orm,
  places: readonly (Tray & { readonly id: string })[],
  reading: TrayReading,
) => {
  const ids = textArray(places.map(({ id }) => id));
  return orm
    .select({
      notice: noticeColumns(reading),
      latest: actColumns('latest'),
      ownerId: sql<string>`notice.user_id`,
      isConcerned: reading.isConcerned(sql`${holdsActsOfDeleted(sql`notice.user_id`)} or ${isAboutDeleted(NAMED)}`),
    })
    .from(
      sql`unnest(${owners(places)}, ${ids}) as asked (user_id, id)
        join notices as notice on notice.user_id = asked.user_id and notice.id = asked.id
        cross join ${noticeParts(reading)}`,
    );
};

/** One act more than the page has; one row without an act for a notice of which none is beyond; no row where it is not shown. */
export const noticeActsQuery = (
  orm: Orm,
  userId: string,
  noticeId: string,
  { first, after }: { readonly first: number; readonly after: number | null },
  { joined, shows, isThere, isConcerned }: TrayReading,
) => {
  const page = sql`
    select act_id, seq from notice_acts as placed
    where ${shows} and ${after === null ? sql`true` : sql`seq < ${after}::bigint`}
    order by seq desc limit ${first + 1}`;
  return orm
    .select({
      isThere: sql<boolean>`told.id is not null`,
      act: actColumns('told'),
      ownerId: sql<string>`notice.user_id`,
      isConcerned: isConcerned(
        sql`${holdsActsOfDeleted(sql`${userId}`)} or ${isAboutDeleted(NAMED)} or ${isDeleting(sql`told.object_id`)}`,
      ),
    })
    .from(
      sql`notices as notice cross join ${joined}
        left join lateral (${page}) as placed on true left join acts as told on told.id = placed.act_id`,
    )
    .where(sql`notice.user_id = ${userId} and notice.id = ${noticeId} and notice.actors > 0 and ${isThere}`)
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
  trays: readonly (Tray & { readonly after: number | null })[],
  reading: TrayReading,
) => {
  const asked = sql`unnest(${owners(trays)}, ${bigintArray(trays.map(({ after }) => after))})
    as asked (user_id, after)`;
  const changed = sql`
    select * from notices where notices.user_id = total.user_id and notices.changed > total.after
    order by notices.changed desc limit ${MAX_CHANGES + 1}`;
  return orm
    .select({
      inbox: inboxColumns,
      ownerId: sql<string>`total.user_id`,
      isConcerned: sql<boolean>`(total.is_concerned or ${reading.isConcerned(isAboutDeleted(NAMED))})`,
      /** Changes of before the question are not complete, or it is of another tray. */
      isPartial: sql<boolean>`coalesce(total.after < total.swept or total.after > total.revision, false)`,
      isThere: sql<boolean>`notice.id is not null`,
      notice: noticeColumns(reading),
      latest: actColumns('latest'),
    })
    .from(
      sql`${totalsOf(asked, reading)}
        left join lateral (${changed}) as notice on true left join (${noticeParts(reading)}) on true`,
    )
    .orderBy(sql`notice.changed desc, notice.position desc, notice.id desc`);
};
