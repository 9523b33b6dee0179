/**
 * The merge rule of Rollcall for results of any GraphQL client: of two values of one field of one user's presence, of one
 * object's counts, or of a tray's totals, the one with the later `asOf` counts. Pure but for what it remembers; the Apollo link and the urql exchange apply it.
 */
import { type Document, type Fields, fieldsOf, isObject, LEAF, type Shape, shapeOf } from './shape.js';

/** Users, and objects with counts, of whom the latest is remembered when the caller says nothing else. */
export const REMEMBERED_USERS = 10_000;

export interface Latest {
  /**
   * Takes in a result and gives it back with every older value replaced by the latest known of its field, under the keys
   * that the document asks for. The same object where nothing in it is older; never changed in place.
   *
   * Merged are objects whose `__typename` is `Presence`, `Counts` or `Inbox`, or that have none but `id` and `asOf`. Fields
   * left alone:
   * `isTyping`, about which `asOf` says nothing; fields with arguments; and a value whose later one was fetched without
   * a field that the document asks for below it.
   */
  merge<T>(data: T, document: Document): T;
  /** Forgets everything, as after signing out. */
  clear(): void;
}

/** A field's value under the schema's names, and the instant at which it was true. */
interface Known {
  readonly asOf: string;
  readonly value: unknown;
}

type Row = Readonly<Record<string, unknown>>;

/** The form of every `DateTime` of the server. Of one length and in UTC, so that the order of the texts is that of time. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Fields that tell who it is, and the one that `asOf` does not cover. */
const NOT_MERGED = new Set(['__typename', 'id', 'userId', 'isTyping']);

/** Types of what is below a presence: urql's document cache asks for them in queries alone, not in subscriptions. */
const TYPE_BELOW: Readonly<Record<string, string>> = {
  user: 'User',
  statusMessage: 'StatusMessage',
  activities: 'Activity',
  all: 'Count',
};

/** Types whose fields `asOf` covers. A user's id may be that of an object, too. */
const MERGED_TYPES: ReadonlySet<unknown> = new Set(['Presence', 'Counts', 'Inbox']);

/** The type of an object without `__typename`, by fields that no presence has. */
const TYPE_BY_FIELD: Readonly<Record<string, string>> = {
  revision: 'Inbox',
  unread: 'Inbox',
  unseen: 'Inbox',
  objectId: 'Counts',
  all: 'Counts',
  people: 'Here',
  approximate: 'Here',
  conversationId: 'Here',
};

/** In place of a value that cannot be given, since something that the document asks for was not fetched. */
const INCOMPLETE = Symbol('incomplete');

export function createLatest({ rememberedUsers = REMEMBERED_USERS } = {}): Latest {
  /** By user and field. The first is the one not seen for the longest time. */
  const users = new Map<string, Map<string, Known>>();

  const recall = (id: string): Map<string, Known> => {
    const known = users.get(id) ?? new Map<string, Known>();
    users.delete(id);
    users.set(id, known);
    if (users.size > rememberedUsers) {
      for (const eldest of users.keys()) {
        users.delete(eldest);
        break;
      }
    }
    return known;
  };

  const learn = (row: Row, fields: Fields): Row => {
    const seen = identify(row, fields);
    if (!seen) return row;
    const known = recall(seen.id);
    for (const [key, field] of mergedFields(row, fields)) {
      const before = known.get(field.name);
      if (before && before.asOf > seen.asOf) continue;
      const value = underNames(row[key], field.below);
      const same = before?.asOf === seen.asOf;
      known.set(field.name, { asOf: seen.asOf, value: same ? union(before.value, value) : value });
    }
    return row;
  };

  const replaceOlder = (row: Row, fields: Fields): Row => {
    const seen = identify(row, fields);
    const known = seen && users.get(seen.id);
    if (!known) return row;
    const newer: Record<string, unknown> = {};
    for (const [key, field] of mergedFields(row, fields)) {
      const latest = known.get(field.name);
      if (!latest || latest.asOf <= seen.asOf) continue;
      const value = underKeys(latest.value, field.below, TYPE_BELOW[field.name]);
      if (value !== INCOMPLETE) newer[key] = value;
    }
    return Object.keys(newer).length === 0 ? row : { ...row, ...newer };
  };

  return {
    merge<T>(data: T, document: Document): T {
      const shape = shapeOf(document);
      // A result may hold one user twice, read at two moments: all of it is taken in first.
      mapObjects(data, shape, learn);
      return mapObjects(data, shape, replaceOlder) as T;
    },
    clear() {
      users.clear();
    },
  };
}

