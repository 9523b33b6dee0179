import { describe, expect, it } from 'vitest';
import type { Field } from '../../../src/server/rest/fields.js';
import * as fields from '../../../src/server/rest/fields.js';

const BAD = expect.objectContaining({ code: 'BAD_USER_INPUT', message: expect.stringContaining('it') });
const refusal = (field: Field<unknown>, value: unknown) => {
  try {
    return { read: field.read(value, 'it') };
  } catch (error) {
    return error;
  }
};

const TABLE: readonly [string, Field<unknown>, readonly (readonly [unknown, unknown])[], readonly unknown[]][] = [
  ['word', fields.word('a', 'b'), [['a', 'a']], ['c', '', 'A', 1, null, undefined, ['a']]],
  [
    'wordOrFirst',
    fields.wordOrFirst('a', 'b'),
    [
      ['b', 'b'],
      ['c', 'a'],
      ['', 'a'],
    ],
    [1, null, undefined, {}],
  ],
  [
    'flag',
    fields.flag,
    [
      [true, true],
      [false, false],
    ],
    ['true', 1, null, undefined],
  ],
  [
    'statusText',
    fields.statusText,
    [
      ['', ''],
      ['x'.repeat(255), 'x'.repeat(255)],
    ],
    ['x'.repeat(256), 'a\n', 5, null],
  ],
  [
    'activityName',
    fields.activityName,
    [
      ['', ''],
      ['x'.repeat(128), 'x'.repeat(128)],
    ],
    ['x'.repeat(129), '\u202e', 5],
  ],
  [
    'id',
    fields.id,
    [
      ['a', 'a'],
      [7, '7'],
      [0, '0'],
    ],
    ['', 'x'.repeat(129), 'a\u0000', -1, 1.5, 2 ** 53, null, {}, true],
  ],
  [
    'idList',
    fields.idList,
    [
      [[], []],
      [
        ['a', 7],
        ['a', '7'],
      ],
    ],
    ['a', null, [[]], Array(1_001).fill('a')],
  ],
  [
    'commaIds',
    fields.commaIds,
    [
      [undefined, []],
      ['', []],
      ['a,b', ['a', 'b']],
      [',a,,b,', ['a', 'b']],
      [' a, b ,\tc , ,', ['a', 'b', 'c']],
    ],
    ['x'.repeat(129), Array(1_001).fill('a').join()],
  ],
  [
    'moment',
    fields.moment,
    [
      ['2026', '2026'],
      [5, 5],
    ],
    ['x'.repeat(65), {}, null, true],
  ],
  [
    'whole',
    fields.whole({ min: 1, max: 100, fallback: 20 }),
    [
      [undefined, 20],
      ['1', 1],
      ['100', 100],
    ],
    ['0', '101', '', '1.5', '-1', '1e1', ' 1', '1,2', '1'.repeat(400)],
  ],
  [
    'optional',
    fields.optional(fields.flag),
    [
      [undefined, undefined],
      [null, undefined],
      [true, true],
    ],
    ['x'],
  ],
  [
    'clearable',
    fields.clearable(fields.flag),
    [
      [undefined, undefined],
      [null, null],
      [true, true],
    ],
    ['x'],
  ],
  ['object', fields.object({ a: fields.flag }), [[{ a: true, b: 1 }, { a: true }]], [{}, [], null, 'a', { a: 1 }]],
];

describe.each(TABLE)('%s', (_, field, taken, refused) => {
  it.each(taken)('reads %j as %j', (value, read) => {
    expect(field.read(value, 'it')).toEqual(read);
  });

  it.each(refused.map((value) => ({ value })))('refuses $value', ({ value }) => {
    expect(refusal(field, value)).toEqual(BAD);
  });
});

it('of a request only its own fields are read', () => {
  const read = fields.readFields(
    { toString: fields.optional(fields.flag) },
    JSON.parse('{"__proto__": {"toString": true}}'),
  );
  expect(read).toEqual({ toString: undefined });
});
