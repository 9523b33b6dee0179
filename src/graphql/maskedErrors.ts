/**
 * The errors that clients receive, over HTTP and WebSocket alike. A failure is classified once: as the caller's (a
 * `PresenceError`, or a document or variables that do not fit the schema), or as ours (everything else), which is logged
 * and hidden (docs/design.md#limits-errors).
 */
import { GraphQLError, type GraphQLErrorExtensions } from 'graphql';
import { type ErrorCode, PresenceError } from '../presence/errors.js';

/** The log of our failures; pino fits. */
export interface ErrorLog {
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Bound on a message about a request, in characters: it may quote input of any length. */
const MAX_MESSAGE = 500;

const HIDDEN = 'Something went wrong on our side. Quote the request id when you report it.';

/** Codes that, in an error without a cause, only {@link maskError} sets. */
const MASKED: ReadonlySet<unknown> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'INTERNAL',
]);

/** Adds what graphql-yoga reads to answer over HTTP. Not enumerable, so that no transport ever serialises it. */
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

/** The failure below the GraphQL errors that only locate it. */
const rootOf = (error: unknown): unknown =>
  error instanceof GraphQLError && error.originalError ? rootOf(error.originalError) : error;

/** Whether graphql-js rejects the document or its variables; `error` is the located form of `root`. */
const isAboutTheRequest = (error: unknown, root: unknown): root is GraphQLError =>
  root instanceof GraphQLError &&
  // Within a field, an error about its arguments carries nodes of its own. One without comes from serialising the value
  // of our resolver.
  (error === root || !(error instanceof GraphQLError && error.path) || root.nodes !== undefined);

/**
 * The error that the client receives for `error`, thrown by a resolver, `subscribe`, an event, parsing, validation or
 * coercion. Keeps `path` and `locations`, no stack and no cause. Our failures are logged with their stack and answered as
 * INTERNAL with `requestId`. Idempotent.
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

/** Without a path nothing was executed: over HTTP 400, as graphql-yoga answers failed validation. */
const maskRequestError = (error: GraphQLError): GraphQLError => {
  const { http, ...rest } = error.extensions;
  const extensions = { ...rest, code: 'BAD_USER_INPUT' };
  return at(
    error,
    shortened(error.message),
    withHttp(extensions, http ?? (error.path ? undefined : { status: 400, spec: true })),
  );
};
