import { sql } from 'drizzle-orm';
import type { Growth } from '../../social/trayGrowth.js';
import type { Orm } from './database.js';
import { bigintArray, serverNow, textArray } from './expressions.js';

const flags = (values: readonly boolean[]) => sql`${`{${values.join(',')}}`}::boolean[]`;

/**
 * Writes what came into trays, in one statement; their locks are held. A notice that a shown act came to is due after
 * `pushAfterMs`.
 */
export const writeGrowth = async (
  tx: Orm,
  { notices, acts, surpassed, revisions }: Growth,
  pushAfterMs: number,
): Promise<void> => {
  const text = <T>(list: readonly T[], of: (item: T) => string | null) => textArray(list.map(of));
  const number = <T>(list: readonly T[], of: (item: T) => number) => bigintArray(list.map(of));
  await tx.execute(sql`
    with grown as (
      insert into notices (user_id, id, group_key, verb, object_id, object_type, position, changed, at, actors, due_at)
      select user_id, id, group_key, verb, object_id, object_type, position, changed, ${serverNow}, actors,
        case when is_due then ${serverNow} + ${pushAfterMs}::bigint end
      from unnest(${text(notices, (n) => n.userId)}, ${text(notices, (n) => n.id)}, ${text(notices, (n) => n.groupKey)},
        ${text(notices, (n) => n.verb)}, ${text(notices, (n) => n.objectId)}, ${text(notices, (n) => n.objectType)},
        ${number(notices, (n) => n.position)}, ${number(notices, (n) => n.changed)},
        ${number(notices, (n) => n.actors)}, ${flags(notices.map((n) => n.isDue))})
        as new (user_id, id, group_key, verb, object_id, object_type, position, changed, actors, is_due)
      on conflict (user_id, id) do update set position = excluded.position, changed = excluded.changed,
        at = excluded.at, actors = excluded.actors, due_at = excluded.due_at
    ), placed as (
      insert into notice_acts (user_id, act_id, notice_id, actor_id, seq, shown, latest, hidden)
      select *, not shown from unnest(${text(acts, (a) => a.userId)}, ${text(acts, (a) => a.actId)},
        ${text(acts, (a) => a.noticeId)}, ${text(acts, (a) => a.actorId)}, ${number(acts, (a) => a.seq)},
        ${flags(acts.map((a) => a.isShown))}, ${flags(acts.map((a) => a.isLatest))})
        as new (user_id, act_id, notice_id, actor_id, seq, shown, latest)
    ), surpassed as (
      update notice_acts set latest = false
      from unnest(${text(surpassed, (a) => a.userId)}, ${text(surpassed, (a) => a.actId)}) as old (user_id, act_id)
      where notice_acts.user_id = old.user_id and notice_acts.act_id = old.act_id
    )
    update inboxes set revision = moved.revision, as_of = greatest(as_of + 1, ${serverNow})
    from unnest(${textArray([...revisions.keys()])}, ${bigintArray([...revisions.values()])}) as moved (user_id, revision)
    where inboxes.user_id = moved.user_id`);
};
