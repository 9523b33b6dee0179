import { sql } from 'drizzle-orm';
import type { EventOutbox } from '../../social/ports/eventOutbox.js';
import type { Database } from './database.js';
import { bigintArray, inBatch, serverNow, statementNow } from './expressions.js';
import { webhookEvents } from './tables.js';

/** Events that the webhook has yet to be told. */
export const createEventOutbox = ({ db }: { readonly db: Database }): EventOutbox => ({
  async add(events) {
    if (events.length > 0) await db.run((orm) => orm.insert(webhookEvents).values([...events]));
  },

  async take(limit, leaseMs) {
    const due = sql`select ctid from webhook_events where due_at <= ${statementNow} order by due_at, id limit ${limit}
      for update skip locked`;
    const taken = await db.run((orm) =>
      orm
        .update(webhookEvents)
        .set({ dueAt: sql`${serverNow} + ${leaseMs}::bigint` })
        .where(inBatch(due))
        .returning({
          id: webhookEvents.id,
          kind: webhookEvents.kind,
          userId: webhookEvents.userId,
          noticeId: webhookEvents.noticeId,
          position: webhookEvents.position,
          at: webhookEvents.at,
          refusals: webhookEvents.refusals,
          ageMs: sql`${serverNow} - ${webhookEvents.at}`.mapWith(Number),
        }),
    );
    return taken.sort((one, other) => one.id - other.id);
  },

  async remove(ids) {
    if (ids.length === 0) return;
    await db.run((orm) => orm.delete(webhookEvents).where(sql`${webhookEvents.id} = any(${bigintArray(ids)})`));
  },

  async postpone(ids, ms, refused) {
    if (ids.length === 0) return;
    await db.run((orm) =>
      orm
        .update(webhookEvents)
        .set({
          dueAt: sql`${serverNow} + ${Math.round(ms)}::bigint`,
          refusals: sql`${webhookEvents.refusals} + ${refused ? 1 : 0}::integer`,
        })
        .where(sql`${webhookEvents.id} = any(${bigintArray(ids)})`),
    );
  },

  async sweep({ maxAgeMs, max, limit }) {
    const old = sql`select ctid from webhook_events where at < ${statementNow} - ${maxAgeMs}::bigint
      or id <= (select max(id) - ${max}::bigint from webhook_events) limit ${limit} for update skip locked`;
    const gone = await db.run((orm) =>
      orm.delete(webhookEvents).where(inBatch(old)).returning({ id: webhookEvents.id }),
    );
    return gone.length;
  },
});
