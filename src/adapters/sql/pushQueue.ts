/**
 * Notices that wait for a push (docs/design.md#social): `due_at` is when, null once it was told or looked at. Whoever takes one has it
 * for {@link LEASE_MS}; afterwards it is due again, so that a node that dies loses none.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { TrayStore } from '../../social/ports/trays.js';
import type { Database } from './database.js';
import { bigintArray, serverNow, statementNow, textArray } from './expressions.js';
import { inboxQuery, noticesByIdQuery, toNotice } from './noticeRows.js';

const LEASE_MS = 30_000;

/** What is due, without what another node is taking. */
export const dueNotices = (limit: number): SQL => sql`
  select user_id, id from notices where due_at <= ${statementNow} order by due_at limit ${limit}
  for update skip locked`;

/** No transaction is open while it is decided: that may take as long as others take to answer. */
export const createPushQueue = ({
  db,
  leaseMs = LEASE_MS,
}: {
  readonly db: Database;
  readonly leaseMs?: number;
}): TrayStore['takeDue'] => {
  const take = async (limit: number) => {
    const due = dueNotices(limit);
    const taken = sql`
      update notices set due_at = ${serverNow} + ${leaseMs}::bigint
      from due where notices.user_id = due.user_id and notices.id = due.id
      returning notices.user_id, notices.id, notices.due_at`;
    return await db.run((orm) =>
      orm
        .with(orm.$with('due', {}).as(due), orm.$with('taken', {}).as(taken))
        .select({ userId: sql<string>`user_id`, id: sql<string>`id`, dueAt: sql`due_at`.mapWith(Number) })
        .from(sql`taken`),
    );
  };

  return async (limit, decide) => {
    const taken = await take(limit);
    if (taken.length === 0) return 0;
    const notices = (await db.run((orm) => noticesByIdQuery(orm, taken))).map(toNotice);
    const users = [...new Set(taken.map(({ userId }) => userId))];
    const inboxes = new Map((await db.run((orm) => inboxQuery(orm, users))).map((inbox) => [inbox.userId, inbox]));
    const leases = new Map(taken.map(({ id, dueAt }) => [id, dueAt]));
    const decided = await decide(
      notices.flatMap((notice) =>
        notice.gone || notice.isRead ? [] : [{ notice, unseen: inboxes.get(notice.userId)?.unseen ?? 0 }],
      ),
    );
    const done = decided.map(({ notice }) => notice);
    await db.run((orm) =>
      orm.execute(sql`
        update notices set due_at = null
        from unnest(${textArray(done.map(({ userId }) => userId))}, ${textArray(done.map(({ id }) => id))},
          ${bigintArray(done.map(({ id }) => leases.get(id) ?? null))}) as done (user_id, id, due_at)
        where notices.user_id = done.user_id and notices.id = done.id and notices.due_at = done.due_at`),
    );
    return taken.length;
  };
};
