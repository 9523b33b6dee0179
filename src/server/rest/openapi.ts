/** The description of the dialects in OpenAPI 3.1, from their tables. */
import { errorSchema } from './dialectSchemas.js';
import { type Fields, type JsonSchema, objectSchema } from './fields.js';
import type { Dialect, Route } from './route.js';

const jsonOf = (schema: JsonSchema) => ({ 'application/json': { schema } });
const ref = (name: string) => ({ $ref: `#/components/responses/${name}` });

const parameters = (fields: Fields | undefined, place: 'path' | 'query') =>
  Object.entries(fields ?? {}).map(([name, { schema, required }]) => ({ name, in: place, required, schema }));

/** The errors of a route by their statuses, as names of responses. */
export const errorsOf = (route: Route, { badInputStatus }: Dialect): Readonly<Record<string, string>> => {
  const isRead = Boolean(route.params ?? route.query ?? route.body);
  return {
    ...(isRead && { [badInputStatus]: 'BadInput' }),
    401: 'Unauthenticated',
    ...(route.byUser && { 403: 'Forbidden' }),
    ...(route.mayMiss && { 404: 'NotFound' }),
    ...(route.body && { 413: 'TooLong', 415: 'Coded' }),
    429: 'RateLimited',
    503: 'Unavailable',
  };
};

const operation = (route: Route, dialect: Dialect) => {
  const success =
    route.answer === null
      ? { 204: { description: 'Done.' } }
      : { 200: { description: 'The answer.', content: jsonOf(route.answer) } };
  const errors = Object.entries(errorsOf(route, dialect)).map(([status, name]) => [status, ref(name)]);
  return {
    tags: [dialect.name],
    summary: route.summary,
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.body && { requestBody: { required: true, content: jsonOf(objectSchema(route.body)) } }),
    responses: { ...success, ...Object.fromEntries(errors) },
  };
};

const pathsOf = (dialects: readonly Dialect[]) => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const dialect of dialects) {
    for (const route of dialect.routes) {
      paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route, dialect) };
    }
  }
  return paths;
};

const retryAfter = {
  'Retry-After': { description: 'When to try again, in seconds.', schema: { type: 'integer', minimum: 1 } },
};
const response = (description: string, headers?: Readonly<Record<string, unknown>>) => ({
  description,
  ...(headers && { headers }),
  content: jsonOf({ $ref: '#/components/schemas/Error' }),
});

/** An object of OpenAPI 3.1, which is the JSON of `/openapi.json`. */
export const describeRest = (dialects: readonly Dialect[]) => ({
  openapi: '3.1.0',
  info: {
    title: 'Rollcall',
    version: '1',
    summary: 'Presence in four dialects of REST.',
    description: 'The same users, limits and privacy as at /graphql.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  tags: dialects.map(({ name, summary }) => ({ name, description: summary })),
  security: [{ token: [] }],
  paths: pathsOf(dialects),
  components: {
    securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    schemas: { Error: errorSchema },
    responses: {
      BadInput: response('The request cannot be read: nothing was changed.'),
      Unauthenticated: response('No valid token.', { 'WWW-Authenticate': { schema: { type: 'string' } } }),
      Forbidden: response('This is of a user, and a service token is none.'),
      NotFound: response('There is no such thing, or the caller may not see it.'),
      TooLong: response('The body is longer than 1 MiB.'),
      Coded: response('The body is compressed, or not in UTF-8.'),
      RateLimited: response('The allowance is used up.', retryAfter),
      Unavailable: response('A back end does not answer.', retryAfter),
    },
  },
});
