/**
 * Timelines, found when read: nothing is written for a follower. The latest acts of a roster come from an index alone: the head of
 * each actor below the cursor, the latest of these heads, and the acts of those actors. Costs a probe of the index for each user of
 * the roster, and the facts of the acts that are read.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { UseChange } from '../../presence/ports/bus.js';
import type { Audience } from '../../presence/visibility.js';
import { actFactsOf } from '../../social/actFacts.js';
import { seesAct } from '../../social/actSight.js';
import type { ActFacts, TimelineReader } from '../../social/ports/timelines.js';
import { type Act, actFields } from '../../social/socialTypes.js';
import { follows, isBlocked, sharesCircle, sharesConversation } from './accessFacts.js';
import { actColumns } from './actRows.js';
import type { Database, Orm } from './database.js';
import { isAboutDeleted, isAboutFormer } from './deletedObjects.js';
import { bigintArray, exists, textArray } from './expressions.js';
import { ownerId as presentOwnerId } from './owners.js';

/** Acts read at once, of which the viewer may see some. */
const MAX_READ = 200;
/**
 * So many in all: a page ends, and can be gone on from, where so many acts in a row are out of the viewer's sight. Their facts are what
 * costs, 50 to 70 µs an act.
 */
const MAX_LOOKED = 2_000;
/** The latest acts about one object of which those of the roster are looked for. */
const MAX_ABOUT_ONE = 1_000;
/** The same about several objects; of each at least so many as there are objects at most. */
const MAX_ABOUT = 20_000;
/** Objects whose acts are looked for together. Beyond, it is looked through the latest acts of the roster. */
const MAX_OBJECTS = 200;
/** The latest acts of the roster that are looked through for those about many objects. */
const MAX_OF_ROSTER = 500;

/** The acts that timelines may hold, below a number: the condition of the index `acts_of_actor`. */
const tellable = (actorId: SQL, below: number | null): SQL => sql`
  acts.actor_id = ${actorId} and acts.gone_at is null and acts.audience <> 'NOBODY'
  and acts.seq < ${below ?? Number.MAX_SAFE_INTEGER}::bigint`;

/** Whom the viewer follows and the members of their circles, without those whose acts the viewer sees none of. */
const rosterOf = (viewerId: string): SQL => sql`
  select distinct source.id from (
    select followee_id as id from follows where follower_id = ${viewerId}
    union all
    select theirs.user_id from circle_members as mine
      join circle_members as theirs on theirs.circle_id = mine.circle_id where mine.user_id = ${viewerId}
  ) as source
  where source.id <> ${viewerId}
    and source.id not in (select blocked_id from blocks where blocker_id = ${viewerId})
    and source.id not in (select blocker_id from blocks where blocked_id = ${viewerId})
    and source.id not in (select target_id from mutes where user_id = ${viewerId} and kind = 'user')`;

/** Numbers and ids of the latest `limit` acts of the viewer's roster below a number. */
export const latestOfRosterQuery = (orm: Orm, viewerId: string, below: number | null, limit: number) =>
  orm.select({ id: sql<string>`found.id`, seq: sql`found.seq`.mapWith(Number) }).from(
    sql`(
      with heads as materialized (
        select roster.id, head.seq from (${rosterOf(viewerId)}) as roster cross join lateral (
          select seq from acts where ${tellable(sql`roster.id`, below)} order by seq desc nulls last limit 1
        ) as head
        order by head.seq desc limit ${limit}
      ), numbers as materialized (
        select heads.id as actor_id, latest.seq from heads cross join lateral (
          select seq from acts where ${tellable(sql`heads.id`, below)}
            and (seq >= (select min(seq) from heads) or (select count(*) from heads) < ${limit})
          order by seq desc nulls last limit ${limit}
        ) as latest
        order by latest.seq desc limit ${limit}
      )
      select acts.id, acts.seq from numbers cross join lateral (
        select id, seq from acts where ${tellable(sql`numbers.actor_id`, below)} and seq = numbers.seq offset 0
      ) as acts
    ) as found order by found.seq desc`,
  );

