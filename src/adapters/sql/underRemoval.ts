/**
 * What a deletion takes back is out of sight at once: until its batches have come (`socialRemovals.ts`), whoever reads a tray leaves it
 * out. Trays are read as they are stored. While something is being taken back, each reading says with what it finds whether that
 * concerns it: a look-up for each notice that it shows or counts, and for each tray and user who is being deleted. Only trays of which it
 * does are read again without it, with some look-ups for each notice; one that holds acts of many people about a deleted object, in a
 * group of the host's own, costs by these.
 */
import { type SQL, sql } from 'drizzle-orm';
import { exists } from './expressions.js';

/** Deleted users who are left out of the number of actors of a notice; those of more at a time follow with their batches. */
const MAX_UNCOUNTED = 100;

/** How trays are read: conditions on the row `notice` of `notices`, and `placed` of `notice_acts`. */
export interface TrayReading {
  /** To be joined to `notice`, for the others. */
  readonly joined: SQL;
  /** The act is of that notice, and shown. */
  readonly shows: SQL<boolean>;
  /** The latest acts of the three actors who came last in the notice, and maybe of others who came before. */
  readonly lastOfActors: SQL;
  /** The act is one of a notice that shows none, of which the latest is told nevertheless. */
  readonly isHidden: SQL<boolean>;
  /** The notice, which has actors, shows an act. */
  readonly isThere: SQL<boolean>;
  /** The number of actors of the notice. */
  readonly actors: SQL<number>;
  /** Whether the tray has to be read again, where that depends on the condition. */
  readonly isConcerned: (condition: SQL<boolean>) => SQL<boolean>;
}

const PLACED = sql`placed`;

/** The latest acts of the notice that `condition` selects, by an index that ends with their numbers: that is what the order is for. */
export const latestActs = (condition: SQL, limit: number | 'all'): SQL => sql`
  select act_id, actor_id, seq from notice_acts as placed
  where placed.user_id = notice.user_id and placed.notice_id = notice.id and ${condition}
  order by placed.seq desc limit ${sql.raw(String(limit))}`;

/** Acts by somebody who is being deleted are in the tray. */
export const holdsActsOfDeleted = (userId: SQL): SQL<boolean> =>
  exists(sql`social_removals as removed cross join lateral (
    select from notice_acts as placed
    where placed.user_id = ${userId} and placed.actor_id = removed.target_id and placed.shown limit 1
  ) as theirs where removed.kind = 'actor'`);

/** The object is being deleted: a reading that asks for many looks through the few deletions once. */
export const isDeleting = (objectId: SQL): SQL<boolean> =>
  sql<boolean>`(${objectId} in (select target_id from social_removals where kind = 'object'))`;

/**
 * The notice is about a deleted object; in a group of the host's own, one of the acts of those who came last: so many of them are named
 * where it is listed, and while one stays it counts.
 */
export const isAboutDeleted = (named: number): SQL<boolean> => sql<boolean>`(case
  when notice.group_key like '#%' then ${exists(sql`(${latestActs(sql`placed.latest`, named)}) as named
    cross join lateral (select object_id from acts where id = named.act_id offset 0) as about
    where ${isDeleting(sql`about.object_id`)}`)}
  else ${isDeleting(sql`notice.object_id`)} end)`;

const shownIn = (act: SQL): SQL =>
  sql`${act}.user_id = notice.user_id and ${act}.notice_id = notice.id and ${act}.shown`;

export const AS_STORED: TrayReading = {
  joined: sql`(select 0) as removal`,
  shows: sql<boolean>`(${shownIn(PLACED)})`,
  lastOfActors: latestActs(sql`placed.latest`, 3),
  isHidden: sql<boolean>`(not placed.shown and notice.actors = 0)`,
  isThere: sql<boolean>`true`,
  actors: sql<number>`notice.actors`,
  isConcerned: (condition) =>
    sql<boolean>`((select exists (select from social_removals where kind in ('actor', 'object'))) and (${condition}))`,
};

/** The acts of a notice with a lower number than this are all being taken back. A group of the host's own, about anything, has none. */
const FLOOR: SQL = sql`lateral (
  select coalesce(max(before), 0) as floor from social_removals
  where kind = 'object' and target_id = notice.object_id and notice.group_key not like '#%') as removal`;

