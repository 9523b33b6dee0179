import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { formatDateTime, parseDateTime } from '../../src/graphql/datetime.js';
import { refusalOf, setUp, view } from './operation.js';

const refused = (value: unknown): string => {
  try {
    parseDateTime(value);
  } catch (error) {
    if (error instanceof GraphQLError && error.extensions.code === 'BAD_USER_INPUT') return error.message;
    throw error;
  }
  throw new Error('it was let through');
};

describe('a DateTime', () => {
  it('is written in UTC, to the millisecond', () => {
    expect(formatDateTime(Date.UTC(2026, 0, 31, 12, 0, 0, 7))).toBe('2026-01-31T12:00:00.007Z');
    expect(formatDateTime(0)).toBe('1970-01-01T00:00:00.000Z');
    for (const wrong of [Number.NaN, Infinity, 8.64e15, '2026-01-31T12:00:00Z', null]) {
      expect(() => formatDateTime(wrong)).toThrow(TypeError);
    }
  });

  it.each([
    ['2026-01-31T12:00:00.000Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31t12:00:00z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.5Z', '2026-01-31T12:00:00.500Z'],
    ['2026-01-31T12:00:00.123999999Z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31T12:00:00+05:30', '2026-01-31T06:30:00.000Z'],
    ['2026-01-31T23:30:00-01:00', '2026-02-01T00:30:00.000Z'],
    ['2026-01-31T12:00:00-00:00', '2026-01-31T12:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['0004-02-29T00:00:00Z', '0004-02-29T00:00:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('reads %s as %s', (text, instant) => {
    expect(formatDateTime(parseDateTime(text))).toBe(instant);
  });

  it.each([
    ['2026-01-31T12:00:00', 'This is not a DateTime.'],
    ['2026-01-31', 'This is not a DateTime.'],
    ['2026-01-31 12:00:00Z', 'This is not a DateTime.'],
    ['2026-1-31T12:00:00Z', 'This is not a DateTime.'],
    ['2026-01-31T12:00Z', 'This is not a DateTime.'],
    ['2026-01-31T12:00:00.Z', 'This is not a DateTime.'],
    ['2026-01-31T12:00:00+0530', 'This is not a DateTime.'],
    [' 2026-01-31T12:00:00Z', 'This is not a DateTime.'],
    ['2026-01-31T12:00:00Z\n', 'This is not a DateTime.'],
    ['+02026-01-31T12:00:00Z', 'This is not a DateTime.'],
    ['10000-01-01T00:00:00Z', 'This is not a DateTime.'],
    ['', 'This is not a DateTime.'],
    ['2026-02-29T12:00:00Z', 'There is no such day.'],
    ['1900-02-29T12:00:00Z', 'There is no such day.'],
    ['2026-04-31T12:00:00Z', 'There is no such day.'],
    ['2026-13-01T12:00:00Z', 'There is no such day.'],
    ['2026-00-01T12:00:00Z', 'There is no such day.'],
    ['2026-01-00T12:00:00Z', 'There is no such day.'],
    ['2026-01-31T24:00:00Z', 'There is no such time of day.'],
    ['2026-01-31T12:60:00Z', 'There is no such time of day.'],
    ['2016-12-31T23:59:60Z', 'There is no such time of day.'],
    ['2026-01-31T12:00:00+24:00', 'There is no such zone.'],
    ['2026-01-31T12:00:00+00:60', 'There is no such zone.'],
    ['0000-01-01T00:00:00+00:01', 'In UTC this is outside'],
    ['9999-12-31T23:59:59-00:01', 'In UTC this is outside'],
    [1_769_860_800_000, 'A DateTime is a string.'],
    [null, 'A DateTime is a string.'],
    [{}, 'A DateTime is a string.'],
  ])('refuses %j', (value, message) => {
    expect(refused(value)).toContain(message);
    expect(refused(value)).toContain('such as "2026-01-31T12:00:00.000Z"');
  });
});

describe('a DateTime in a request', () => {
  const inline = (expiresAt: string) =>
    `mutation { setPresence(input: { statusMessage: { text: "x", expiresAt: ${expiresAt} } }) { id } }`;
  const byVariable = 'mutation Set($input: SetPresenceInput!) { setPresence(input: $input) { id } }';

  it('reaches the domain in milliseconds, from a literal and from a variable', async () => {
    for (const [document, variables] of [
      [inline('"2026-01-31T13:00:00+01:00"'), {}],
      [byVariable, { input: { statusMessage: { text: 'x', expiresAt: '2026-01-31T12:00:00Z' } } }],
    ] as const) {
      const { run, calls } = setUp({ presence: { setPresence: async () => view() } });
      expect((await run(document, variables)).errors).toBeUndefined();
      expect(calls[0]?.args[1]).toMatchObject({ statusMessage: { expiresAt: Date.UTC(2026, 0, 31, 12) } });
    }
  });

  it('that is wrong is BAD_USER_INPUT at its place, before any resolver runs', async () => {
    const { run, calls, logged } = setUp();
    for (const literal of ['"2026-02-30T00:00:00Z"', '1769860800000', 'TODAY', '["2026-01-31T12:00:00Z", "x"]']) {
      const result = await run(inline(literal));
      expect(refusalOf(result)).toMatch(/^BAD_USER_INPUT: /);
      expect(result.errors?.[0]?.locations).toHaveLength(1);
      expect(result.data).toBeUndefined();
    }
    for (const value of ['2026-01-31T12:00:00', 1_769_860_800_000, true]) {
      const result = await run(byVariable, { input: { statusMessage: { text: 'x', expiresAt: value } } });
      expect(refusalOf(result)).toMatch(/^BAD_USER_INPUT: .*input\.statusMessage\.expiresAt/);
      expect(result.data).toBeUndefined();
    }
    expect(calls).toEqual([]);
    expect(logged).toEqual([]);
  });
});