/** What some users own, one more than is looked for at most. */
export const ownedByQuery = (orm: Orm, ownerIds: readonly string[]) =>
  orm.select({ id: sql<string>`owned.id` }).from(
    sql`(
      select owned.id from unnest(${textArray(ownerIds)}) as asked (id) cross join lateral (
        select id from conversations where owner_id = asked.id limit ${MAX_OBJECTS + 1}
      ) as owned limit ${MAX_OBJECTS + 1}
    ) as owned`,
  );

/**
 * Ids of the latest acts about some objects by those on the viewer's roster; and a row `isCut` for each object about which there are
 * more acts than it was looked through.
 */
export const latestAboutQuery = (orm: Orm, viewerId: string, objectIds: readonly string[], limit: number) => {
  const each = Math.min(MAX_ABOUT_ONE, Math.floor(MAX_ABOUT / Math.max(1, objectIds.length)));
  const isCut = sql<boolean>`told.n > ${each}`;
  const onRoster = sql`told.actor_id <> ${viewerId} and (${follows(sql`${viewerId}`, sql`told.actor_id`)}
    or ${sharesCircle(sql`${viewerId}`, sql`told.actor_id`)})`;
  return orm
    .select({ id: sql<string>`told.id`, isCut })
    .from(
      sql`unnest(${textArray(objectIds)}) as object (id) cross join lateral (
        select *, row_number() over (order by seq desc) as n from (
          select id, actor_id, audience, gone_at, seq from acts where object_id = object.id
          order by seq desc nulls last limit ${each + 1}
        ) as latest
      ) as told`,
    )
    .where(sql`(${isCut} or (told.gone_at is null and told.audience <> 'NOBODY' and ${onRoster}))`)
    .orderBy(sql`told.n > ${each} desc, told.seq desc`)
    .limit(objectIds.length + limit);
};

/** The same acts among the latest of the viewer's roster. */
export const latestOfRosterAboutQuery = (
  orm: Orm,
  viewerId: string,
  { ownerIds, objectIds }: { readonly ownerIds: readonly string[]; readonly objectIds: readonly string[] },
) =>
  orm
    .select({ id: sql<string>`act.id` })
    .from(
      sql`(${latestOfRosterQuery(orm, viewerId, null, MAX_OF_ROSTER).getSQL()}) as latest
        cross join lateral (select id, object_id from acts where id = latest.id offset 0) as act
        left join lateral (select owner_id from conversations where id = act.object_id offset 0) as object on true`,
    )
    .where(sql`act.object_id = any(${textArray(objectIds)}) or object.owner_id = any(${textArray(ownerIds)})`);

/** Ids of the acts about objects that were told before they changed, the latest first, see `TimelineReader.actsBefore`. */
export const actsBeforeQuery = (
  orm: Orm,
  changes: readonly { readonly objectId: string; readonly change: UseChange }[],
) =>
  orm
    .select({
      id: sql<string>`told.id`,
      actorId: sql<string>`told.actor_id`,
      objectId: sql<string>`asked.id`,
    })
    .from(
      sql`unnest(${textArray(changes.map(({ objectId }) => objectId))},
          ${bigintArray(changes.map(({ change }) => change.below))},
          ${bigintArray(changes.map(({ change }) => change.deletedAt ?? null))})
        as asked (id, below, deleted_at) cross join lateral (
          select id, actor_id, audience, gone_at, seq from acts where object_id = asked.id and seq < asked.below
          order by seq desc nulls last limit ${MAX_ABOUT_ONE}
        ) as told`,
    )
    .where(sql`told.audience <> 'NOBODY'
      and (told.gone_at is null or told.gone_at >= asked.deleted_at)`)
    .orderBy(sql`told.seq desc`);

const viewer = sql`asked.viewer_id`;
const actor = sql`act.actor_id`;
const owner = sql`object.owner_id`;

/** The conversation that is the object of an act, as it is, or as it was until it changed. */
const objectAs = (change: UseChange | undefined): SQL => {
  if (!change)
    return sql`select id, open, ${presentOwnerId} as owner_id, audience from conversations where id = act.object_id offset 0`;
  const { open, ownerId, audience } = change.before ?? { open: null, ownerId: null, audience: null };
  return sql`select act.object_id as id, ${open}::boolean as open, ${ownerId}::text as owner_id, ${audience}::text as audience
    where ${change.before !== null}::boolean`;
};

/**
 * Whether an act is told; with the change that deleted its object, whether it was until then. Of a deleted object it is not known any
 * more who could use it, so acts about it are as good as taken back.
 */
