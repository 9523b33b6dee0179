/** What a user does to their tray: seen and read, up to a revision. */
import { type SQL, sql } from 'drizzle-orm';
import type { Orm } from './database.js';
import { exists, serverNow, textArray } from './expressions.js';
import type { Revisions } from './shownActs.js';
import { lockTrays } from './trayLocks.js';

/** The tray's next revision, in a statement that writes `inboxes`. */
const NEXT: SQL = sql`revision = revision + 1, as_of = greatest(as_of + 1, ${serverNow})`;

const revisionsOf = (rows: readonly { readonly userId: string; readonly revision: number }[]): Revisions =>
  new Map(rows.map(({ userId, revision }) => [userId, revision]));

/**
 * Moves `seen` up to `upTo`, never past the tray's revision. The tray moves where notices were unseen: else its owner sees no
 * change, and a client that marks each revision as seen would go on for ever.
 */
export const markSeenIn = async (tx: Orm, userId: string, upTo: number): Promise<Revisions> => {
  await lockTrays(tx, [userId]);
  const before = sql`
    select user_id, seen, least(${upTo}::bigint, revision) as new from inboxes where user_id = ${userId}`;
  const changes = exists(sql`notices where user_id = before.user_id and read_at is null and actors > 0
    and position > before.seen and position <= before.new`);
  const marked = sql`
    update inboxes set seen = judged.new, revision = revision + judged.moves,
      as_of = case when judged.moves = 1 then greatest(as_of + 1, ${serverNow}) else as_of end
    from (select *, case when ${changes} then 1 else 0 end as moves from before) as judged
    where inboxes.user_id = judged.user_id and judged.new > judged.seen
    returning inboxes.user_id, revision, judged.moves`;
  const rows = await tx
    .with(tx.$with('before', {}).as(before), tx.$with('marked', {}).as(marked))
    .select({ userId: sql<string>`user_id`, revision: sql`revision`.mapWith(Number) })
    .from(sql`marked`)
    .where(sql`moves = 1`);
  return revisionsOf(rows);
};

/** Reads the named notices, or (null) all: those that are shown, unread, and not past `upTo`. The tray moves where there are any. */
export const markReadIn = async (
  tx: Orm,
  userId: string,
  upTo: number,
  noticeIds: readonly string[] | null,
): Promise<Revisions> => {
  await lockTrays(tx, [userId]);
  const named = noticeIds === null ? sql`true` : sql`id = any(${textArray(noticeIds)})`;
  const read = sql`
    update notices set read_at = ${serverNow}, due_at = null, changed = tray.revision + 1
    from inboxes as tray
    where tray.user_id = ${userId} and notices.user_id = tray.user_id and read_at is null and actors > 0
      and position <= ${upTo}::bigint and ${named}
    returning notices.user_id`;
  const moved = sql`
    update inboxes set ${NEXT} where user_id = ${userId} and exists (select from read)
    returning user_id, revision`;
  const rows = await tx
    .with(tx.$with('read', {}).as(read), tx.$with('moved', {}).as(moved))
    .select({ userId: sql<string>`user_id`, revision: sql`revision`.mapWith(Number) })
    .from(sql`moved`);
  return revisionsOf(rows);
};
