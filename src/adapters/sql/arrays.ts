import { type SQL, sql } from 'drizzle-orm';
import { makePgArray } from 'drizzle-orm/pg-core';

/**
 * A list as one parameter, in the syntax that both drivers pass on as it is: a statement's text is then the same however
 * long the list, and there is no bound on its length.
 */
const array = (values: readonly (string | number | null)[]): string => makePgArray([...values]);

/** As `text[]`. */
export const textArray = (values: readonly (string | null)[]): SQL => sql`${array(values)}::text[]`;

/** As `bigint[]`. */
export const bigintArray = (values: readonly (number | null)[]): SQL => sql`${array(values)}::bigint[]`;
