/**
 * What a tray shows of one actor, judged anew after a block or its end. Nobody is to tell by the time of an answer whether the other
 * blocks or mutes them: all acts of the pair are written anew, also those that show as before, by the same statements. They are taken
 * out and put in again, since PostgreSQL updates a row in less time where no index has to know.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Orm } from './database.js';
import { exists, serverNow } from './expressions.js';
import { hidesFromTray } from './hiding.js';
import type { Revisions } from './shownActs.js';

/** Notices of one statement: it must end well within the statement timeout. */
const NOTICES = 500;

/** Each step by its name, of the next notices by id; a later one reads what those before it return. */
const steps = (userId: string, actorId: string, after: string): readonly (readonly [string, SQL])[] => [
  [
    // What is left of removed notices is being removed, see `socialSweeps.ts`: put in again it would stay.
    'piece',
    sql`select distinct notice_id from notice_acts
      where user_id = ${userId} and actor_id = ${actorId} and (shown or hidden) and notice_id > ${after}
        and ${exists(sql`notices where user_id = ${userId} and id = notice_id`)}
      order by notice_id limit ${NOTICES}`,
  ],
  [
    // What was taken back is not looked at, but for what was told late about a deleted conversation.
    'judged',
    sql`select placed.*, told.gone_at is null as is_told,
        told.gone_at is null and not ${hidesFromTray(sql`placed.user_id`, sql`placed.actor_id`, sql`told.object_id`)} as shows
      from piece cross join lateral (
          select * from notice_acts
          where user_id = ${userId} and actor_id = ${actorId} and notice_id = piece.notice_id and (shown or hidden) offset 0
        ) as placed join acts as told on told.id = placed.act_id offset 0`,
  ],
  [
    'marked',
    sql`select *, shows and seq = max(seq) filter (where shows) over (partition by notice_id) as is_latest from judged`,
  ],
  [
    'lifted',
    sql`delete from notice_acts using marked
      where notice_acts.user_id = marked.user_id and notice_acts.act_id = marked.act_id
      returning marked.*`,
  ],
  [
    'placed',
    sql`insert into notice_acts (user_id, act_id, notice_id, actor_id, seq, shown, hidden, latest)
      select user_id, act_id, notice_id, actor_id, seq, shows, is_told and not shows, is_latest from lifted`,
  ],
  [
    'differences',
    sql`select user_id, notice_id, bool_or(shown <> shows) as differs,
        bool_or(shows)::integer - bool_or(shown)::integer as actors
      from marked group by user_id, notice_id`,
  ],
  [
    'moved',
    sql`update inboxes set revision = revision + moves.n,
        as_of = case moves.n when 0 then as_of else greatest(as_of + 1, ${serverNow}) end
      from (select coalesce(bool_or(differs), false)::integer as n from differences) as moves
      where user_id = ${userId} returning revision, moves.n`,
  ],
  [
    'taken',
    sql`delete from notices using differences, moved
      where notices.user_id = differences.user_id and notices.id = differences.notice_id
      returning notices.*, differences.differs, differences.actors as more, moved.revision`,
  ],
  [
    // What is gone is not pushed, and what is back notifies nobody twice.
    'put',
    sql`insert into notices
        (user_id, id, group_key, verb, object_id, object_type, position, changed, at, read_at, actors, due_at)
      select user_id, id, group_key, verb, object_id, object_type, position,
        case when differs then revision else changed end, at, read_at, actors + more,
        case when actors + more > 0 then due_at end
      from taken`,
  ],
];

/** Judges all acts of an actor in a tray, of which the lock is held. Returns its revision where it moved. */
export const judgeActor = async (tx: Orm, userId: string, actorId: string): Promise<Revisions> => {
  const revisions = new Map<string, number>();
  for (let after = ''; ; ) {
    const [done] = await tx
      .with(...steps(userId, actorId, after).map(([name, step]) => tx.$with(name, {}).as(step)))
      .select({
        hasMoved: sql<boolean>`n > 0`,
        revision: sql`revision`.mapWith(Number),
        notices: sql`(select count(*) from piece)`.mapWith(Number),
        last: sql<string | null>`(select max(notice_id) from piece)`,
      })
      .from(sql`moved`);
    if (done?.hasMoved) revisions.set(userId, done.revision);
    if (!done?.last || done.notices < NOTICES) return revisions;
    after = done.last;
  }
};
