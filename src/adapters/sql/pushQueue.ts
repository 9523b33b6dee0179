/**
 * Notices that wait for a push (docs/design.md#social): `due_at` is when, null once it is told or looked at. Whoever takes one has
 * {@link LEASE_MS} to decide; afterwards it is due again. What is decided is marked first and told then, so nothing is told twice. One
 * by one: a node that dies in the moment between, or hears no answer to a mark, loses that one push.
 */
import { type SQL, sql } from 'drizzle-orm';
import { makePgArray } from 'drizzle-orm/pg-core';
import type { DueNotice, TrayStore } from '../../social/ports/trays.js';
import type { Notice } from '../../social/socialTypes.js';
import type { Database } from './database.js';
import { bigintArray, exists, serverNow, statementNow, textArray } from './expressions.js';
import { inboxQuery, noticesByIdQuery, toNotice } from './noticeRows.js';
import { readTrays } from './underRemoval.js';

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

  /**
   * Marks notices as told. Resolves to how many still were this node's: none to which something came, or that was read, none of which
   * an act was hidden or taken back, which stays due, also while its deletion has not come so far, and none that another node took
   * since.
   */
  const mark = async (decided: readonly DueNotice[], leases: ReadonlyMap<string, number>): Promise<number> => {
    if (decided.length === 0) return 0;
    const text = (of: (notice: Notice) => string | null) => textArray(decided.map(({ notice }) => of(notice)));
    const numbers = (of: (notice: Notice) => number | null) => bigintArray(decided.map(({ notice }) => of(notice)));
    const marked = sql`
      update notices set due_at = null
      from unnest(${text(({ userId }) => userId)}, ${text(({ id }) => id)}, ${numbers(({ position }) => position)},
        ${numbers(({ changed }) => changed)}, ${numbers(({ id }) => leases.get(id) ?? null)},
        ${text(({ actorIds, latest }) => makePgArray([latest.actorId, ...actorIds]))},
        ${text(({ latest }) => latest.objectId)}, ${numbers(({ latest }) => latest.seq)})
        as done (user_id, id, position, changed, due_at, actors, object_id, seq)
      where notices.user_id = done.user_id and notices.id = done.id and notices.position = done.position
        and notices.changed = done.changed and notices.due_at = done.due_at
        and not ${exists(sql`social_removals where kind = 'tray' and target_id = done.user_id
          or kind = 'actor' and target_id = any(done.actors::text[])
          or kind = 'object' and target_id = done.object_id and done.seq < before`)}
      returning notices.id`;
    const rows = await db.run((orm) =>
      orm.with(orm.$with('marked', {}).as(marked)).select({ id: sql<string>`id` }).from(sql`marked`),
    );
    return rows.length;
  };

  return async (limit, decide, tell) => {
    const taken = await take(limit);
    if (taken.length === 0) return 0;
    const rows = await db.run((orm) => readTrays(taken, (places, reading) => noticesByIdQuery(orm, places, reading)));
    const notices = rows.map(toNotice);
    const trays = [...new Set(taken.map(({ userId }) => userId))].map((userId) => ({ userId }));
    const totals = await db.run((orm) => readTrays(trays, (asked, reading) => inboxQuery(orm, asked, reading)));
    const inboxes = new Map(totals.map(({ inbox }) => [inbox.userId, inbox]));
    const leases = new Map(taken.map(({ id, dueAt }) => [id, dueAt]));
    const { wanted, unwanted } = await decide(
      notices.flatMap((notice) =>
        notice.gone || notice.isRead ? [] : [{ notice, unseen: inboxes.get(notice.userId)?.unseen ?? 0 }],
      ),
    );
    await mark(unwanted, leases);
    for (const due of wanted) if ((await mark([due], leases)) > 0) await tell([due]);
    return taken.length;
  };
};
