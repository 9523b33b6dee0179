/** An answer that is not the one to its question: rows are missing, come twice, or are of something else. */
export class WrongAnswer extends Error {
  /** Beside the codes of the drivers, which drizzle wraps likewise. */
  readonly code = 'WRONG_ANSWER';

  constructor() {
    super('The database gave an answer that does not fit the question.');
  }
}

/**
 * The rows of an answer by their key, where there must be exactly one for each of the different `keys` that were asked
 * about. Rows are matched by what they say they are of, never by their place.
 *
 * Throws {@link WrongAnswer}, which `Database.run` turns into UNAVAILABLE, when a row is missing, comes twice, or is of
 * a key that was not asked about: nothing of such an answer can be relied on.
 */
export const byKey = <Row>(
  keys: ReadonlySet<string>,
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): ReadonlyMap<string, Row> => {
  const found = new Map<string, Row>();
  for (const row of rows) {
    // A hole in a list reads as undefined, whatever its type says.
    const key = row === undefined ? undefined : keyOf(row);
    if (key === undefined || !keys.has(key) || found.has(key)) throw new WrongAnswer();
    found.set(key, row);
  }
  if (found.size !== keys.size) throw new WrongAnswer();
  return found;
};
