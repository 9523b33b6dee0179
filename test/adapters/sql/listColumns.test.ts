import { expect, it } from 'vitest';
import { columnsOf } from '../../../src/adapters/sql/listColumns.js';
import { RowMismatch } from '../../../src/adapters/sql/rowsByKey.js';

const ROW: Readonly<Record<'id' | 'count', string | null>> = { id: '["a","b"]', count: '[1,null]' };

it('a row of lists is read as columns', () => {
  expect(columnsOf([ROW])).toEqual({ id: ['a', 'b'], count: [1, null] });
});

it('no rows are empty lists', () => {
  expect(columnsOf([{ id: null, count: null }])).toEqual({ id: [], count: [] });
});

it.each([
  ['no row', []],
  ['a hole', [undefined as never]],
  ['the row twice', [ROW, ROW]],
  ['lists of different lengths', [{ ...ROW, count: '[1]' }]],
  ['a list that is missing', [{ ...ROW, count: null }]],
])('%s does not fit the query', (_, result) => {
  expect(() => columnsOf(result)).toThrow(RowMismatch);
});
