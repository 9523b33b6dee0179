/** Looks up whether a condition holds of pairs of ids; lookups of the same moment share a query. */
import { type SQL, sql } from 'drizzle-orm';
import { pairKey } from '../../presence/pairs.js';
import type { Database, Orm } from './database.js';
import { textArray } from './expressions.js';
import { createLoader } from './loader.js';
import { rowsByKey } from './rowsByKey.js';

/** Bound on the pairs of several lookups that share a query. */
const MAX_PAIRS = 4_000;

/** A boolean SQL expression over two ids. */
export type PairCondition = (one: SQL, other: SQL) => SQL;

type IdPair = readonly [one: string, other: string];

/** One row for every pair, so that a truncated result cannot pass for "no". */
export const pairLookupQuery = (orm: Orm, pairs: readonly IdPair[], condition: PairCondition) =>
  orm
    .select({
      one: sql<string>`asked.one`,
      other: sql<string>`asked.other`,
      holds: sql<boolean>`${condition(sql`asked.one`, sql`asked.other`)}`,
    })
    .from(
      sql`unnest(${textArray(pairs.map(([one]) => one))}, ${textArray(pairs.map(([, other]) => other))})
      as asked (one, other)`,
    );

/**
 * Returns the lookup: those of `others` of which the condition holds together with `one`. An empty list is a query too:
 * otherwise the time of the answer would tell whether there was anything to look up (docs/security.md#time).
 */
export const createPairLookup = ({ db, condition }: { readonly db: Database; readonly condition: PairCondition }) => {
  const load = createLoader<IdPair, boolean>({
    max: MAX_PAIRS,
    async load(pairs) {
      const asked = new Map(pairs.map((pair) => [pairKey(...pair), pair]));
      const rows = await db.run(async (orm) =>
        rowsByKey(new Set(asked.keys()), await pairLookupQuery(orm, [...asked.values()], condition), (row) =>
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
