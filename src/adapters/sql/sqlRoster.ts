/** The roster of a viewer, and the access facts of its users (docs/design.md#who-sees-what). */
import { type SQL, sql } from 'drizzle-orm';
import type { People } from '../../presence/ports/stores.js';
import type { Audience } from '../../presence/visibility.js';
import { toAccessFacts } from './accessFacts.js';
import { toAccessSummary } from './accessSummary.js';
import type { Database, Orm } from './database.js';
import { exists } from './expressions.js';

/**
 * The first `limit` by id of the viewer's followees and the members of the viewer's circles, known or not, without the
 * viewer. Of each source no more than that many rows are read, in the order of its index.
 */
const firstOf = (viewerId: string, limit: number): SQL => sql`
  select id, bool_or(followed) as followed, bool_or(circled) as circled
  from (
    (select followee_id as id, true as followed, false as circled from follows
      where follower_id = ${viewerId} order by followee_id limit ${limit})
    union all
    select theirs.user_id, false, true
    from circle_members as mine cross join lateral (
      select user_id from circle_members where circle_id = mine.circle_id order by user_id limit ${limit + 1}
    ) as theirs
    where mine.user_id = ${viewerId}
  ) as source
  where id <> ${viewerId}
  group by id order by id limit ${limit}`;

export const rosterQuery = (orm: Orm, viewerId: string, limit: number) =>
  orm.select({ id: sql<string>`rostered.id` }).from(sql`(${firstOf(viewerId, limit)}) as rostered`);

/**
 * The same users with their access facts. Followees and members of a circle are visible without a shared conversation, so
 * none is looked up.
 */
export const rosterAccessFactsQuery = (orm: Orm, viewerId: string, limit: number) =>
  orm
    .select({
      id: sql<string>`rostered.id`,
      status: sql<Audience | null>`found.privacy_status`,
      lastSeen: sql<Audience | null>`found.privacy_last_seen`,
      activity: sql<Audience | null>`found.privacy_activity`,
      follows: sql<boolean>`rostered.followed`,
      sharesCircle: sql<boolean>`rostered.circled`,
      followedBy: exists(sql`follows where follower_id = rostered.id and followee_id = ${viewerId}`),
      blocked: sql<boolean>`(
        ${exists(sql`blocks where blocker_id = ${viewerId} and blocked_id = rostered.id`)}
        or ${exists(sql`blocks where blocker_id = rostered.id and blocked_id = ${viewerId}`)})`,
    })
    .from(
      sql`(${firstOf(viewerId, limit)}) as rostered left join lateral (
        select privacy_status, privacy_last_seen, privacy_activity from users
        where users.id = rostered.id and deleted_at is null offset 0
      ) as found on true`,
    )
    .orderBy(sql`rostered.id`);

export const createRoster = ({ db }: { readonly db: Database }) =>
  ({
    async roster(viewerId, limit) {
      const rows = await db.run((orm) => rosterQuery(orm, viewerId, limit));
      return rows.map((row) => row.id);
    },

    async rosterAccessFacts(viewerId, limit) {
      const rows = await db.run((orm) => rosterAccessFactsQuery(orm, viewerId, limit));
      return new Map(
        rows.map(({ id, follows, followedBy, sharesCircle, blocked, ...privacy }) => [
          id,
          toAccessFacts(toAccessSummary({ ...privacy, relationKinds: 0 }), {
            follows,
            followedBy,
            sharesCircle,
            sharesConversation: false,
            blocked,
          }),
        ]),
      );
    },
  }) satisfies Pick<People, 'roster' | 'rosterAccessFacts'>;
