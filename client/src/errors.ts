/** Failures, by code. */

/**
 * A failure with a code: one of the server's (`UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`, `BAD_USER_INPUT`, `RATE_LIMITED`,
 * `UNAVAILABLE`, `INTERNAL`), or one of the client's: `DISCONNECTED` (the connection was lost before the answer),
 * `QUEUE_FULL` (too much waits for a connection), `CLOSED`, `SIGNED_OUT`, and `LISTENER` (a listener threw).
 */
export interface PresenceError extends Error {
  readonly code: string;
  /** In how many milliseconds it may be tried again. */
  readonly retryAfterMs?: number;
  /** What to quote when a fault of the server is reported. */
  readonly requestId?: string;
}

class Failure extends Error implements PresenceError {
  override readonly name = 'PresenceError';
  readonly code: string;
  readonly retryAfterMs?: number;
  readonly requestId?: string;

  constructor(message: string, code: string, details: ErrorDetails = {}) {
    super(message, details);
    this.code = code;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
    if (details.requestId !== undefined) this.requestId = details.requestId;
  }
}

interface ErrorDetails {
  readonly retryAfterMs?: number | undefined;
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

export const presenceError = (code: string, message: string, details?: ErrorDetails): PresenceError =>
  new Failure(message, code, details);

/** An error of a GraphQL answer. A document that the server refused to run has no code: the program is at fault. */
export const errorOfAnswer = (errors: readonly unknown[]): PresenceError => {
  const { message, extensions } = errors[0] as {
    readonly message?: string;
    readonly extensions?: { readonly code?: string; readonly retryAfterMs?: number; readonly requestId?: string };
  };
  return presenceError(extensions?.code ?? 'BAD_USER_INPUT', message ?? 'The server refused.', extensions);
};

/** Whether the same may be tried again after a while. */
export const isTemporary = ({ code }: PresenceError): boolean => code === 'RATE_LIMITED' || code === 'UNAVAILABLE';

/** How long to wait before it is tried again, in milliseconds; between 100 ms and a minute. */
export const waitOf = ({ retryAfterMs = 1_000 }: PresenceError): number =>
  Math.min(60_000, Math.max(100, retryAfterMs));
