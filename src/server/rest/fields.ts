/**
 * The fields of requests in the dialects of REST. Each reads an unknown value and describes itself as JSON Schema, so that what is
 * documented is what is read. A value that does not fit throws BAD_USER_INPUT with a sentence that names the field.
 */
import { badInput } from '../../presence/errors.js';
import {
  checkCount,
  checkId,
  checkText,
  MAX_ACTIVITY_TEXT,
  MAX_ID,
  MAX_ITEMS,
  MAX_STATUS_TEXT,
} from '../../presence/validate.js';

const MAX_MOMENT = 64;

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Field<T> {
  readonly schema: JsonSchema;
  readonly required: boolean;
  /** `value` is undefined where the field is left out. */
  read(value: unknown, what: string): T;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;
/** The values of fields, by their names. */
export type ValuesOf<F extends Fields> = { readonly [Name in keyof F]: F[Name] extends Field<infer T> ? T : never };

/** Reads each field from what a request gives. Whatever else it gives is ignored: clients say more than is of use here. */
export const readFields = <F extends Fields>(
  fields: F,
  given: Readonly<Record<string, unknown>>,
  within = '',
): ValuesOf<F> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      field.read(Object.hasOwn(given, name) ? given[name] : undefined, `${within}${name}`),
    ]),
  ) as ValuesOf<F>;

const textOf = (value: unknown, what: string): string => {
  if (typeof value !== 'string') throw badInput(`${what} must be a text.`);
  return value;
};

/** A field that may be left out, or null, which is the same. */
export const optional = <T>({ schema, read }: Field<T>): Field<T | undefined> => ({
  schema,
  required: false,
  read: (value, what) => (value === undefined || value === null ? undefined : read(value, what)),
});

/** A field that may be left out, and of which null says that there is none. */
export const clearable = <T>({ schema, read }: Field<T>): Field<T | null | undefined> => ({
  schema: { oneOf: [schema, { type: 'null' }] },
  required: false,
  read: (value, what) => (value === undefined || value === null ? value : read(value, what)),
});

/** One of some words. */
export const word = <W extends string>(...words: readonly W[]): Field<W> => ({
  schema: { type: 'string', enum: words },
  required: true,
  read(value, what) {
    const found = words.find((each) => each === value);
    if (found === undefined) throw badInput(`${what} must be one of ${words.join(', ')}.`);
    return found;
  },
});

/** One of some words; any other text is read as the first of them. */
export const wordOrFirst = <W extends string>(first: W, ...others: readonly W[]): Field<W> => ({
  schema: { type: 'string', description: `${others.join(', ')}; anything else is ${first}.` },
  required: true,
  read(value, what) {
    const text = textOf(value, what);
    return others.find((each) => each === text) ?? first;
  },
});

export const flag: Field<boolean> = {
  schema: { type: 'boolean' },
  required: true,
  read(value, what) {
    if (typeof value !== 'boolean') throw badInput(`${what} must be true or false.`);
    return value;
  },
};

/** The text of a status message; empty for none. */
export const statusText: Field<string> = {
  schema: { type: 'string', maxLength: MAX_STATUS_TEXT },
  required: true,
  read: (value, what) => checkText(textOf(value, what), what, { max: MAX_STATUS_TEXT }),
};

/** The name of an activity; empty for none. */
export const activityName: Field<string> = {
  schema: { type: 'string', maxLength: MAX_ACTIVITY_TEXT },
  required: true,
  read: (value, what) => checkText(textOf(value, what), what, { max: MAX_ACTIVITY_TEXT }),
};

/** An id: a text, or a number, which is its decimal digits. */
export const id: Field<string> = {
  schema: {
    oneOf: [
      { type: 'string', minLength: 1, maxLength: MAX_ID },
      { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    ],
  },
  required: true,
  read(value, what) {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return String(value);
    return checkId(textOf(value, what), what);
  },
};

/** Ids in a list of JSON. */
export const idList: Field<readonly string[]> = {
  schema: { type: 'array', items: id.schema, maxItems: MAX_ITEMS },
  required: true,
  read(value, what) {
    if (!Array.isArray(value)) throw badInput(`${what} must be a list of ids.`);
    checkCount(value.length, what, MAX_ITEMS);
    return value.map((each, index) => id.read(each, `${what}[${index}]`));
  },
};

/** An id as it stands in a path. */
export const pathId: Field<string> = {
  schema: { type: 'string', minLength: 1, maxLength: MAX_ID },
  required: true,
  read: id.read,
};

/** Ids with commas between them, as they stand in a query, and spaces around them where a client writes some; none where it is left out or empty. */
export const commaIds: Field<readonly string[]> = {
  schema: {
    type: 'string',
    description: `Ids with commas between them, at most ${MAX_ITEMS.toLocaleString('en-US')}.`,
  },
  required: false,
  read(value, what) {
    const ids =
      value === undefined
        ? []
        : textOf(value, what)
            .split(',')
            .map((each) => each.trim())
            .filter(Boolean);
    checkCount(ids.length, what, MAX_ITEMS);
    return ids.map((each, index) => checkId(each, `${what}[${index}]`));
  },
};

/** A moment in whatever form a client writes it: a text or a number. */
export const moment: Field<string | number> = {
  schema: { oneOf: [{ type: 'string', maxLength: MAX_MOMENT }, { type: 'number' }] },
  required: true,
  read: (value, what) =>
    typeof value === 'number' ? value : checkText(textOf(value, what), what, { max: MAX_MOMENT }),
};

/** A whole number of a query. */
export const whole = ({
  min,
  max,
  fallback,
}: {
  readonly min: number;
  readonly max: number;
  readonly fallback: number;
}): Field<number> => ({
  schema: { type: 'integer', minimum: min, maximum: max, default: fallback },
  required: false,
  read(value, what) {
    if (value === undefined) return fallback;
    const number = /^\d{1,9}$/.test(textOf(value, what)) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) {
      throw badInput(`${what} must be a whole number from ${min} to ${max.toLocaleString('en-US')}.`);
    }
    return number;
  },
});

/** An object with fields of its own. */
export const object = <F extends Fields>(fields: F): Field<ValuesOf<F>> => ({
  schema: objectSchema(fields),
  required: true,
  read(value, what) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw badInput(`${what} must be an object.`);
    return readFields(fields, value as Readonly<Record<string, unknown>>, `${what}.`);
  },
});

/** The description of an object with those fields. */
export const objectSchema = (fields: Fields): JsonSchema => {
  const required = Object.keys(fields).filter((name) => fields[name]?.required);
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])),
    ...(required.length > 0 && { required }),
  };
};
