/**
 * Conversations that were deleted. A host tells late and twice, and once a conversation is gone nothing says any more who could use it:
 * what is told about it shows to nobody, until it is made again and told once more. Written and read under the lock of the object.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Orm } from './database.js';
import { exists, serverNow, textArray } from './expressions.js';
import { deletedObjects } from './tables.js';
import { trayLocks } from './trayLocks.js';

/** Whether the object was a conversation and is deleted. */
export const isDeletedObject = (objectId: SQL): SQL<boolean> =>
  exists(sql`deleted_objects where object_id = ${objectId}`);

/** Notes a deleted conversation in the transaction of its deletion. */
export const noteDeletedConversation = async (tx: Orm, objectId: string): Promise<void> => {
  await tx
    .insert(deletedObjects)
    .values({ objectId })
    .onConflictDoUpdate({ target: deletedObjects.objectId, set: { at: serverNow } });
};

/** The conversation is made again: what is told from now on shows. */
export const forgetDeletedConversation = async (tx: Orm, objectId: string): Promise<void> => {
  await tx.delete(deletedObjects).where(sql`${deletedObjects.objectId} = ${objectId}`);
};

/**
 * Takes the locks of those trays, as `lockTrays`, and takes back those of the acts, which this transaction wrote, that are about a
 * deleted conversation. Returns their ids. In one statement, and not in the one that wrote the acts: that one began before it had the
 * locks of the objects, and does not see a deletion that it waited for.
 */
export const lockTraysAndClose = async (
  tx: Orm,
  userIds: Iterable<string>,
  actIds: readonly string[],
): Promise<ReadonlySet<string>> => {
  const closed = sql`
    update acts set gone_at = ${serverNow}
    where id = any(${textArray(actIds)}) and ${isDeletedObject(sql`acts.object_id`)}
    returning id`;
  const rows = await tx
    .with(tx.$with('locks', {}).as(trayLocks([...userIds])), tx.$with('closed', {}).as(closed))
    .select({ id: sql<string>`id` })
    .from(sql`closed`);
  return new Set(rows.map(({ id }) => id));
};
