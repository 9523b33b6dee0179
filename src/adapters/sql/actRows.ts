/** Rows of the table `acts`. */
import { type SQL, sql } from 'drizzle-orm';
import type { Audience } from '../../presence/visibility.js';
import type { Act } from '../../social/socialTypes.js';

/** The number of the act that is told next: acts that are told later have higher ones. */
export const NEXT_ACT_NUMBER: SQL<number> = sql`nextval('acts_seq_seq')`.mapWith(Number);

/** The columns of an act under that name. */
export const actColumns = (alias: string) => {
  const column = (name: string): SQL => sql`${sql.identifier(alias)}.${sql.identifier(name)}`;
  return {
    id: sql<string>`${column('id')}`,
    verb: sql<string>`${column('verb')}`,
    actorId: sql<string>`${column('actor_id')}`,
    objectId: sql<string | null>`${column('object_id')}`,
    objectType: sql<string | null>`${column('object_type')}`,
    text: sql<string | null>`${column('text')}`,
    data: sql<string | null>`${column('data')}`,
    audience: sql<Audience>`${column('audience')}`,
    at: column('at').mapWith(Number),
    seq: column('seq').mapWith(Number),
  } satisfies Record<keyof Act, SQL>;
};
