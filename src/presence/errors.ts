/** The codes of docs/semantics.md#errors. The code is the contract: nothing matches on messages. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'INTERNAL';

/**
 * A failure for the caller, with a code and a sentence that a person can act on. Anything else that is thrown is a bug of the
 * server, and INTERNAL at the edge.
 */
export class PresenceError extends Error {
  override readonly name = 'PresenceError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** Further `extensions` beside the code; `retryAfterMs` in milliseconds. */
    readonly details: { readonly retryAfterMs?: number } = {},
  ) {
    super(message);
  }
}

/** The input breaks a rule of the schema's descriptions. */
export const badInput = (message: string): PresenceError => new PresenceError('BAD_USER_INPUT', message);

const RETRY_AFTER_MS = 1_000;

/** A back end cannot be asked now; the caller may try again after `retryAfterMs` milliseconds. */
export const unavailable = (message: string, retryAfterMs = RETRY_AFTER_MS): PresenceError =>
  new PresenceError('UNAVAILABLE', message, { retryAfterMs });

class UnreadableRecord extends PresenceError {}

/** A user's record or row is in a format of a newer release: it is not read, and never overwritten. */
export const unreadableRecord = (): PresenceError =>
  new UnreadableRecord(
    'UNAVAILABLE',
    "A user's presence was written by a newer release of this server, which this one cannot read.",
    { retryAfterMs: RETRY_AFTER_MS },
  );

/** It does not exist, or the caller may not know that it does: the same answer for both. */
export const notFound = (message: string): PresenceError => new PresenceError('NOT_FOUND', message);

/** The caller is signed in, but may not do this. */
export const forbidden = (message: string): PresenceError => new PresenceError('FORBIDDEN', message);

/** Whether a back end could not be asked, so that the call may be tried again. */
export const isUnavailable = (error: unknown): error is PresenceError =>
  error instanceof PresenceError && error.code === 'UNAVAILABLE';

export const isNotFound = (error: unknown): error is PresenceError =>
  error instanceof PresenceError && error.code === 'NOT_FOUND';

/** Whether the failure goes away by itself, so that the work is tried again; that of a record of a newer release does not. */
export const isTemporary = (error: unknown): boolean => isUnavailable(error) && !(error instanceof UnreadableRecord);
