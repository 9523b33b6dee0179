/**
 * What a deletion takes along of what happens around people: acts of a deleted user, and about a deleted object, are taken back; the
 * tray and the mutes of a deleted user are removed. The deletion leaves a row in `social_removals`; the batches follow right after it,
 * before it is answered for as long as {@link SOON_MS}, and by any node until nothing is left: about 3,000 to 5,000 acts in trays a
 * second. What is left is out of sight already for whoever reads (`underRemoval.ts`, `sqlTimelines.ts`); revisions move, and open
 * subscriptions to trays hear, when its batch comes.
 */
import { type SQL, sql } from 'drizzle-orm';
import { eachInTurn } from '../../async/batches.js';
import { NEXT_ACT_NUMBER } from './actRows.js';
import { takeLocks } from './advisoryLock.js';
import type { Database, Orm } from './database.js';
import { isAboutDeleted, noteDeletedConversation } from './deletedObjects.js';
import { inBatch, serverNow, textArray } from './expressions.js';
import { removals } from './tables.js';
import { lockTrays } from './trayLocks.js';

type Removal = typeof removals.$inferSelect;
type Kind = Removal['kind'];

/** Acts that are looked at, and taken back, together. */
const ACTS = 250;
/** Rows that one statement removes. */
const ROWS = 2_000;
/** Removals that one query lists. */
const LISTED = 100;
/** How long a deletion removes before it is answered. */
const SOON_MS = 1_000;

/**
 * Notes, in the transaction of a deletion, what is to be removed. Acts that are told later are none of it. Returns the number that
 * bounds them, and the instant.
 */
const noteRemoval = async (
  tx: Orm,
  kinds: readonly Kind[],
  targetId: string,
  wasConversation = false,
): Promise<{ readonly before: number; readonly at: number }> => {
  const [noted] = await tx
    .insert(removals)
    .select(sql`select kind, ${targetId}, ${NEXT_ACT_NUMBER}, ${wasConversation}::boolean
      from unnest(${textArray(kinds)}) as kind order by kind`)
    .onConflictDoUpdate({
      target: [removals.kind, removals.targetId],
      set: {
        before: sql`excluded.before`,
        wasConversation: sql`${removals.wasConversation} or excluded.was_conversation`,
      },
    })
    .returning({ before: removals.before, at: sql`${serverNow}`.mapWith(Number) });
  return noted!;
};

/**
 * Notes the deletion of an object: acts about it are taken back, nobody reads its counts any more, and of a conversation nothing that is
 * told later shows. The lock of the object is held. Returns the number below which acts are taken back, and the instant: they are so
 * from then on.
 */
export const noteDeletedObject = async (tx: Orm, objectId: string, wasConversation: boolean) => {
  const noted = await noteRemoval(tx, ['object'], objectId, wasConversation);
  if (wasConversation) await noteDeletedConversation(tx, objectId, noted.before);
  // What is put meanwhile comes wholly before or after.
  await takeLocks(tx, 'counts', [objectId]);
  await tx.execute(sql`delete from counts where object_id = ${objectId}`);
  return noted;
};

/** Notes the deletion of a user: their acts, their tray, and who mutes whom. Returns the number that bounds their acts. */
export const noteDeletedUser = async (tx: Orm, userId: string): Promise<number> =>
  (await noteRemoval(tx, ['actor', 'tray'], userId)).before;

/** Those of the deleted users of whom something is left. */
export const unremovedAmong = async (tx: Orm, userIds: readonly string[]): Promise<readonly string[]> => {
  if (userIds.length === 0) return [];
  const rows = await tx
    .selectDistinct({ userId: removals.targetId })
    .from(removals)
    .where(sql`kind in ('actor', 'tray') and target_id = any(${textArray(userIds)})`);
  return rows.map(({ userId }) => userId);
};

/**
 * Whether it is still to be done; it stays so until the transaction ends. Where another node has ended it, what is there since is
 * nothing of its.
 */
const isPending = async (tx: Orm, { kind, targetId, before }: Removal): Promise<boolean> => {
  const rows = await tx
    .select({ kind: removals.kind })
    .from(removals)
    .where(sql`kind = ${kind} and target_id = ${targetId} and before = ${before}`)
    .for('share');
  return rows.length > 0;
};

/**
 * One of those acts that were told before their object was deleted, and are not taken back yet: undefined where there is none. Of those
 * that would not come back anyway there is none.
 */
export const actUnderDeletion = async (tx: Orm, actIds: readonly string[]): Promise<string | undefined> => {
  const rows = await tx
    .select({ id: sql<string>`acts.id` })
    .from(sql`acts join social_removals as removal on removal.kind = 'object' and removal.target_id = acts.object_id`)
    .where(sql`acts.id = any(${textArray(actIds)}) and acts.seq < removal.before
      and not ${isAboutDeleted(sql`acts.object_id`, sql`acts.seq`)}`)
    .limit(1);
  return rows[0]?.id;
};

/** Where a walk through the acts of a user (by id) or about an object (the latest first) has come to. */
interface Place {
  readonly id: string;
  readonly seq: number;
}

/** The next acts that are to be taken back, and whether they are already: a walk looks at each act once, whatever became of it. */
export const actsToRetract = (
  orm: Orm,
  { kind, targetId, before }: Pick<Removal, 'kind' | 'targetId' | 'before'>,
  { id, seq }: Place = { id: '', seq: before },
) => {
  const acts = orm
    .select({ id: sql<string>`id`, seq: sql`seq`.mapWith(Number), gone: sql<boolean>`gone_at is not null` })
    .from(sql`acts`)
    .limit(ACTS);
  return kind === 'actor'
    ? acts.where(sql`actor_id = ${targetId} and id > ${id} and seq < ${before}::bigint`).orderBy(sql`id`)
    : acts.where(sql`object_id = ${targetId} and seq < ${seq}::bigint`).orderBy(sql`seq desc nulls last`);
};