const isTold = (change: UseChange | undefined): SQL<boolean> => {
  const [objectId, seq] = [sql`act.object_id`, sql`act.seq`];
  const byDeletion = exists(sql`social_removals where kind = 'object' and target_id = ${objectId} and ${seq} < before`);
  const gone = change?.deleted
    ? sql`act.gone_at < coalesce(${change.deletedAt ?? null}::bigint, ${Number.MAX_SAFE_INTEGER}::bigint)
      or ${isAboutFormer(objectId, seq)}`
    : sql`act.gone_at is not null or ${byDeletion} or ${isAboutDeleted(objectId, seq)}`;
  return sql<boolean>`not coalesce(${gone}, false)`;
};

/**
 * One row for each viewer and act that there is, told or not, with the facts of the two; with `change`, as they would be had that not
 * changed.
 */
export const actSightQuery = (
  orm: Orm,
  pairs: readonly { readonly viewerId: string; readonly actId: string }[],
  change?: UseChange,
) =>
  orm
    .select({
      viewerId: sql<string>`asked.viewer_id`,
      told: isTold(change),
      actorExists: exists(sql`users where id = ${actor} and deleted_at is null`),
      id: sql<string>`act.id`,
      verb: sql<string>`act.verb`,
      actorId: sql<string>`act.actor_id`,
      objectId: sql<string | null>`act.object_id`,
      objectType: sql<string | null>`act.object_type`,
      text: sql<string | null>`act.text`,
      data: sql<string | null>`act.data`,
      audience: sql<Audience>`act.audience`,
      at: sql`act.at`.mapWith(Number),
      seq: sql`act.seq`.mapWith(Number),
      relation: {
        follows: follows(viewer, actor),
        followedBy: follows(actor, viewer),
        sharesCircle: sharesCircle(viewer, actor),
        blocked: sql<boolean>`${isBlocked(viewer, actor)}`,
      },
      actorMuted: exists(sql`mutes where user_id = ${viewer} and kind = 'user' and target_id = ${actor}`),
      objectMuted: exists(sql`mutes where user_id = ${viewer} and kind = 'object' and target_id = act.object_id`),
      open: sql<boolean | null>`object.open`,
      isMember: exists(sql`conversation_members where conversation_id = object.id and user_id = ${viewer}
        and user_id <> all(${textArray(change?.joined ?? [])})`),
      ownerId: sql<string | null>`object.owner_id`,
      ownerAudience: sql<Audience | null>`object.audience`,
      ownerExists: exists(sql`users where id = ${owner} and deleted_at is null`),
      ownerRelation: {
        follows: follows(viewer, owner),
        followedBy: follows(owner, viewer),
        sharesCircle: sharesCircle(viewer, owner),
        sharesConversation: sharesConversation(viewer, owner),
        blocked: sql<boolean>`${isBlocked(viewer, owner)}`,
      },
    })
    .from(
      sql`unnest(${textArray(pairs.map(({ viewerId }) => viewerId))}, ${textArray(pairs.map(({ actId }) => actId))})
        as asked (viewer_id, act_id)
      join lateral (select * from acts where id = asked.act_id offset 0) as act on true
      left join lateral (${objectAs(change)}) as object on true`,
    );

type SightRow = Awaited<ReturnType<typeof actSightQuery>>[number];

const objectOf = ({ open, isMember, ownerId, ownerAudience, ownerExists, ownerRelation }: SightRow) => {
  if (open === null) return undefined;
  const owner = { userId: ownerId ?? '', audience: ownerAudience, exists: ownerExists, relation: ownerRelation };
  return { open, isMember, ...(ownerId !== null && { owner }) };
};

/** A shared conversation puts nobody on a roster, so none is looked up. */
const factsOf = (row: SightRow): ActFacts =>
  actFactsOf({ ...row, relation: { ...row.relation, sharesConversation: false }, object: objectOf(row) });

const UNTOLD: ActFacts = {
  ...{ told: false, actorExists: false, onRoster: false, inAudience: false, mayUseObject: false },
  ...{ actorBlocked: false, ownerBlocked: false, actorMuted: false, objectMuted: false, use: null },
};

