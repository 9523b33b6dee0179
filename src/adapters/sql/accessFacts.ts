import { type SQL, sql } from 'drizzle-orm';
import { pairKey } from '../../presence/pairs.js';
import type { Pair } from '../../presence/ports/access.js';
import type { AccessFacts, Relation } from '../../presence/visibility.js';
import {
  type AccessSummary,
  accessSummariesOf,
  accessSummaryColumns,
  exists,
  RELATION_KINDS,
  toAccessSummary,
  usersOf,
} from './accessSummary.js';
import { byKey } from './answers.js';
import { textArray } from './arrays.js';
import type { Database, Orm } from './database.js';
import type { Holds } from './heldRelations.js';
import { createLoader, type Load } from './loader.js';

/** How many pairs of several questions are asked about at once. */
const MAX_PAIRS = 4_000;

const follows = (follower: SQL, followee: SQL) =>
  exists(sql`follows where follower_id = ${follower} and followee_id = ${followee}`);

const blocks = (blocker: SQL, blocked: SQL) =>
  exists(sql`blocks where blocker_id = ${blocker} and blocked_id = ${blocked}`);

/** Either way: two probes, however many blocks there are. */
export const isBlocked: Holds = (one, other) => sql`(${blocks(one, other)} or ${blocks(other, one)})`;

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

/** Looked for only where both have ties of that kind. */
const tied = (kind: keyof typeof RELATION_KINDS, holds: SQL): SQL<boolean> =>
  sql<boolean>`case when viewer.ties & seen.ties & ${sql.raw(String(RELATION_KINDS[kind]))} <> 0 then ${holds} else false end`;

/**
 * One query for any number of different pairs, one row each. Sharing is the same from both sides, so it is looked for from
 * the side with more different users: the one viewer of a long list may be in hundreds of conversations.
 */
export const accessFactsQuery = (orm: Orm, pairs: readonly Pair[]) => {
  const viewerIds = pairs.map((pair) => pair.viewerId);
  const userIds = pairs.map((pair) => pair.userId);
  const many = new Set(viewerIds).size > new Set(userIds).size ? viewer : user;
  const few = many === user ? viewer : user;
  return orm
    .with(orm.$with('standing', {}).as(accessSummariesOf(usersOf(pairs))))
    .select({
      viewerId: sql<string>`pair.viewer_id`,
      userId: sql<string>`pair.user_id`,
      viewer: accessSummaryColumns('viewer'),
      user: accessSummaryColumns('seen'),
      relation: {
        follows: tied('follows', follows(viewer, user)),
        followedBy: tied('follows', follows(user, viewer)),
        sharesCircle: tied('circles', sharesCircle(many, few)),
        sharesConversation: tied('conversations', sharesConversation(many, few)),
        blocked: tied('blocks', isBlocked(viewer, user)),
      },
    })
    .from(
      sql`unnest(${textArray(viewerIds)}, ${textArray(userIds)}) as pair (viewer_id, user_id)
      join standing as viewer on viewer.id = pair.viewer_id
      join standing as seen on seen.id = pair.user_id`,
    );
};

/** How one stands to another, and how both stand by themselves. */
export interface Found {
  readonly viewer: AccessSummary;
  readonly user: AccessSummary;
  readonly relation: Relation;
}

/**
 * How viewers stand to users (docs/semantics.md, "Who sees what"), by what holds now, by `pairKey`. Privacy is as it was
 * chosen; policy narrows it.
 */
export const createAccessFacts = ({ db }: { readonly db: Database }): Load<Pair, Found> =>
  createLoader({
    max: MAX_PAIRS,
    async load(pairs) {
      if (pairs.length === 0) return new Map();
      const asked = new Map(pairs.map((pair) => [pairKey(pair.viewerId, pair.userId), pair]));
      const rows = await db.run(async (orm) =>
        byKey(new Set(asked.keys()), await accessFactsQuery(orm, [...asked.values()]), ({ viewerId, userId }) =>
          pairKey(viewerId, userId),
        ),
      );
      return new Map(
        [...rows].map(([key, { viewer, user, relation }]) => [
          key,
          { viewer: toAccessSummary(viewer), user: toAccessSummary(user), relation },
        ]),
      );
    },
  });

export const toAccessFacts = ({ exists, privacy }: AccessSummary, relation: Relation): AccessFacts => ({
  ...relation,
  exists,
  privacy,
});
