/**
 * Every code with which this server closes a socket, and what it means (docs/semantics.md, "Close codes"). Those of
 * 4000 and above are of the GraphQL over WebSocket protocol. Clients of graphql-ws come back after 4403, 4408, 1001,
 * 1012 and 1013, and give up after the others.
 */
export const CLOSE = {
  /** A message is longer than is allowed: 256 KiB, and 8 KiB until `connection_init` is accepted. */
  TOO_BIG: 1009,
  /** The server restarts; another node, or this one, takes the client in. */
  RESTART: 1012,
  /** The reader is too slow; or nobody new can be let in while the store is away. */
  TRY_AGAIN_LATER: 1013,
  /** A message that is no message of the protocol, or `connectionParams` that cannot be used. */
  BAD_REQUEST: 4400,
  /** `subscribe` before `connection_ack`. */
  UNAUTHORIZED: 4401,
  /** The token is missing, bad, or has run out; or its user was deleted. */
  FORBIDDEN: 4403,
  /** No protocol of ours was asked for. */
  SUBPROTOCOL_NOT_ACCEPTABLE: 4406,
  /** No `connection_init` in time. */
  INIT_TIMEOUT: 4408,
  /** `subscribe` with an id that is in use. */
  SUBSCRIBER_EXISTS: 4409,
  /** A second `connection_init`; or the user has too many connections. */
  TOO_MANY: 4429,
  /** A bug of ours; the reason says nothing of it. */
  INTERNAL: 4500,
} as const;

/** Why a socket is closed: a code and a sentence for the people who look at it. */
export interface CloseReason {
  readonly code: number;
  readonly reason: string;
}

const MAX_REASON_BYTES = 123;

/** The reason as a close frame can carry it: at most 123 bytes, no half characters. */
export const fitReason = (reason: string): string => {
  // Cut before it is measured: a client's own words, of whatever length, may stand in it.
  let text = reason.slice(0, MAX_REASON_BYTES);
  while (Buffer.byteLength(text) > MAX_REASON_BYTES) text = [...text].slice(0, -1).join('');
  return text;
};