/** The act is about a deleted object, in a group of the host's own. */
const goesWithObject = (act: SQL): SQL<boolean> => sql<boolean>`(notice.group_key like '#%'
  and ${exists(sql`acts as about join lateral (
    select before from social_removals where kind = 'object' and target_id = about.object_id offset 0
  ) as removed on true where about.id = ${act}.act_id and ${act}.seq < removed.before`)})`;

const goesWithActor = (act: SQL): SQL<boolean> =>
  exists(sql`social_removals where kind = 'actor' and target_id = ${act}.actor_id and ${act}.seq < before`);

const stays = (act: SQL): SQL<boolean> =>
  sql<boolean>`${act}.seq >= removal.floor and not ${goesWithActor(act)} and not ${goesWithObject(act)}`;

const STAYS: SQL<boolean> = sql<boolean>`(placed.shown and ${stays(PLACED)})`;
/** Where the latest of an actor goes, all of theirs do; but for a group of the host's own, where others may be about something else. */
const STAYS_AS_LATEST: SQL<boolean> = sql<boolean>`(placed.latest and ${stays(PLACED)})`;

const someAct = (condition: SQL): SQL<boolean> =>
  exists(sql`${FLOOR} cross join lateral (${latestActs(condition, 1)}) as staying`);

export const WITHOUT_REMOVED: TrayReading = {
  joined: FLOOR,
  shows: sql<boolean>`(${shownIn(PLACED)} and ${stays(PLACED)})`,
  lastOfActors: sql`
    with staying as materialized (${latestActs(STAYS_AS_LATEST, 3)})
    select act_id, actor_id, seq from staying
    union all
    select earlier.act_id, earlier.actor_id, earlier.seq
    from (${latestActs(
      sql`placed.latest and notice.group_key like '#%' and ${goesWithObject(PLACED)} and not ${goesWithActor(PLACED)}
        and placed.seq > (select coalesce((array_agg(seq order by seq desc))[3], -1) from staying)`,
      'all',
    )}) as gone cross join lateral (
      select act_id, actor_id, seq from notice_acts as earlier
      where ${shownIn(sql`earlier`)} and earlier.actor_id = gone.actor_id and earlier.seq < gone.seq and ${stays(sql`earlier`)}
      order by earlier.seq desc limit 1
    ) as earlier`,
  isHidden: sql<boolean>`(placed.shown = (notice.actors > 0) and actor.act_id is null)`,
  isThere: sql<boolean>`(${someAct(STAYS_AS_LATEST)} or (notice.group_key like '#%' and ${someAct(STAYS)}))`,
  // Exact but for groups of the host's own about deleted objects: theirs follows with the batches.
  actors: sql<number>`(case
    when removal.floor > 0 then (select count(*)::integer from (${latestActs(STAYS_AS_LATEST, 'all')}) as staying)
    else notice.actors - (
      select count(*)::integer
      from (select target_id from social_removals where kind = 'actor' limit ${sql.raw(String(MAX_UNCOUNTED))}) as deleted
      where ${exists(sql`notice_acts as placed where ${shownIn(PLACED)} and placed.actor_id = deleted.target_id`)}
    ) end)`,
  isConcerned: () => sql<boolean>`false`,
};

/** Reads those trays without what is being taken back: again where that concerns what is stored. */
export const readTrays = async <
  Tray extends { readonly userId: string },
  Row extends { readonly ownerId: string; readonly isConcerned: boolean },
>(
  trays: readonly Tray[],
  query: (trays: readonly Tray[], reading: TrayReading) => PromiseLike<readonly Row[]>,
): Promise<readonly Row[]> => {
  const stored = await query(trays, AS_STORED);
  const concerned = new Set(stored.flatMap(({ isConcerned, ownerId }) => (isConcerned ? [ownerId] : [])));
  if (concerned.size === 0) return stored;
  const again = trays.filter(({ userId }) => concerned.has(userId));
  return [...stored.filter(({ ownerId }) => !concerned.has(ownerId)), ...(await query(again, WITHOUT_REMOVED))];
};