export const createTimelineReader = ({
  db,
  maxLooked = MAX_LOOKED,
}: {
  readonly db: Database;
  readonly maxLooked?: number;
}) => {
  const sightsOf = async (viewerId: string, actIds: readonly string[]): Promise<ReadonlyMap<string, SightRow>> => {
    if (actIds.length === 0) return new Map();
    const pairs = actIds.map((actId) => ({ viewerId, actId }));
    const rows = await db.run((orm) => actSightQuery(orm, pairs));
    return new Map(rows.map((row) => [row.id, row]));
  };

  const sightsInOrder = async (viewerId: string, actIds: readonly string[]) =>
    [...(await sightsOf(viewerId, actIds)).values()]
      .map((row) => ({ act: actFields(row), facts: factsOf(row) }))
      .sort((a, b) => b.act.seq - a.act.seq);

  return {
    async timeline(viewerId, { first, after }) {
      const items: Act[] = [];
      let below = after;
      let looked = 0;
      let isAll = false;
      for (let limit = first + 1; items.length <= first && looked < maxLooked && !isAll; limit *= 2) {
        limit = Math.min(limit, MAX_READ);
        const latest = await db.run((orm) => latestOfRosterQuery(orm, viewerId, below, limit));
        const sights = await sightsOf(
          viewerId,
          latest.map(({ id }) => id),
        );
        for (const { id, seq } of latest) {
          below = seq;
          const row = sights.get(id);
          if (row && seesAct(factsOf(row))) items.push(actFields(row));
        }
        looked += latest.length;
        isAll = latest.length < limit;
      }
      const isFull = items.length > first;
      const end = isFull ? items[first - 1]!.seq : below;
      return { items: items.slice(0, first), hasMore: isFull || !isAll, end };
    },

    async actFacts(actId, viewerIds, change) {
      const distinct = [...new Set(viewerIds)];
      const pairs = distinct.map((viewerId) => ({ viewerId, actId }));
      const rows = await db.run((orm) => actSightQuery(orm, pairs, change));
      const found = new Map(rows.map((row) => [row.viewerId, factsOf(row)]));
      return new Map(distinct.map((viewerId) => [viewerId, found.get(viewerId) ?? UNTOLD]));
    },

    async factsAbout(viewerId, actIds) {
      const sights = await sightsOf(viewerId, [...new Set(actIds)]);
      const factsAbout = (id: string) => {
        const row = sights.get(id);
        return row ? factsOf(row) : UNTOLD;
      };
      return new Map(actIds.map((id) => [id, factsAbout(id)]));
    },

    actsBefore: async (changes) => (changes.length === 0 ? [] : await db.run((orm) => actsBeforeQuery(orm, changes))),

    acts: async (actIds) =>
      await db.run((orm) =>
        orm
          .select(actColumns('acts'))
          .from(sql`acts`)
          .where(sql`id = any(${textArray(actIds)})`),
      ),

    async latestActsAbout(viewerId, about, limit) {
      const { ownerIds, objectIds } = about;
      const owned = ownerIds.length === 0 ? [] : await db.run((orm) => ownedByQuery(orm, ownerIds));
      const all = [...new Set([...objectIds, ...owned.map(({ id }) => id)])];
      const few = all.length <= MAX_OBJECTS ? all : [...new Set(objectIds)].slice(0, MAX_OBJECTS);
      const found = few.length === 0 ? [] : await db.run((orm) => latestAboutQuery(orm, viewerId, few, limit));
      const ids = new Set(found.flatMap(({ id, isCut }) => (isCut ? [] : [id])));
      if (few !== all || found.some(({ isCut }) => isCut)) {
        for (const { id } of await db.run((orm) => latestOfRosterAboutQuery(orm, viewerId, about))) ids.add(id);
      }
      return (await sightsInOrder(viewerId, [...ids])).slice(0, limit);
    },

    async latestActs(viewerId, actorIds, limit) {
      const latest = await db.run((orm) =>
        orm.select({ id: sql<string>`latest.id` }).from(
          sql`unnest(${textArray([...new Set(actorIds)])}) as asked (id) cross join lateral (
            select id from acts where ${tellable(sql`asked.id`, null)} order by seq desc nulls last limit ${limit}
          ) as latest`,
        ),
      );
      return sightsInOrder(
        viewerId,
        latest.map(({ id }) => id),
      );
    },
  } satisfies TimelineReader;
};
