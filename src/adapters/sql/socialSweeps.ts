/**
 * Retention of what happens around people: old notices, and the oldest of trays that have too many; old acts that are in no tray; counts
 * of objects that did not move for long; deleted objects about which no act is left. In small batches, by one node at a time.
 */
import { type SQL, sql } from 'drizzle-orm';
import { takeLocks } from './advisoryLock.js';
import type { Database, Orm } from './database.js';
import { exists, inBatch, serverNow, statementNow, textArray } from './expressions.js';
import type { Revisions } from './shownActs.js';
import type { CommitSocial } from './socialCommit.js';
import { trayChanges } from './sqlActs.js';
import { lockTrays } from './trayLocks.js';

const DAY_MS = 86_400_000;

export interface Retention {
  /** Notices to which nothing came for so long are removed. */
  readonly noticeRetentionMs: number;
  /** Acts in no tray are removed when they were told so long ago. */
  readonly actRetentionMs: number;
  /** Counts of an object of which none moved for so long are removed. */
  readonly countRetentionMs: number;
  /** Notices that a tray keeps: of those that are shown, and as many of those that are not. */
  readonly maxNotices: number;
}

export const RETENTION: Retention = {
  noticeRetentionMs: 90 * DAY_MS,
  actRetentionMs: 30 * DAY_MS,
  countRetentionMs: 90 * DAY_MS,
  maxNotices: 1_000,
};

/** Rows that one step looks at. */
const BATCH = 200;
/** Acts of removed notices that one statement removes. */
const ACTS = 2_000;
/** The advisory lock of who sweeps: "sweeping" in ASCII, without its last letter. */
const SWEEP_LOCK = '32500877246164846';

interface Place {
  readonly userId: string;
  readonly id: string;
}

/** Where a walk through a table in the order of age has come to. */
interface Cursor {
  readonly at: number;
  readonly id: string;
}
const START: Cursor = { at: -1, id: '' };

/** Nothing came to the notice for so long. */
const isOld = (retentionMs: number): SQL => sql`notices.at < ${statementNow} - ${retentionMs}::bigint`;

export const oldNotices = (orm: Orm, retentionMs: number) =>
  orm
    .select({ userId: sql<string>`user_id`, id: sql<string>`id` })
    .from(sql`notices`)
    .where(isOld(retentionMs))
    .orderBy(sql`at`)
    .limit(BATCH);

/** Notices of a tray beyond the number that is kept. What is hidden never drives out what is shown. */
export const excessNotices = (orm: Orm, userId: string, maxNotices: number) => {
  const beyond = (condition: ReturnType<typeof sql>) => sql`(
    select user_id, id from notices where user_id = ${userId} and ${condition}
    order by position desc, id desc offset ${maxNotices} limit ${BATCH})`;
  return orm
    .select({ userId: sql<string>`user_id`, id: sql<string>`id` })
    .from(sql`(${beyond(sql`actors > 0`)} union all ${beyond(sql`actors = 0`)}) as excess`)
    .limit(BATCH);
};

/** Removes some of the acts of removed notices. */
export const placedQuery = (places: readonly Place[]): SQL => sql`
  delete from notice_acts where ${inBatch(sql`
    select placed.ctid
    from unnest(${textArray(places.map(({ userId }) => userId))}, ${textArray(places.map(({ id }) => id))})
      as old (user_id, id)
    join notice_acts as placed on placed.user_id = old.user_id and placed.notice_id = old.id
    where not exists (select from notices where user_id = old.user_id and id = old.id offset 0)
    limit ${ACTS} for update of placed`)}
  returning 1 as row`;

