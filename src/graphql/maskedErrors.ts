/**
 * What clients are told of a failure, over HTTP and WebSocket alike. A failure is classified once: the caller's (a
 * `PresenceError`, or a document or variables that do not fit the schema), or ours (everything else), which is
 * logged and hidden.
 */
import { GraphQLError, type GraphQLErrorExtensions } from 'graphql';
import { type ErrorCode, PresenceError } from '../presence/errors.js';

/** Where failures of ours are written: pino, or what looks like it. */
export interface ErrorLog {
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Characters of a sentence about a request: it may quote what the client sent, of whatever length. */
const MAX_MESSAGE = 500;

const HIDDEN = 'Something went wrong on our side. Quote the request id when you report it.';

/** What only {@link maskError} puts into an error that nothing lies below. */
const MASKED: ReadonlySet<unknown> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'INTERNAL',
]);

/**
 * Extensions, with what graphql-yoga reads to answer over HTTP. That part is not enumerable, so that it is never
 * serialised, over a WebSocket neither.
 */
const withHttp = (extensions: GraphQLErrorExtensions, http: unknown): GraphQLErrorExtensions =>
  http === undefined ? extensions : Object.defineProperty(extensions, 'http', { value: http, enumerable: false });

const shortened = (message: string): string =>
  message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)} …` : message;

const at = (error: unknown, message: string, extensions: GraphQLErrorExtensions): GraphQLError =>
  new GraphQLError(message, {
    ...(error instanceof GraphQLError && {
      nodes: error.nodes ?? null,
      source: error.source ?? null,
      positions: error.positions ?? null,
      path: error.path ?? null,
    }),
    extensions,
  });

const httpOf = (code: ErrorCode): unknown =>
  code === 'UNAUTHENTICATED' ? { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } } : undefined;

/** The failure at the bottom of errors that only say where it happened. */
const rootOf = (error: unknown): unknown =>
  error instanceof GraphQLError && error.originalError ? rootOf(error.originalError) : error;

/** Whether graphql-js says that the document or its variables are wrong; `error` tells where it surfaced. */
const isAboutTheRequest = (error: unknown, root: unknown): root is GraphQLError =>
  root instanceof GraphQLError &&
  // Within a field, what is wrong with its arguments is located in the document by itself. What is not comes from
  // serialising what our resolver gave.
  (error === root || !(error instanceof GraphQLError && error.path) || root.nodes !== undefined);

/**
 * What clients are told of `error`, whatever was thrown and wherever: in a resolver, by `subscribe`, by an event, by
 * parsing, validation or coercion. `path` and `locations` are kept, no stack and no cause is. What is ours is logged
 * with its stack and answered as INTERNAL with `requestId`. To mask twice is to mask once.
 */
export const maskError = (
  error: unknown,
  { requestId, log }: { readonly requestId: string; readonly log: ErrorLog },
): GraphQLError => {
  const root = rootOf(error);
  if (root instanceof PresenceError && root.code !== 'INTERNAL') {
    return at(error, root.message, withHttp({ code: root.code, ...root.details }, httpOf(root.code)));
  }
  if (root instanceof GraphQLError && error === root && MASKED.has(root.extensions.code)) return root;
  if (isAboutTheRequest(error, root)) return maskRequestError(error instanceof GraphQLError ? error : root);

  log.error({ err: root, requestId, ...(error instanceof GraphQLError && { path: error.path }) }, 'request failed');
  return at(error, HIDDEN, { code: 'INTERNAL', requestId });
};

/** Without a path, nothing was executed: over HTTP that is 400, as graphql-yoga has it for what fails validation. */
const maskRequestError = (error: GraphQLError): GraphQLError => {
  // What a parser of bodies said is not for the caller to see.
  const { http, originalError, ...rest } = error.extensions;
  const extensions = { ...rest, code: 'BAD_USER_INPUT' };
  // graphql-yoga tells by it that the body was no JSON, and answers 400.
  if (originalError) Object.defineProperty(extensions, 'originalError', { value: originalError, enumerable: false });
  return at(
    error,
    shortened(error.message),
    withHttp(extensions, http ?? (error.path ? undefined : { status: 400, spec: true })),
  );
};
