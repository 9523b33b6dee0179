/** Errors of the dialects of REST: the code in snake case and a sentence, where a dialect has no words of its own. */
import type { GraphQLError } from 'graphql';
import { PresenceError } from '../../presence/errors.js';
import { codeOf, HTTP_STATUS } from '../execution/finishing.js';

/** What is answered for an error, in all dialects. */
export interface ErrorBody {
  /** A word for programs: the code in lower case, or the dialect's own. */
  readonly error: string;
  /** A sentence for people. */
  readonly message: string;
  /** Only of `internal`: to quote in a report. */
  readonly request_id?: string;
}

/** BAD_USER_INPUT for which a dialect has a word of its own. */
export class WordedError extends PresenceError {
  constructor(
    readonly word: string,
    message: string,
  ) {
    super('BAD_USER_INPUT', message);
  }
}

/** An error as it is answered. */
export interface Fault {
  readonly status: number;
  /** In whole seconds; null where waiting does not help. */
  readonly retryAfterSeconds: number | null;
  readonly body: ErrorBody;
}

/** What `/graphql` says of other transports is of no use here. */
const SIGN_IN = 'Sign in first: send a valid token in the header Authorization: Bearer TOKEN.';
/** Where the error itself does not say how long to wait. */
const RETRY_AFTER_MS = 1_000;

/**
 * The answer for `raw` and its `finished` form, which has a code and hides what is not the client's. `badInput` is what a route answers
 * for anything that it cannot read.
 */
export const faultOf = (
  raw: unknown,
  finished: GraphQLError,
  { badInputStatus, badInput }: { readonly badInputStatus: number; readonly badInput: ErrorBody | undefined },
): Fault => {
  const code = codeOf(finished);
  const { retryAfterMs, requestId } = finished.extensions;
  const mayRetry = code === 'RATE_LIMITED' || code === 'UNAVAILABLE';
  const waitMs = typeof retryAfterMs === 'number' ? retryAfterMs : RETRY_AFTER_MS;
  const isBadInput = code === 'BAD_USER_INPUT';
  const word = raw instanceof WordedError ? raw.word : code.toLowerCase();
  const plain = {
    error: word,
    message: code === 'UNAUTHENTICATED' ? SIGN_IN : finished.message,
    ...(typeof requestId === 'string' && { request_id: requestId }),
  };
  return {
    status: isBadInput ? badInputStatus : HTTP_STATUS[code],
    retryAfterSeconds: mayRetry ? Math.max(1, Math.ceil(waitMs / 1_000)) : null,
    body: isBadInput && badInput !== undefined && !(raw instanceof WordedError) ? badInput : plain,
  };
};
