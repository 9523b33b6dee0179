/** One row of a dialect's table: a method and a path, what is read, whom it asks, and what it answers. */
import type { Services } from '../../graphql/context.js';
import { badInput } from '../../presence/errors.js';
import type { Caller } from '../../service/contract.js';
import { type Fields, type JsonSchema, readFields, type ValuesOf } from './fields.js';
import type { ErrorBody } from './restErrors.js';

export type Method = 'GET' | 'POST' | 'PUT';
/** What routes ask. They decide nothing: the services authorize, limit and validate. */
export type RestServices = Pick<Services, 'presence' | 'relations' | 'social' | 'people'>;

/** What a request gives, undecoded. */
export interface Given {
  /** By the names in the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The JSON of the body; undefined for a route without one. */
  readonly body: unknown;
}

interface Row<P extends Fields, Q extends Fields, B extends Fields> {
  readonly method: Method;
  /** Such as `/presence/{user_id}`. */
  readonly path: string;
  /** What it does, in a sentence. */
  readonly summary: string;
  /** It is of the calling user: FORBIDDEN to service tokens, before anything is read. */
  readonly byUser: boolean;
  /** It may be NOT_FOUND. */
  readonly mayMiss?: boolean;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** What is answered; null: nothing, with 204. */
  readonly answer: JsonSchema | null;
  /** What is answered to anything that cannot be read; left out: the code and the sentence. */
  readonly badInput?: ErrorBody;
  run(services: RestServices, caller: Caller, input: ValuesOf<P> & ValuesOf<Q> & ValuesOf<B>): Promise<unknown>;
}

export interface Route extends Omit<Row<Fields, Fields, Fields>, 'run'> {
  /** Reads the request, before anything is asked or changed: throws BAD_USER_INPUT. What it returns does it. */
  prepare(given: Given): (services: RestServices, caller: Caller) => Promise<unknown>;
}

/**
 * The parameters that a route reads; one that is given several times is a list with commas. Those alone: a URL has room for thousands
 * of others, and each is looked for among all.
 */
const queryOf = (query: URLSearchParams, fields: Fields): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.keys(fields)
      .filter((name) => query.has(name))
      .map((name) => [name, query.getAll(name).join(',')]),
  );

const objectOf = (body: unknown): Readonly<Record<string, unknown>> => {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badInput('The body must be an object of JSON.');
  return body as Readonly<Record<string, unknown>>;
};

/** A row with its types checked against what it reads. */
export const route = <
  P extends Fields = Record<never, never>,
  Q extends Fields = Record<never, never>,
  B extends Fields = Record<never, never>,
>(
  row: Row<P, Q, B>,
): Route => ({
  ...row,
  prepare(given) {
    const { params, query, body } = row;
    const input = {
      ...(params && readFields(params, given.params)),
      ...(query && readFields(query, queryOf(given.query, query))),
      ...(body && readFields(body, objectOf(given.body))),
    } as ValuesOf<P> & ValuesOf<Q> & ValuesOf<B>;
    return (services, caller) => row.run(services, caller, input);
  },
});

export interface Dialect {
  readonly name: 'daw' | 'mobile' | 'feed' | 'gateway';
  /** Whose words these are, in a sentence. */
  readonly summary: string;
  /** The status of BAD_USER_INPUT. */
  readonly badInputStatus: 400 | 422;
  readonly routes: readonly Route[];
}
