import { type SQL, sql } from 'drizzle-orm';
import { pairKey } from '../../presence/pairs.js';
import type { Pair } from '../../presence/ports/access.js';
import type { AccessFacts, Relation } from '../../presence/visibility.js';
import {
  type AccessSummary,
  accessSummariesOf,
  accessSummaryIn,
  accessSummaryText,
  RELATION_KINDS,
  usersOf,
} from './accessSummary.js';
import type { Database, Orm } from './database.js';
import { exists, textArray } from './expressions.js';
import { columnsOf, listOf } from './listColumns.js';
import { createLoader, type Load } from './loader.js';
import type { PairCondition } from './pairLookup.js';
import { rowsByKey } from './rowsByKey.js';

/** Bound on the pairs of several calls that share a query. */
const MAX_PAIRS = 4_000;

/** The one follows the other. */
export const follows = (follower: SQL, followee: SQL) =>
  exists(sql`follows where follower_id = ${follower} and followee_id = ${followee}`);

const blocks = (blocker: SQL, blocked: SQL) =>
  exists(sql`blocks where blocker_id = ${blocker} and blocked_id = ${blocked}`);

/** Either blocks the other: two probes, however many blocks there are. */
export const isBlocked: PairCondition = (one, other) => sql`(${blocks(one, other)} or ${blocks(other, one)})`;

/** From the circles of `one`, each looked up for `other`: probes of the primary key, however many members there are. */
export const sharesCircle = (one: SQL, other: SQL) =>
  exists(
    sql`circle_members as one where one.user_id = ${one} and ${exists(sql`
    circle_members as other where other.circle_id = one.circle_id and other.user_id = ${other}`)}`,
  );

/** Both are members of a conversation that is not open. Looked up from the side of `one`, as circles are. */
export const sharesConversation = (one: SQL, other: SQL) =>
  exists(
    sql`conversation_members as one where one.user_id = ${one} and ${exists(sql`
    conversation_members as other where other.conversation_id = one.conversation_id and other.user_id = ${other}`)}
    and ${exists(sql`conversations where id = one.conversation_id and not open`)}`,
  );

const viewer = sql`pair.viewer_id`;
const user = sql`pair.user_id`;

/** How a pair is related, as bits. */
const RELATIONS = { follows: 1, followedBy: 2, sharesCircle: 4, sharesConversation: 8, blocked: 16 } as const;

const relationOf = (bits: number): Relation => ({
  follows: (bits & RELATIONS.follows) !== 0,
  followedBy: (bits & RELATIONS.followedBy) !== 0,
  sharesCircle: (bits & RELATIONS.sharesCircle) !== 0,
  sharesConversation: (bits & RELATIONS.sharesConversation) !== 0,
  blocked: (bits & RELATIONS.blocked) !== 0,
});

/** `bit` where the condition holds, else 0. Evaluates `condition` only where both users have relations of that kind. */
const ifBothHave = (kind: keyof typeof RELATION_KINDS, condition: SQL, bit: number): SQL => {
  const shared = sql.raw(String(RELATION_KINDS[kind]));
  return sql`case when viewer.relation_kinds & seen.relation_kinds & ${shared} = 0 then 0
    when ${condition} then ${sql.raw(String(bit))} else 0 end`;
};

/**
 * One query for any number of distinct pairs: the lists of what is known of each. Sharing is symmetric, so it is looked up
 * from the side with more distinct users: the one viewer of a long list may be in hundreds of conversations.
 */
export const accessFactsQuery = (orm: Orm, pairs: readonly Pair[]) => {
  const viewerIds = pairs.map((pair) => pair.viewerId);
  const userIds = pairs.map((pair) => pair.userId);
  const many = new Set(viewerIds).size > new Set(userIds).size ? viewer : user;
  const few = many === user ? viewer : user;
  return orm
    .with(orm.$with('summary', {}).as(accessSummariesOf(usersOf(pairs))))
    .select({
      viewerId: listOf<string>(viewer),
      userId: listOf<string>(user),
      viewer: listOf<string>(accessSummaryText('viewer')),
      user: listOf<string>(accessSummaryText('seen')),
      relation: listOf<number>(sql`${ifBothHave('follows', follows(viewer, user), RELATIONS.follows)}
        + ${ifBothHave('follows', follows(user, viewer), RELATIONS.followedBy)}
        + ${ifBothHave('circles', sharesCircle(many, few), RELATIONS.sharesCircle)}
        + ${ifBothHave('conversations', sharesConversation(many, few), RELATIONS.sharesConversation)}
        + ${ifBothHave('blocks', isBlocked(viewer, user), RELATIONS.blocked)}`),
    })
    .from(
      sql`unnest(${textArray(viewerIds)}, ${textArray(userIds)}) as pair (viewer_id, user_id)
      join summary as viewer on viewer.id = pair.viewer_id
      join summary as seen on seen.id = pair.user_id`,
    );
};

/** The relation of a pair, and the access summaries of both. */
export interface PairFacts {
  readonly viewer: AccessSummary;
  readonly user: AccessSummary;
  readonly relation: Relation;
}

/**
 * Reads the present facts of pairs, by `pairKey`; calls of the same moment share a query. Privacy is as the user chose it:
 * `visibility.ts` narrows it. Rejects with UNAVAILABLE.
 */
export const createPairFacts = ({ db }: { readonly db: Database }): Load<Pair, PairFacts> =>
  createLoader({
    max: MAX_PAIRS,
    async load(pairs) {
      if (pairs.length === 0) return new Map();
      const asked = new Map(pairs.map((pair) => [pairKey(pair.viewerId, pair.userId), pair]));
      return await db.run(async (orm) => {
        const { viewerId, userId, viewer, user, relation } = columnsOf(
          await accessFactsQuery(orm, [...asked.values()]),
        );
        const facts = viewerId.map((_, row) => ({
          viewer: accessSummaryIn(viewer[row]!),
          user: accessSummaryIn(user[row]!),
          relation: relationOf(relation[row]!),
        }));
        return rowsByKey(new Set(asked.keys()), facts, (_, row) => pairKey(viewerId[row]!, userId[row]!));
      });
    },
  });

export const toAccessFacts = ({ exists, privacy }: AccessSummary, relation: Relation): AccessFacts => ({
  ...relation,
  exists,
  privacy,
});
