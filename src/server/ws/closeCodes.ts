import { PresenceError } from '../../presence/errors.js';

/**
 * Every code with which this server closes a socket, and what it means (docs/semantics.md, "Close codes"). Codes from
 * 4000 on belong to the GraphQL over WebSocket protocol. Clients of graphql-ws reconnect after 4403, 4408, 1001, 1012 and
 * 1013, and give up after the others.
 */
export const CLOSE = {
  /** A message is longer than is allowed: 256 KiB, and 8 KiB until `connection_init` is accepted. */
  TOO_BIG: 1009,
  /** The server restarts; another node, or this one, takes the client. */
  RESTART: 1012,
  /** The reader is too slow; or nobody can be admitted while the store is unavailable. */
  TRY_AGAIN_LATER: 1013,
  /** A message that is none of the protocol, or invalid `connectionParams`. */
  BAD_REQUEST: 4400,
  /** `subscribe` before `connection_ack`. */
  UNAUTHORIZED: 4401,
  /** The token is missing, invalid or expired; or its user was deleted. */
  FORBIDDEN: 4403,
  /** The client offers no protocol of this server. */
  SUBPROTOCOL_NOT_ACCEPTABLE: 4406,
  /** No `connection_init` in time. */
  INIT_TIMEOUT: 4408,
  /** `subscribe` with an id that is in use. */
  SUBSCRIBER_EXISTS: 4409,
  /** A second `connection_init`; or the user has too many connections. */
  TOO_MANY: 4429,
  /** A bug of the server; the reason says nothing of it. */
  INTERNAL: 4500,
} as const;

/** The code and the reason to close a socket with when admitting its connection fails. */
export const closeOf = (error: unknown): readonly [code: number, reason: string] => {
  if (!(error instanceof PresenceError)) return [CLOSE.TRY_AGAIN_LATER, 'Try again later.'];
  switch (error.code) {
    case 'UNAUTHENTICATED':
    case 'FORBIDDEN':
    case 'NOT_FOUND':
      return [CLOSE.FORBIDDEN, error.message];
    case 'BAD_USER_INPUT':
      return [CLOSE.BAD_REQUEST, error.message];
    case 'RATE_LIMITED':
      // A time to wait means connecting too often, and a retry helps; without one, a connection has to be closed first.
      return [error.details.retryAfterMs === undefined ? CLOSE.TOO_MANY : CLOSE.TRY_AGAIN_LATER, error.message];
    case 'UNAVAILABLE':
    case 'INTERNAL':
      return [CLOSE.TRY_AGAIN_LATER, 'Try again later.'];
  }
};

const MAX_REASON_BYTES = 123;

/** The reason cut to what a close frame can carry: at most 123 bytes, no half characters. */
export const fitReason = (reason: string): string => {
  // Cut before measuring: it may quote a client's words of any length.
  let text = reason.slice(0, MAX_REASON_BYTES);
  while (Buffer.byteLength(text) > MAX_REASON_BYTES) text = [...text].slice(0, -1).join('');
  return text;
};
