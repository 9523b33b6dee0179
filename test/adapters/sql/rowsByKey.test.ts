import { drizzle } from 'drizzle-orm/pglite';
import { describe, expect, it } from 'vitest';
import { createDatabase } from '../../../src/adapters/sql/database.js';
import { RowMismatch, rowsByKey } from '../../../src/adapters/sql/rowsByKey.js';

const row = (id: string) => ({ id, name: id.toUpperCase() });
const keyed = (keys: readonly string[], rows: readonly { id: string; name: string }[]) =>
  rowsByKey(new Set(keys), rows, ({ id }) => id);

describe('a result', () => {
  it('is matched by the key of each row, in whatever order the rows come', () => {
    const found = keyed(['a', 'b', 'c'], [row('c'), row('a'), row('b')]);
    expect(['a', 'b', 'c'].map((key) => found.get(key)?.name)).toEqual(['A', 'B', 'C']);
    expect(keyed([], []).size).toBe(0);
  });

  const shifted = [row('a'), row('b')];
  shifted.length = 3;
  it.each([
    ['lacks a row', [row('a')]],
    ['lacks all rows', []],
    ['has a row twice', [row('a'), row('a'), row('b')]],
    ['has one row twice and another not at all', [row('a'), row('a')]],
    ['has a row of another key besides', [row('a'), row('b'), row('z')]],
    ['has a row of another key instead', [row('a'), row('z')]],
    ['has a hole', shifted],
  ])('that %s is refused as a whole', (_, rows) => {
    expect(() => keyed(['a', 'b'], rows)).toThrow(RowMismatch);
  });

  it('that does not fit the query is UNAVAILABLE', async () => {
    const db = createDatabase({ orm: () => drizzle.mock(), isOpen: () => true, deadline: null });
    const wrong = db.run(async () => keyed(['a'], []));
    await expect(wrong).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { retryAfterMs: expect.any(Number) } });
  });
});
