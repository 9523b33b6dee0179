import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { ToldLive } from '../../presence/ports/toldLive.js';
import type { Database } from './database.js';
import { textArray } from './expressions.js';
import { toldLive } from './tables.js';

/** Users whom a consumer of states was told to be live. */
export const createToldLive = ({ db }: { readonly db: Database }): ToldLive => ({
  async add(consumer, userIds) {
    if (userIds.length === 0) return;
    const rows = sql`select ${consumer}::text, user_id from unnest(${textArray(userIds)}) as told (user_id)`;
    // Most of them were told so before: nothing is written for these.
    await db.run((orm) => orm.insert(toldLive).select(rows).onConflictDoNothing());
  },

  async remove(consumer, userIds) {
    if (userIds.length === 0) return;
    await db.run((orm) =>
      orm
        .delete(toldLive)
        .where(and(eq(toldLive.consumer, consumer), sql`${toldLive.userId} = any(${textArray(userIds)})`)),
    );
  },

  async page(consumer, after, limit) {
    const rows = await db.run((orm) =>
      orm
        .select({ userId: toldLive.userId })
        .from(toldLive)
        .where(and(eq(toldLive.consumer, consumer), after === null ? undefined : gt(toldLive.userId, after)))
        .orderBy(asc(toldLive.userId))
        .limit(limit),
    );
    return rows.map(({ userId }) => userId);
  },
});