export const createSocialSweeps = ({
  db,
  commit,
  retention = RETENTION,
  walkMs = DAY_MS,
}: {
  readonly db: Database;
  readonly commit: CommitSocial;
  readonly retention?: Retention;
  /** After how long a walk begins again, unless what it removes is kept for less: then after that time. */
  readonly walkMs?: number;
}) => {
  const { noticeRetentionMs, actRetentionMs, countRetentionMs, maxNotices } = retention;

  /** Whether this node sweeps, until the transaction ends. */
  const isSweeper = async (tx: Orm): Promise<boolean> => {
    const [row] = await tx
      .select({ taken: sql<boolean>`taken` })
      .from(sql`pg_try_advisory_xact_lock(${SWEEP_LOCK}::bigint) as taken`);
    return row?.taken ?? false;
  };

  /**
   * Removes those of the notices of which `condition` holds once their trays are locked: something may have come to one since it was
   * found. Where one was shown, the tray moves, and changes from before are not complete; where one was hidden, those from before it was.
   */
  const removeNotices = async (tx: Orm, places: readonly Place[], condition: SQL): Promise<Revisions> => {
    await lockTrays(
      tx,
      places.map(({ userId }) => userId),
    );
    const gone = sql`
      delete from notices using unnest(${textArray(places.map(({ userId }) => userId))},
        ${textArray(places.map(({ id }) => id))}) as old (user_id, id)
      where notices.user_id = old.user_id and notices.id = old.id and ${condition}
      returning notices.user_id, notices.actors, notices.changed`;
    const trays = sql`
      select user_id, bool_or(actors > 0) as moves, max(changed) as hidden_at from gone group by user_id`;
    const moved = sql`
      update inboxes set revision = revision + moves::int,
        swept = case when moves then revision + 1 else greatest(swept, hidden_at) end,
        as_of = case when moves then greatest(as_of + 1, ${serverNow}) else as_of end
      from trays where inboxes.user_id = trays.user_id
      returning inboxes.user_id, revision, moves`;
    const rows = await tx
      .with(tx.$with('gone', {}).as(gone), tx.$with('trays', {}).as(trays), tx.$with('moved', {}).as(moved))
      .select({ userId: sql<string>`user_id`, revision: sql`revision`.mapWith(Number) })
      .from(sql`moved`)
      .where(sql`moves`);
    return new Map(rows.map(({ userId, revision }) => [userId, revision]));
  };

  /** Removes the acts of removed notices. Those that a node leaves behind go with their acts, see `sweepActs`. */
  const removePlaced = async (places: readonly Place[]): Promise<void> => {
    const batch = placedQuery(places);
    for (let count = ACTS; count === ACTS; ) {
      const gone = await db.run((orm) =>
        orm.with(orm.$with('gone', {}).as(batch)).select({ row: sql<number>`row` }).from(sql`gone`),
      );
      count = gone.length;
    }
  };

  const sweepNotices = async (
    find: (tx: Orm) => Promise<readonly Place[]>,
    condition: SQL = sql`true`,
  ): Promise<number> => {
    const places = await commit(async (tx) => {
      const found = (await isSweeper(tx)) ? await find(tx) : [];
      const revisions: Revisions = found.length > 0 ? await removeNotices(tx, found, condition) : new Map();
      return { result: found, changes: [], social: trayChanges(revisions) };
    });
    if (places.length > 0) await removePlaced(places);
    return places.length;
  };

  /** The first tray that was noted for having too many; its note goes when none is left. */
  const excess = async (tx: Orm): Promise<readonly Place[]> => {
    const noted = await tx
      .select({ userId: sql<string>`target_id` })
      .from(sql`social_removals`)
      .where(sql`kind = 'excess'`)
      .limit(1);
    const userId = noted[0]?.userId;
    if (userId === undefined) return [];
    // Before its notices are counted: what comes now notes it again.
    await lockTrays(tx, [userId]);
    const found = await excessNotices(tx, userId, maxNotices);
    if (found.length < BATCH)
      await tx.execute(sql`delete from social_removals where kind = 'excess' and target_id = ${userId}`);
    return found;
  };

  /** Looks at the next rows by age. What has to stay is passed by, until the walk begins again: a day later, or sooner. */
  const walk = (
    table: ReturnType<typeof sql>,
    age: ReturnType<typeof sql>,
    key: ReturnType<typeof sql>,
    retentionMs: number,
    remove: (tx: Orm, ids: readonly string[]) => Promise<void>,
  ) => {
    let cursor = START;
    let startedAt = Number.NEGATIVE_INFINITY;
    return async (): Promise<boolean> => {
      if (performance.now() - startedAt > Math.min(walkMs, retentionMs)) {
        cursor = START;
        startedAt = performance.now();
      }
      const rows = await db.run((orm) =>
        orm.transaction(async (tx) => {
          if (!(await isSweeper(tx))) return [];
          const rows = await tx
            .select({ at: sql`${age}`.mapWith(Number), id: sql<string>`${key}` })
            .from(table)
            .where(sql`${age} < ${statementNow} - ${retentionMs}::bigint and ${age} >= ${cursor.at}::bigint
              and (${age}, ${key}) > (${cursor.at}::bigint, ${cursor.id})`)
            .orderBy(age, key)
            .limit(BATCH);
          if (rows.length > 0) await remove(tx, [...new Set(rows.map(({ id }) => id))]);
          return rows;
        }),
      );
      cursor = rows.at(-1) ?? cursor;
      return rows.length === BATCH;
    };
  };

  const sweepActs = walk(sql`acts`, sql`told_at`, sql`id`, actRetentionMs, async (tx, ids) => {
    const list = textArray(ids);
    await tx.execute(sql`
      delete from notice_acts where act_id = any(${list}) and not exists (
        select from notices where notices.user_id = notice_acts.user_id and notices.id = notice_acts.notice_id offset 0)`);
    await tx.execute(sql`
      delete from acts where id = any(array(select id from acts where id = any(${list}) order by id for update skip locked))
        and not exists (select from notice_acts where act_id = acts.id offset 0)`);
  });

  const sweepCounts = walk(sql`counts`, sql`as_of`, sql`object_id`, countRetentionMs, async (tx, ids) => {
    // Before their rows are judged: a put that is under way comes wholly before or after.
    await takeLocks(tx, 'counts', ids);
    await tx.execute(sql`
      delete from counts where object_id = any(${textArray(ids)}) and not exists (
        select from counts as other where other.object_id = counts.object_id
          and other.as_of >= ${serverNow} - ${countRetentionMs}::bigint offset 0)`);
  });

  /** Where an act about it is left, it might be told again. */
  const sweepDeleted = walk(sql`deleted_objects`, sql`at`, sql`object_id`, actRetentionMs, async (tx, ids) => {
    await tx.execute(sql`
      delete from deleted_objects where object_id = any(${textArray(ids)})
        and at < ${serverNow} - ${actRetentionMs}::bigint
        and not ${exists(sql`acts where acts.object_id = deleted_objects.object_id and (not reopened or seq < before)`)}`);
  });

  return {
    /**
     * Removes one batch of each kind. Resolves to whether there may be more; false where another node sweeps. Rejects with
     * UNAVAILABLE while the database cannot be reached.
     */
    async sweepSocial(): Promise<boolean> {
      const old = await sweepNotices((tx) => oldNotices(tx, noticeRetentionMs), isOld(noticeRetentionMs));
      const over = await sweepNotices(excess);
      const acts = await sweepActs();
      const counts = await sweepCounts();
      const deleted = await sweepDeleted();
      return old === BATCH || over > 0 || acts || counts || deleted;
    },
  };
};
