/** Whether something holds of pairs of ids, asked in one question for all who ask at the same time. */
import { type SQL, sql } from 'drizzle-orm';
import { pairKey } from '../../presence/pairs.js';
import { byKey } from './answers.js';
import { textArray } from './arrays.js';
import type { Database, Orm } from './database.js';
import { createLoader } from './loader.js';

/** How many pairs of several questions are asked about at once. */
const MAX_PAIRS = 4_000;

/** Of one and another id, as SQL. */
export type Holds = (one: SQL, other: SQL) => SQL;

type Pair = readonly [one: string, other: string];

/** A row for every pair, so that an answer that was cut short cannot pass for a no. */
export const heldQuery = (orm: Orm, pairs: readonly Pair[], holds: Holds) =>
  orm
    .select({
      one: sql<string>`asked.one`,
      other: sql<string>`asked.other`,
      holds: sql<boolean>`${holds(sql`asked.one`, sql`asked.other`)}`,
    })
    .from(
      sql`unnest(${textArray(pairs.map(([one]) => one))}, ${textArray(pairs.map(([, other]) => other))})
      as asked (one, other)`,
    );

/**
 * Those of the others of whom it holds. The database is asked also about none, so that nobody can tell from the time
 * whether there was anything to ask about.
 */
export const createHeld = ({ db, holds }: { readonly db: Database; readonly holds: Holds }) => {
  const load = createLoader<Pair, boolean>({
    max: MAX_PAIRS,
    async load(pairs) {
      const asked = new Map(pairs.map((pair) => [pairKey(...pair), pair]));
      const rows = await db.run(async (orm) =>
        byKey(new Set(asked.keys()), await heldQuery(orm, [...asked.values()], holds), (row) =>
          pairKey(row.one, row.other),
        ),
      );
      return new Map([...rows].map(([key, row]) => [key, row.holds]));
    },
  });
  return async (one: string, others: readonly string[]): Promise<ReadonlySet<string>> => {
    const answers = await load(others.map((other) => [one, other] as const));
    return new Set(others.filter((other) => answers.get(pairKey(one, other)) === true));
  };
};
