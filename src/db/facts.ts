import { type SQL, sql } from 'drizzle-orm';
import type { Pair } from '../presence/ports.js';
import { type Audience, DEFAULT_PRIVACY, type Facts, type Privacy, type Relation } from '../presence/visibility.js';
import { booleanArray, textArray } from './arrays.js';
import type { Database, Orm } from './database.js';
import { createGathered } from './gather.js';

/** A pair whose relation is asked for; `near` is whether more than a block matters, see {@link dependsOnRelation}. */
export interface RelationPair extends Pair {
  readonly near: boolean;
}

/** What is kept of a user for all viewers. */
export interface Standing {
  readonly exists: boolean;
  readonly privacy: Privacy;
}

const UNRELATED: Relation = Object.freeze({
  follows: false,
  followedBy: false,
  sharesCircle: false,
  sharesConversation: false,
  blocked: false,
});

/** How many pairs of several questions are asked about at once. */
const MAX_PAIRS = 4_000;

// `offset 0` keeps PostgreSQL from turning a question about one pair into a scan of a whole table, hashed for all pairs:
// without statistics (PGlite gathers none) it takes that for cheaper, and for circles it means all who share any.

const exists = (from: SQL): SQL<boolean> => sql<boolean>`exists (select from ${from} offset 0)`;

const follows = (follower: SQL, followee: SQL) =>
  exists(sql`follows where follower_id = ${follower} and followee_id = ${followee}`);

const blocks = (blocker: SQL, blocked: SQL) =>
  exists(sql`blocks where blocker_id = ${blocker} and blocked_id = ${blocked}`);

/** From the circles of the one, each looked up for the other: probes of the primary key, however many the members. */
const sharesCircle = (one: SQL, other: SQL) =>
  exists(
    sql`circle_members as one where one.user_id = ${one} and ${exists(sql`
    circle_members as other where other.circle_id = one.circle_id and other.user_id = ${other}`)}`,
  );

const sharesConversation = (one: SQL, other: SQL) =>
  exists(
    sql`conversation_members as one where one.user_id = ${one} and ${exists(sql`
    conversation_members as other where other.conversation_id = one.conversation_id and other.user_id = ${other}`)}
    and ${exists(sql`conversations where id = one.conversation_id and not open`)}`,
  );

const viewer = sql`pair.viewer_id`;
const user = sql`pair.user_id`;

/** What one does not have at all need not be looked for with each other. */
const HAS = sql`
  select few.id,
    ${exists(sql`follows where follower_id = few.id`)} or ${exists(sql`follows where followee_id = few.id`)} as follows,
    ${exists(sql`circle_members where user_id = few.id`)} as circles,
    ${exists(sql`conversation_members where user_id = few.id`)} as conversations,
    ${exists(sql`blocks where blocker_id = few.id`)} or ${exists(sql`blocks where blocked_id = few.id`)} as blocks`;

const given = (condition: SQL, then: SQL): SQL<boolean> =>
  sql<boolean>`case when ${condition} then ${then} else false end`;

/**
 * The columns of relations, and those of whom something is known to hold: the side of the pairs with fewer different
 * users. Sharing is the same from both sides, so it is looked for from the other one: the one viewer of a long list may
 * be in hundreds of conversations.
 */
const relationsOf = (pairs: readonly Pair[], near: SQL) => {
  const viewerIds = [...new Set(pairs.map((pair) => pair.viewerId))];
  const userIds = [...new Set(pairs.map((pair) => pair.userId))];
  const [many, few, fewIds] = viewerIds.length > userIds.length ? [viewer, user, userIds] : [user, viewer, viewerIds];
  return {
    columns: {
      follows: given(sql`${near} and has.follows`, follows(viewer, user)),
      followedBy: given(sql`${near} and has.follows`, follows(user, viewer)),
      sharesCircle: given(sql`${near} and has.circles`, sharesCircle(many, few)),
      sharesConversation: given(sql`${near} and has.conversations`, sharesConversation(many, few)),
      blocked: given(sql`has.blocks`, sql`${blocks(viewer, user)} or ${blocks(user, viewer)}`),
    },
    has: sql`(${HAS} from unnest(${textArray(fewIds)}) as few (id) offset 0) as has on has.id = ${few}`,
  };
};

