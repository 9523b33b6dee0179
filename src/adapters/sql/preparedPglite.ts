/**
 * PGlite that prepares what it is asked often. It parses and plans every query anew otherwise, in this thread, which takes three times
 * as long as looking up by keys what a connection reads.
 */
import type { PGlite, QueryOptions, Results, Transaction } from '@electric-sql/pglite';

/** Statements that are prepared at most, for good: their plans take memory. */
const MAX_PREPARED = 200;
/** A text that was asked so often is prepared. */
const OFTEN = 5;
/** Texts that are counted at most. */
const MAX_COUNTED = 1_000;

type Asks = Pick<Transaction, 'query'>;

/** U+0000 would end the statement, and of half a surrogate pair PGlite counts the bytes wrongly. */
const NOT_IN_TEXTS = /\0|\p{Surrogate}/u;

/** The parameter as a literal of SQL; null where it has none, or PGlite serializes it by its type. */
const literalOf = (parameter: unknown): string | null => {
  if (parameter === null || parameter === undefined) return 'null';
  if (typeof parameter === 'number' || typeof parameter === 'bigint') return `'${parameter}'`;
  if (typeof parameter === 'string' && !NOT_IN_TEXTS.test(parameter)) return `'${parameter.replaceAll("'", "''")}'`;
  return null;
};

/** The parameters in parentheses; null where one has no literal. */
const listOf = (parameters: readonly unknown[]): string | null => {
  const literals = parameters.map(literalOf);
  if (literals.includes(null)) return null;
  return literals.length === 0 ? '' : `(${literals.join(', ')})`;
};

/** What drizzle needs of a PGlite; `query` also inside of `transaction`. The answers are those of `pglite`. */
export const withPrepared = (pglite: PGlite): Pick<PGlite, 'query' | 'transaction'> => {
  /** The name of each prepared text; null while it is being prepared, and for a statement that PostgreSQL does not prepare. */
  const names = new Map<string, string | null>();
  /** Texts that are prepared, or may be soon. */
  let prepared = 0;
  const counts = new Map<string, number>();

  /** Beside the query: inside of its transaction a failure would abort it. */
  const prepare = (text: string) => {
    const name = `often_${names.size}`;
    names.set(text, null);
    prepared += 1;
    pglite.exec(`prepare ${name} as ${text}`).then(
      () => names.set(text, name),
      () => {
        prepared -= 1;
      },
    );
  };

  const count = (text: string) => {
    if (prepared >= MAX_PREPARED || names.size >= MAX_COUNTED || names.has(text)) return;
    const times = (counts.get(text) ?? 0) + 1;
    if (counts.size >= MAX_COUNTED) counts.clear();
    if (times < OFTEN) return void counts.set(text, times);
    counts.delete(text);
    prepare(text);
  };

  const asking = (asks: Asks) => ({
    query<T>(text: string, parameters: unknown[] = [], options?: QueryOptions): Promise<Results<T>> {
      count(text);
      const name = names.get(text) ?? null;
      const list = name && listOf(parameters);
      if (name === null || list === null) return asks.query<T>(text, parameters, options);
      return asks.query<T>(`execute ${name}${list}`, [], options);
    },
  });

  return {
    ...asking(pglite),
    transaction: (work) => pglite.transaction((tx) => work({ ...tx, ...asking(tx) })),
  };
};
