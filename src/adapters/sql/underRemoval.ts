/**
 * What a deletion takes back is out of sight at once: until its batches have come (`socialRemovals.ts`), whoever reads a tray leaves it
 * out. Trays are read as they are stored, with a look at a table that is mostly empty; only where something is being taken back they
 * are read again without it, with a look-up or two for each act that is read.
 */
import { type SQL, sql } from 'drizzle-orm';
import { exists } from './expressions.js';

/** Deleted users who are left out of the number of actors of a notice; those of more at a time follow with their batches. */
const MAX_UNCOUNTED = 100;

/** Whether anything is being taken back: a column of every reading of trays. */
export const IS_REMOVING: SQL<boolean> = sql<boolean>`(
  select exists (select from social_removals where kind in ('actor', 'object')))`;

/** How trays are read: conditions on the row `notice` of `notices`, and `placed` of `notice_acts`. */
export interface TrayReading {
  /** To be joined to `notice`, for the others. */
  readonly joined: SQL;
  /** The act is of that notice, and shown. */
  readonly shows: SQL<boolean>;
  /** It is the latest of its actor there. */
  readonly isLastOfActor: SQL<boolean>;
  /** The act is one of a notice that shows none, of which the latest is told nevertheless. */
  readonly isHidden: SQL<boolean>;
  /** The notice, which has actors, shows an act. */
  readonly isThere: SQL<boolean>;
  /** The number of actors of the notice. */
  readonly actors: SQL<number>;
}

const shownIn = (act: SQL): SQL =>
  sql`${act}.user_id = notice.user_id and ${act}.notice_id = notice.id and ${act}.shown`;

const PLACED = sql`placed`;

export const AS_STORED: TrayReading = {
  joined: sql`(select 0) as removal`,
  shows: sql<boolean>`(${shownIn(PLACED)})`,
  isLastOfActor: sql<boolean>`placed.latest`,
  isHidden: sql<boolean>`(not placed.shown and notice.actors = 0)`,
  isThere: sql<boolean>`true`,
  actors: sql<number>`notice.actors`,
};

/** The acts of a notice with a lower number than this are all being taken back. A group of the host's own, about anything, has none. */
const FLOOR: SQL = sql`lateral (
  select coalesce(max(before), 0) as floor from social_removals
  where kind = 'object' and target_id = notice.object_id and notice.group_key not like '#%') as removal`;

const stays = (act: SQL): SQL<boolean> => sql<boolean>`(${shownIn(act)} and ${act}.seq >= removal.floor
  and not ${exists(sql`social_removals where kind = 'actor' and target_id = ${act}.actor_id and ${act}.seq < before`)}
  and not (notice.group_key like '#%' and ${exists(sql`acts as about join lateral (
    select before from social_removals where kind = 'object' and target_id = about.object_id offset 0
  ) as removed on true where about.id = ${act}.act_id and ${act}.seq < removed.before`)}))`;

const STAYS = stays(PLACED);

/** A later act of the same actor may be about an object that was deleted, in a group of the host's own. */
const HAS_LATER: SQL<boolean> = exists(sql`notice_acts as later
  where later.actor_id = placed.actor_id and later.seq > placed.seq and ${stays(sql`later`)}`);

export const WITHOUT_REMOVED: TrayReading = {
  joined: FLOOR,
  shows: STAYS,
  isLastOfActor: sql<boolean>`(${STAYS} and case when notice.group_key like '#%' then not ${HAS_LATER} else placed.latest end)`,
  isHidden: sql<boolean>`(placed.shown = (notice.actors > 0) and actor.act_id is null)`,
  isThere: exists(
    sql`${FLOOR} cross join lateral (select from notice_acts as placed where ${STAYS} offset 0) as staying`,
  ),
  // Exact but for groups of the host's own about deleted objects: theirs follows with the batches.
  actors: sql<number>`(case
    when removal.floor > 0 then (select count(distinct actor_id)::integer from notice_acts as placed where ${STAYS})
    else notice.actors - (
      select count(*)::integer
      from (select target_id from social_removals where kind = 'actor' limit ${sql.raw(String(MAX_UNCOUNTED))}) as deleted
      where ${exists(sql`notice_acts as placed where ${shownIn(PLACED)} and placed.actor_id = deleted.target_id`)}
    ) end)`,
};

/** Reads trays without what is being taken back. */
export const readTrays = async <Row extends { readonly isRemoving: boolean }>(
  query: (reading: TrayReading) => PromiseLike<readonly Row[]>,
): Promise<readonly Row[]> => {
  const stored = await query(AS_STORED);
  return stored.some(({ isRemoving }) => isRemoving) ? await query(WITHOUT_REMOVED) : stored;
};