const idsOf = (pairs: readonly Pair[]): SQL => sql`
  ${textArray(pairs.map((pair) => pair.viewerId))}, ${textArray(pairs.map((pair) => pair.userId))}`;

/** One query for any number of pairs, in the order asked. */
export const factsQuery = (orm: Orm, pairs: readonly Pair[]) => {
  const near = sql`(seen.status is null or seen.status in ('FOLLOWERS', 'MUTUALS') or seen.last_seen in ('FOLLOWERS', 'MUTUALS')
    or seen.activity in ('FOLLOWERS', 'MUTUALS'))`;
  const { columns, has } = relationsOf(pairs, near);
  return orm
    .select({
      status: sql<Audience | null>`seen.status`,
      lastSeen: sql<Audience | null>`seen.last_seen`,
      activity: sql<Audience | null>`seen.activity`,
      ...columns,
    })
    .from(
      sql`unnest(${idsOf(pairs)}) with ordinality as pair (viewer_id, user_id, place)
      join ${has}
      left join lateral (
        select privacy_status as status, privacy_last_seen as last_seen, privacy_activity as activity
        from users where users.id = pair.user_id and users.deleted_at is null offset 0
      ) as seen on true`,
    )
    .orderBy(sql`pair.place`);
};

/** The relations of pairs of which something holds, by their place from 1. */
export const relationsQuery = (orm: Orm, pairs: readonly RelationPair[]) => {
  const { columns, has } = relationsOf(pairs, sql`pair.near`);
  return orm
    .select({
      place: sql<number>`place`,
      follows: sql<boolean>`follows`,
      followedBy: sql<boolean>`followed_by`,
      sharesCircle: sql<boolean>`shares_circle`,
      sharesConversation: sql<boolean>`shares_conversation`,
      blocked: sql<boolean>`blocked`,
    })
    .from(
      sql`(
        select pair.place::int as place, ${columns.follows} as follows, ${columns.followedBy} as followed_by,
          ${columns.sharesCircle} as shares_circle, ${columns.sharesConversation} as shares_conversation,
          ${columns.blocked} as blocked
        from unnest(${idsOf(pairs)}, ${booleanArray(pairs.map((pair) => pair.near))})
          with ordinality as pair (viewer_id, user_id, near, place)
        join ${has}
        where pair.near or has.blocks offset 0
      ) as relation`,
    )
    .where(sql`follows or followed_by or shares_circle or shares_conversation or blocked`);
};

/** How viewers stand to users (DESIGN section 1, "Who sees what"). Privacy is as it was chosen; policy narrows it. */
export const createFacts = ({ db }: { readonly db: Database }) => ({
  /** All facts, by what holds now. */
  facts: createGathered<Pair, Facts>({
    max: MAX_PAIRS,
    async ask(pairs) {
      if (pairs.length === 0) return [];
      const rows = await db.run((orm) => factsQuery(orm, pairs));
      return rows.map(({ status, lastSeen, activity, ...relation }) => {
        const known = status !== null && lastSeen !== null && activity !== null;
        return { ...relation, exists: known, privacy: known ? { status, lastSeen, activity } : DEFAULT_PRIVACY };
      });
    },
  }),

  /** Relations alone, by what holds now. */
  relations: createGathered<RelationPair, Relation>({
    max: MAX_PAIRS,
    async ask(pairs) {
      const relations = pairs.map(() => UNRELATED);
      for (const { place, ...relation } of await db.run((orm) => relationsQuery(orm, pairs))) {
        relations[place - 1] = relation;
      }
      return relations;
    },
  }),
});
