/**
 * Conversations that were deleted. A host tells late and twice, and once a conversation is gone nothing says any more who could use it:
 * what is told about it shows to nobody, until it is made again; what was told before its deletion never comes back. Written and read
 * under the lock of the object.
 */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Orm } from './database.js';
import { exists, serverNow, textArray } from './expressions.js';
import { deletedObjects } from './tables.js';
import { trayLocks } from './trayLocks.js';

/** Whether the object was a conversation and is deleted. */
export const isDeletedObject = (objectId: SQL): SQL<boolean> =>
  exists(sql`deleted_objects where object_id = ${objectId} and not reopened`);

/** Whether an act is about a conversation that was deleted, also where there is another one of that id since. */
export const isAboutDeleted = (objectId: SQL, seq: SQL): SQL<boolean> =>
  exists(sql`deleted_objects where object_id = ${objectId} and (not reopened or ${seq} < before)`);

/** Whether it is about one that was deleted before the last deletion of the id. */
export const isAboutFormer = (objectId: SQL, seq: SQL): SQL<boolean> =>
  exists(sql`deleted_objects where object_id = ${objectId} and ${seq} < former_before`);

/** Notes a deleted conversation in the transaction of its deletion. Acts with numbers below `before` are about it. */
export const noteDeletedConversation = async (tx: Orm, objectId: string, before: number): Promise<void> => {
  await tx
    .insert(deletedObjects)
    .values({ objectId, before })
    .onConflictDoUpdate({
      target: deletedObjects.objectId,
      set: { at: serverNow, before, formerBefore: deletedObjects.before, reopened: false },
    });
};

/** The conversation is made again: what is told from now on shows. */
export const reopenDeletedConversation = async (tx: Orm, objectId: string): Promise<void> => {
  await tx.update(deletedObjects).set({ reopened: true }).where(eq(deletedObjects.objectId, objectId));
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
