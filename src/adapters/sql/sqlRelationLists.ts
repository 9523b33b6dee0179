/** Whom a user follows, and whom a user blocked, by id. */
import { and, eq, gt } from 'drizzle-orm';
import type { RelationStore, UserPage } from '../../presence/ports/relations.js';
import type { Database, Orm } from './database.js';
import { blocks, follows } from './tables.js';

/** No id is before the empty one. */
const from = ({ after }: UserPage): string => after ?? '';

export const followingQuery = (orm: Orm, userId: string, page: UserPage) =>
  orm
    .select({ id: follows.followeeId })
    .from(follows)
    .where(and(eq(follows.followerId, userId), gt(follows.followeeId, from(page))))
    .orderBy(follows.followeeId)
    .limit(page.limit);

export const blockedQuery = (orm: Orm, userId: string, page: UserPage) =>
  orm
    .select({ id: blocks.blockedId })
    .from(blocks)
    .where(and(eq(blocks.blockerId, userId), gt(blocks.blockedId, from(page))))
    .orderBy(blocks.blockedId)
    .limit(page.limit);

export const createRelationLists = ({ db }: { readonly db: Database }) =>
  ({
    async following(userId, page) {
      return (await db.run((orm) => followingQuery(orm, userId, page))).map(({ id }) => id);
    },
    async blocked(userId, page) {
      return (await db.run((orm) => blockedQuery(orm, userId, page))).map(({ id }) => id);
    },
  }) satisfies Pick<RelationStore, 'following' | 'blocked'>;
