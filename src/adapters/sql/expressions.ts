/** SQL expressions that several statements share. */
import { type SQL, sql } from 'drizzle-orm';
import { makePgArray } from 'drizzle-orm/pg-core';

/**
 * A list as one parameter, in the text syntax that both drivers pass on unchanged: the statement's text does not depend
 * on the length of the list, and nothing bounds that length.
 */
const array = (values: readonly (string | number | null)[]): string => makePgArray([...values]);

/** As `text[]`. */
export const textArray = (values: readonly (string | null)[]): SQL => sql`${array(values)}::text[]`;

/** As `bigint[]`. */
export const bigintArray = (values: readonly (number | null)[]): SQL => sql`${array(values)}::bigint[]`;

/** The server's clock, in milliseconds since 1970. */
export const serverNow: SQL = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** The same, read once a statement: an index finds what is before it. */
export const statementNow: SQL = sql`(select ${serverNow})`;

/**
 * True or false. `offset 0` keeps PostgreSQL from turning a lookup for one row into a hashed scan of the whole table:
 * without statistics (PGlite gathers none) it takes the scan for cheaper.
 */
export const exists = (from: SQL): SQL<boolean> => sql<boolean>`exists (select from ${from} offset 0)`;

/**
 * The rows whose places (`ctid`) the query `batch` selects from the same table, `for update`. The batch is read once and its rows are
 * fetched by place, whatever the planner expects: as a join it might be read and locked once a row.
 */
export const inBatch = (batch: SQL): SQL => sql`ctid = any(array(${batch}))`;