const removeBatch = (table: SQL, which: SQL): SQL => sql`
  delete from ${table} where ${inBatch(sql`select ctid from ${table} where ${which} limit ${ROWS} for update`)} returning 1 as row`;

/** The rows of a tray, one table after the other; the tray itself last. */
export const TRAY_BATCHES = [
  (userId: string) => removeBatch(sql`notices`, sql`user_id = ${userId}`),
  (userId: string) => removeBatch(sql`notice_acts`, sql`user_id = ${userId}`),
  (userId: string) => removeBatch(sql`mutes`, sql`user_id = ${userId}`),
  (userId: string) => removeBatch(sql`mutes`, sql`target_id = ${userId} and kind = 'user'`),
  (userId: string) => sql`delete from inboxes where user_id = ${userId} returning 1 as row`,
] as const;

export type SocialRemovals = ReturnType<typeof createSocialRemovals>;

export const createSocialRemovals = ({
  db,
  retract,
}: {
  readonly db: Database;
  /** Takes acts back, in transactions of which `condition` holds; null where it does not any more. */
  readonly retract: (actIds: readonly string[], condition: (tx: Orm) => Promise<boolean>) => Promise<number | null>;
}) => {
  /** Ends where somebody else has ended it, or the same is deleted again: that has a note of its own. */
  const retractAll = async (removal: Removal, isStopped: () => boolean): Promise<boolean> => {
    for (let place: Place | undefined; ; ) {
      if (isStopped()) return false;
      const from: Place | undefined = place;
      const acts = await db.run((orm) => actsToRetract(orm, removal, from));
      const ids = acts.flatMap(({ id, gone }) => (gone ? [] : [id]));
      // Each of these acts may be in a thousand trays.
      const goesOn = async (tx: Orm) => (await isPending(tx, removal)) && !isStopped();
      if (ids.length > 0 && (await retract(ids, goesOn)) === null) return false;
      if (acts.length < ACTS) return removal.kind !== 'actor' || (await forgetWords(removal, isStopped));
      place = acts.at(-1);
    }
  };

  /** Nothing of what a deleted user wrote stays, also of acts that were taken back before. */
  const forgetWords = async ({ targetId, before }: Removal, isStopped: () => boolean): Promise<boolean> => {
    for (let after: string | null = ''; after !== null; ) {
      if (isStopped()) return false;
      const batch: SQL = sql`
        select id from acts where actor_id = ${targetId} and id > ${after} and seq < ${before}::bigint
          and (text is not null or data is not null)
        order by id limit ${ACTS} for update`;
      const forgotten: SQL = sql`
        update acts set text = null, data = null from batch where acts.id = batch.id returning acts.id`;
      const [row]: readonly { readonly last: string | null }[] = await db.run((orm) =>
        orm
          .with(orm.$with('batch', {}).as(batch), orm.$with('forgotten', {}).as(forgotten))
          .select({ last: sql<string | null>`max(id)` })
          .from(sql`forgotten`),
      );
      after = row?.last ?? null;
    }
    return true;
  };

  /** The lock of the tray lets an act that is told at the same time come wholly before or after. */
  const removeTray = async (removal: Removal, isStopped: () => boolean): Promise<boolean> => {
    const { targetId } = removal;
    for (const batchOf of TRAY_BATCHES) {
      for (let count = ROWS; count === ROWS; ) {
        if (isStopped()) return false;
        count = await db.run((orm) =>
          orm.transaction(async (tx) => {
            if (!(await isPending(tx, removal))) return 0;
            await lockTrays(tx, [targetId]);
            const gone = await tx
              .with(tx.$with('gone', {}).as(batchOf(targetId)))
              .select({ row: sql<number>`row` })
              .from(sql`gone`);
            return gone.length;
          }),
        );
      }
    }
    return true;
  };

  const complete = async (removal: Removal, isStopped: () => boolean): Promise<void> => {
    const isDone = await (removal.kind === 'tray' ? removeTray : retractAll)(removal, isStopped);
    if (!isDone) return;
    await db.run((orm) =>
      orm
        .delete(removals)
        .where(sql`kind = ${removal.kind} and target_id = ${removal.targetId} and before = ${removal.before}`),
    );
  };

  /**
   * Removes what is left of those deleted users and objects, or (null) of all, until nothing is left or `isStopped`. One that cannot be
   * removed holds up none of the others: it rejects with the first failure, after them.
   */
  const finish = async (targetIds: readonly string[] | null, isStopped: () => boolean): Promise<void> => {
    const left = await db.run((orm) =>
      orm
        .select()
        .from(removals)
        .where(
          sql`kind <> 'excess' and ${targetIds === null ? sql`true` : sql`target_id = any(${textArray(targetIds)})`}`,
        )
        // However many cannot be removed, the others have their turn.
        .orderBy(sql`random()`)
        .limit(LISTED),
    );
    await eachInTurn(left, (removal) => complete(removal, isStopped));
  };

  return {
    finish,
    /** The same for a moment, after a deletion; what then remains, or failed, is left to {@link finish}. */
    async finishSoon(targetIds: readonly string[]): Promise<void> {
      const until = performance.now() + SOON_MS;
      await finish(targetIds, () => performance.now() > until).catch(() => {});
    },
  };
};
