import { type SQL, sql } from 'drizzle-orm';
import type { Orm } from './database.js';
import { textArray } from './expressions.js';

/** The statement of {@link lockTrays}. */
export const trayLocks = (userIds: readonly string[]): SQL => sql`
  insert into inboxes (user_id, as_of)
  select id, 0 from unnest(${textArray([...new Set(userIds)])}) as tray (id) order by id collate "C"
  on conflict (user_id) do update set revision = inboxes.revision where false`;

/**
 * Takes the locks of those trays until the transaction ends, in the order of ids, and creates those that are missing. What hides or
 * moves something in a tray holds its lock; later statements of the transaction see what the earlier holders committed.
 *
 * One statement for present and missing trays: two would take the locks out of order. The condition is never met: PostgreSQL locks
 * the row of a conflict before it looks at it.
 */
export const lockTrays = async (tx: Orm, userIds: Iterable<string>): Promise<void> => {
  const ids = [...userIds];
  if (ids.length > 0) await tx.execute(trayLocks(ids));
};

/** Those of the trays of which somebody holds the lock at this moment. */
export const heldTrays = async (orm: Orm, userIds: readonly string[]): Promise<ReadonlySet<string>> => {
  const asked = sql`user_id = any(${textArray([...new Set(userIds)])})`;
  const free = sql`select user_id from inboxes where ${asked} for no key update skip locked`;
  const rows = await orm
    .with(orm.$with('free', {}).as(free))
    .select({ userId: sql<string>`user_id` })
    .from(sql`inboxes`)
    .where(sql`${asked} and user_id not in (select user_id from free)`);
  return new Set(rows.map(({ userId }) => userId));
};

/**
 * Removes those of the trays that only {@link lockTrays} made: anybody may block any id, and no row stays of ids that never were. Who
 * waits for the lock makes the row anew, and has it then.
 */
export const forgetEmptyTrays = async (tx: Orm, userIds: readonly string[]): Promise<void> => {
  await tx.execute(sql`
    delete from inboxes where user_id = any(${textArray(userIds)}) and revision = 0 and swept = 0
      and not exists (select from notices where notices.user_id = inboxes.user_id offset 0)`);
};
