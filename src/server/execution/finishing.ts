import type { ExecutionResult, GraphQLError } from 'graphql';
import { type ErrorLog, maskError } from '../../graphql/maskedErrors.js';
import type { ErrorCode } from '../../presence/errors.js';

/** The HTTP status of an answer without data, by the code of its error. */
export const HTTP_STATUS: Record<ErrorCode, number> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  BAD_USER_INPUT: 400,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
  INTERNAL: 500,
};

const isCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(HTTP_STATUS, code);

/** The code of a finished error. */
export const codeOf = ({ extensions }: GraphQLError): ErrorCode =>
  isCode(extensions.code) ? extensions.code : 'INTERNAL';

const SUGGESTION = /\s*Did you mean [\s\S]*\?/;

export interface Finishing {
  /** The error that a client receives for anything thrown. */
  error(error: unknown, requestId: string): GraphQLError;
  result(result: ExecutionResult, requestId: string): ExecutionResult;
  /** An iterator with each result finished, and an exception turned into a last result. */
  stream(source: AsyncIterable<ExecutionResult>, requestId: string): AsyncIterableIterator<ExecutionResult>;
}

/**
 * The last step of every result, over every transport: each error gets a code of the table (docs/semantics.md, "Errors"), and
 * loses what clients must not see. `suggestions` is whether it may say "Did you mean", which reveals a schema that may not be
 * introspected.
 */
export const createFinishing = ({
  log,
  suggestions,
  onDelivery = () => {},
}: {
  readonly log: ErrorLog;
  readonly suggestions: boolean;
  /** Called for each result of a subscription. */
  readonly onDelivery?: () => void;
}): Finishing => {
  const error = (raw: unknown, requestId: string): GraphQLError => {
    const masked = maskError(raw, { requestId, log });
    if (!suggestions) masked.message = masked.message.replace(SUGGESTION, '');
    return masked;
  };

  const result = (raw: ExecutionResult, requestId: string): ExecutionResult =>
    raw.errors ? { ...raw, errors: raw.errors.map((each) => error(each, requestId)) } : raw;

  return {
    error,
    result,
    stream(source, requestId) {
      const iterator = source[Symbol.asyncIterator]();
      let failed = false;
      return {
        async next() {
          if (failed) return { done: true, value: undefined };
          try {
            const next = await iterator.next();
            if (next.done) return next;
            onDelivery();
            return { done: false, value: result(next.value, requestId) };
          } catch (thrown) {
            failed = true;
            return { done: false, value: { errors: [error(thrown, requestId)] } };
          }
        },
        async return() {
          failed = true;
          await iterator.return?.();
          return { done: true, value: undefined };
        },
        async throw(thrown) {
          failed = true;
          await iterator.return?.();
          throw thrown;
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  };
};