/** What a row is about, and of when it is; nothing for a row of another type, and for one without `asOf`. */
const identify = (row: Row, fields: Fields): { id: string; asOf: string } | undefined => {
  const typename = row.__typename;
  let type = typename ?? 'Presence';
  let asOf: unknown;
  let id: unknown;
  for (const key of Object.keys(row)) {
    const { name } = fields.under(key);
    if (name === 'asOf') asOf = row[key];
    else if (name === 'id' || (name === 'userId' && id === undefined && typename !== undefined)) id = row[key];
    if (typename === undefined) type = TYPE_BY_FIELD[name] ?? type;
  }
  if (!MERGED_TYPES.has(type)) return undefined;
  return typeof id === 'string' && typeof asOf === 'string' && INSTANT.test(asOf)
    ? { id: `${type}:${id}`, asOf }
    : undefined;
};

const mergedFields = (row: Row, fields: Fields) =>
  Object.keys(row)
    .map((key) => [key, fields.under(key)] as const)
    .filter(([, field]) => !field.hasArguments && !NOT_MERGED.has(field.name));

/** Changes every object, those below first; keeps the identity of what does not change. */
const mapObjects = (value: unknown, shape: Shape, change: (row: Row, fields: Fields) => Row): unknown => {
  if (shape === LEAF) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => mapObjects(item, shape, change));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isObject(value)) return value;
  const fields = fieldsOf(shape, value.__typename);
  const below = Object.entries(value).map(
    ([key, item]) => [key, mapObjects(item, fields.under(key).below, change)] as const,
  );
  const row = below.some(([key, item]) => item !== value[key]) ? Object.fromEntries(below) : value;
  return change(row, fields);
};

/** A value of a result, with the names of the schema in place of aliases. */
const underNames = (value: unknown, shape: Shape): unknown => {
  if (shape === LEAF) return value;
  if (Array.isArray(value)) return value.map((item) => underNames(item, shape));
  if (!isObject(value)) return value;
  const fields = fieldsOf(shape, value.__typename);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [fields.under(key).name, underNames(item, fields.under(key).below)]),
  );
};

/** The reverse, for what a document asks for; `INCOMPLETE` where the value has not all of it. */
const underKeys = (value: unknown, shape: Shape, typename?: string): unknown => {
  if (shape === LEAF) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => underKeys(item, shape, typename));
    return items.includes(INCOMPLETE) ? INCOMPLETE : items;
  }
  if (!isObject(value)) return value;
  const named: Row = typename === undefined ? value : { __typename: typename, ...value };
  const fields = fieldsOf(shape, named.__typename);
  const entries = [...(fields.keys ?? Object.keys(value))].map((key) => {
    const { name, below } = fields.under(key);
    return [key, name in named ? underKeys(named[name], below) : INCOMPLETE] as const;
  });
  return entries.some(([, item]) => item === INCOMPLETE) ? INCOMPLETE : Object.fromEntries(entries);
};

/** Two parts of one value, fetched by documents that ask for different things below it. */
const union = (one: unknown, other: unknown): unknown => {
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    return other.map((item, index) => union(one[index], item));
  }
  return isObject(one) && isObject(other) ? { ...one, ...other } : other;
};
