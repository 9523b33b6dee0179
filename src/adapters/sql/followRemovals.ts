import { sql } from 'drizzle-orm';
import type { Orm } from './database.js';
import { textArray } from './expressions.js';
import { isFollowOf } from './followIds.js';

/** Acts that one statement removes. */
const BATCH = 2_000;

/**
 * Removes a batch of the follow acts in the tray of a deleted followee: an act that is there already notifies nobody, and who is named
 * again under that id is to hear of new follows. The tray itself goes afterwards. `after` is the id with which the last batch ended, null
 * at first; resolves to that of this one, null where nothing is left.
 */
export const removeFollowsOf = async (tx: Orm, followeeId: string, after: string | null): Promise<string | null> => {
  // Ids are compared by bytes: `;` comes after `:`.
  const placed = await tx
    .select({ id: sql<string>`act_id` })
    .from(sql`notice_acts`)
    .where(sql`user_id = ${followeeId} and act_id > ${after ?? 'follow:'} and act_id < 'follow;'`)
    .orderBy(sql`act_id`)
    .limit(BATCH);
  const ids = placed.map(({ id }) => id).filter((id) => isFollowOf(id, followeeId));
  if (ids.length > 0) {
    await tx.execute(sql`
      delete from acts where id in (select id from acts where id = any(${textArray(ids)}) order by id for update)
        and not exists (select from notice_acts where act_id = acts.id and user_id <> ${followeeId} offset 0)`);
  }
  return placed.length < BATCH ? null : (placed.at(-1)?.id ?? null);
};
