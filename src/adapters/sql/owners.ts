/**
 * Owners of conversations. A deletion takes ownership away for good: the row keeps the id and the generation of the user whom it was
 * given to, and who has that id later is another user. Facts, and what is published of who used a conversation, then name '', an id that
 * nobody can have.
 */
import { type SQL, sql } from 'drizzle-orm';
import { exists } from './expressions.js';

/** Of a row of `conversations`: the owner was deleted, and somebody else has the id. */
const isFormer: SQL<boolean> = exists(sql`users where id = owner_id and generation <> owner_generation`);

/** The owner of a row of `conversations`; null: it has none. */
export const ownerId: SQL<string | null> = sql<string | null>`case when ${isFormer} then '' else owner_id end`;

/** The generation of a user, as it is, or as it will be once they are known. */
export const generationOf = (userId: string | null): SQL<number> =>
  sql<number>`coalesce((select generation from users where id = ${userId}), 1)`;
