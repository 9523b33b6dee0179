/** The codes of docs/semantics.md, "Errors". Nobody matches on messages: the code is the contract. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'INTERNAL';

/**
 * A failure that the caller is told of, with a code and a sentence that a person can act on.
 * Anything else that is thrown is our bug and becomes INTERNAL at the edge.
 */
export class PresenceError extends Error {
  override readonly name = 'PresenceError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** What goes beside the code into `extensions`, such as `retryAfterMs` (milliseconds). */
    readonly details: { readonly retryAfterMs?: number } = {},
  ) {
    super(message);
  }
}

/** The input is not what the schema's descriptions allow. */
export const badInput = (message: string): PresenceError => new PresenceError('BAD_USER_INPUT', message);

const RETRY_AFTER_MS = 1_000;

/** A back-end cannot be asked now; the caller may try again after `retryAfterMs` milliseconds. */
export const unavailable = (message: string, retryAfterMs = RETRY_AFTER_MS): PresenceError =>
  new PresenceError('UNAVAILABLE', message, { retryAfterMs });

class UnreadableRecord extends PresenceError {}

/** What there is of a user was written by another release, which this one cannot read and leaves alone. */
export const unreadableRecord = (): PresenceError =>
  new UnreadableRecord(
    'UNAVAILABLE',
    "A user's presence was written by a newer release of this server, which this one cannot read.",
    { retryAfterMs: RETRY_AFTER_MS },
  );

/** The same answer for what does not exist and for what the caller may not know of. */
export const notFound = (message: string): PresenceError => new PresenceError('NOT_FOUND', message);

/** The caller is known, but this is not theirs to do. */
export const forbidden = (message: string): PresenceError => new PresenceError('FORBIDDEN', message);

/** Whether a back-end could not be asked: what failed so may be tried again. */
export const isUnavailable = (error: unknown): error is PresenceError =>
  error instanceof PresenceError && error.code === 'UNAVAILABLE';

/** Whether a back-end could not be asked for a while: what failed so has to be done once that is over. */
export const passes = (error: unknown): boolean => isUnavailable(error) && !(error instanceof UnreadableRecord);
