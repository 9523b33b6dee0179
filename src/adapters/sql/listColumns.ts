/**
 * The rows of a query as a list for each column, in one row. Drivers and drizzle read a row value by value and look up each
 * time how; a list is one JSON text, parsed at once. What a connection reads has as many rows as it watches users.
 */
import { type SQL, sql } from 'drizzle-orm';
import { RowMismatch } from './rowsByKey.js';

/** The values of a column, as JSON; null where there are no rows. */
type ListText<T> = (string & { readonly valuesOf?: T }) | null;

/** All values of the column, in the order that all lists of a query have. `T`: as JSON has them. */
export const listOf = <T>(column: SQL): SQL<ListText<T>> => sql<ListText<T>>`json_agg(${column})::text`;

type Columns<Row> = { readonly [Name in keyof Row]: Row[Name] extends ListText<infer T> ? readonly T[] : never };

/**
 * The columns of a query that selects lists alone. Throws {@link RowMismatch} where the result is not one row of lists that
 * are equally long.
 */
export const columnsOf = <Row extends Record<string, ListText<unknown>>>(result: readonly Row[]): Columns<Row> => {
  const [row] = result;
  if (row === undefined || result.length > 1) throw new RowMismatch();
  const columns: Record<string, readonly unknown[]> = {};
  const lengths = new Set<number>();
  for (const [name, text] of Object.entries(row)) {
    const values: readonly unknown[] = text === null ? [] : JSON.parse(text);
    columns[name] = values;
    lengths.add(values.length);
  }
  if (lengths.size > 1) throw new RowMismatch();
  return columns as Columns<Row>;
};
