import { type SQL, sql } from 'drizzle-orm';
import type { Pair, People } from '../presence/ports.js';
import { type Audience, DEFAULT_PRIVACY, type Facts } from '../presence/visibility.js';
import { textArray } from './arrays.js';
import type { Database, Orm } from './database.js';

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
  exists(sql`conversation_members as one where one.user_id = ${one} and ${exists(sql`
    conversation_members as other where other.conversation_id = one.conversation_id and other.user_id = ${other}`)}
    and ${exists(sql`conversations where id = one.conversation_id and not open`)}`);

const viewer = sql`pair.viewer_id`;
const user = sql`pair.user_id`;

/**
 * One query for any number of pairs, in the order asked. Sharing is the same from both sides, so it is looked for from
 * the side with more different users: the one viewer of a long list may be in hundreds of conversations.
 */
export const factsQuery = (orm: Orm, pairs: readonly Pair[]) => {
  const viewerIds = pairs.map((pair) => pair.viewerId);
  const userIds = pairs.map((pair) => pair.userId);
  const many = new Set(viewerIds).size > new Set(userIds).size ? viewer : user;
  const few = many === user ? viewer : user;
  return orm
    .select({
      exists: sql<boolean>`seen.status is not null`,
      status: sql<Audience | null>`seen.status`,
      lastSeen: sql<Audience | null>`seen.last_seen`,
      activity: sql<Audience | null>`seen.activity`,
      follows: follows(viewer, user),
      followedBy: follows(user, viewer),
      sharesCircle: sharesCircle(many, few),
      sharesConversation: sharesConversation(many, few),
      blocked: sql<boolean>`${blocks(viewer, user)} or ${blocks(user, viewer)}`,
    })
    .from(
      sql`unnest(${textArray(viewerIds)}, ${textArray(userIds)}) with ordinality as pair (viewer_id, user_id, place)
      left join lateral (
        select privacy_status as status, privacy_last_seen as last_seen, privacy_activity as activity
        from users where users.id = pair.user_id and users.deleted_at is null offset 0
      ) as seen on true`,
    )
    .orderBy(sql`pair.place`);
};

/** How viewers stand to users (DESIGN section 1, "Who sees what"). Privacy is as it was chosen; policy narrows it. */
export const createFacts = ({ db }: { readonly db: Database }) =>
  ({
    async facts(pairs) {
      if (pairs.length === 0) return [];
      const rows = await db.run((orm) => factsQuery(orm, pairs));
      return rows.map(({ status, lastSeen, activity, ...relation }): Facts => {
        const known = status !== null && lastSeen !== null && activity !== null;
        return { ...relation, privacy: known ? { status, lastSeen, activity } : DEFAULT_PRIVACY };
      });
    },
  }) satisfies Pick<People, 'facts'>;
