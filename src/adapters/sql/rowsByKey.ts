/** The rows of a result do not fit the keys that were asked for: one is missing, comes twice or belongs to another key. */
export class RowMismatch extends Error {
  /** In the same place as the codes of the drivers, which drizzle wraps likewise. */
  readonly code = 'ROW_MISMATCH';

  constructor() {
    super('The database returned rows that do not fit the query.');
  }
}

/**
 * Rows by their key: exactly one for each of `keys`. A row is matched by the key that it carries, never by its position
 * (docs/design.md#2-shape, "Answers are keyed").
 *
 * Throws {@link RowMismatch}, which `Database.run` turns into UNAVAILABLE, when a row is missing, comes twice or carries
 * another key: nothing in such a result can be relied on.
 */
export const rowsByKey = <Row>(
  keys: ReadonlySet<string>,
  rows: readonly Row[],
  keyOf: (row: Row, index: number) => string,
): ReadonlyMap<string, Row> => {
  const found = new Map<string, Row>();
  for (let index = 0; index < rows.length; index += 1) {
    // A hole in the list reads as undefined.
    const row = rows[index];
    const key = row === undefined ? undefined : keyOf(row, index);
    if (key === undefined || !keys.has(key) || found.has(key)) throw new RowMismatch();
    found.set(key, row as Row);
  }
  if (found.size !== keys.size) throw new RowMismatch();
  return found;
};
