/** Messages of clients, as graphql-ws is given them. */
import { parseMessage } from 'graphql-ws';
import type { WebSocket } from 'ws';

/** The length of one message before and after `connection_init` is accepted. A longer one is 1009, before it is read. */
export const MAX_MESSAGE_BYTES_BEFORE_INIT = 8 * 1024;
export const MAX_MESSAGE_BYTES = 256 * 1024;

/** Sets the limit of one socket. ws has one for all sockets of a server; a socket's own is private to its receiver. */
export const limitMessages = (socket: WebSocket, bytes: number): void => {
  Object.assign((socket as unknown as { readonly _receiver: object })._receiver, { _maxPayload: bytes });
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/**
 * The message in a text. graphql-ws keeps a `subscribe` message for as long as the operation runs, so it contains only what
 * is read of it. Text that is not JSON is returned as it is, for graphql-ws to refuse.
 */
export const messageOf = (text: string): unknown => {
  try {
    const message: unknown = JSON.parse(text);
    if (!isObject(message) || message.type !== 'subscribe' || !isObject(message.payload)) return message;
    const { query, operationName, variables, extensions } = message.payload;
    return { id: message.id, type: message.type, payload: { query, operationName, variables, extensions } };
  } catch {
    return text;
  }
};

/** Whether a message is invalid, or one that only a server sends: graphql-ws throws at both. */
export const isMisdirected = (message: unknown): boolean => {
  try {
    return ['connection_ack', 'next', 'error'].includes(parseMessage(message).type);
  } catch {
    return true;
  }
};
