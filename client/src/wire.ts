/** One connection, from the socket to its end. Whether there is another one is for `connection.ts` to say. */
import { createClient, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws/client';
import { utf8Length } from './utf8.js';

/** The part of the WebSocket interface that the client uses itself. */
interface Socket {
  close(code?: number, reason?: string): void;
  /** Of the package `ws`: without waiting for the other side's close frame. */
  terminate?(): void;
}
type SocketClass = new (url: string, protocol: string) => Socket;

/** Why a connection ended: the code of its close frame, or none where it was refused or broke off. */
export interface WireEnd {
  readonly code: number | undefined;
  readonly reason: string;
}

export interface Operation {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/** What the server takes as one message, less the envelope. It closes a connection over which more comes. */
export const MAX_MESSAGE_BYTES = 256 * 1024 - 200;
export const TOO_LONG = [{ message: 'The operation is longer than 256 KiB.' }];

export const bytesOf = (operation: Operation): number => utf8Length(JSON.stringify(operation));

/** What comes of one operation. Neither function may throw. */
export interface Sink {
  next(result: { readonly data?: unknown; readonly errors?: readonly unknown[] | undefined }): void;
  /** The operation is over: with errors, where the server refused it. */
  end(errors?: readonly unknown[]): void;
}

export interface Wire {
  /** Starts an operation; the function returned ends it. One that is too long ends at once with an error. Nothing reaches the sink after that, or after the wire's end. */
  start(operation: Operation, sink: Sink): () => void;
  /** Closes as one does who leaves. `onEnd` is not called. */
  close(): void;
  /** Gives up a connection over which nothing comes. `onEnd` is not called. */
  abandon(): void;
}

export interface WireOptions {
  readonly url: string;
  readonly webSocketImpl: unknown;
  /** A function is called when the socket is open. */
  readonly params: Record<string, unknown> | (() => Record<string, unknown>);
  /** The server acknowledged. */
  readonly onReady: () => void;
  /** The connection failed, or was closed by the other side. Called once at the most. */
  readonly onEnd: (end: WireEnd) => void;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const endOf = (event: unknown): WireEnd => ({
  code: isObject(event) && typeof event.code === 'number' ? event.code : undefined,
  reason: isObject(event) && typeof event.reason === 'string' ? event.reason : '',
});

/** Opens a connection. Throws what the WebSocket class throws for an address that it does not take. */
export const openWire = ({ url, webSocketImpl, params, onReady, onEnd }: WireOptions): Wire => {
  // Made here and handed to graphql-ws, which does not let go of a socket that is still connecting.
  const socket = new (webSocketImpl as SocketClass)(url, GRAPHQL_TRANSPORT_WS_PROTOCOL);
  const handOver = function handOver() {
    return socket;
  };
  let over = false;
  let ids = 0;
  const finish = () => {
    over = true;
    // Otherwise graphql-ws connects again after 1000, if operations are running.
    Promise.resolve(client.dispose()).catch(() => {});
  };
  const ended = (event: unknown) => {
    if (over) return;
    finish();
    onEnd(endOf(event));
  };
  const client = createClient({
    url,
    webSocketImpl: Object.assign(handOver, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 }),
    connectionParams: params,
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => {},
    generateID: () => String(++ids),
    on: {
      connected: () => {
        if (!over) onReady();
      },
      closed: ended,
      error: ended,
    },
  });

  return {
    start(operation, sink) {
      if (bytesOf(operation) > MAX_MESSAGE_BYTES) {
        sink.end(TOO_LONG);
        return () => {};
      }
      let done = false;
      const once = (act: () => void) => {
        if (over || done) return;
        done = true;
        act();
      };
      const stop = client.subscribe(operation, {
        next: (result) => {
          if (!over && !done) sink.next(result);
        },
        error: (fault) => once(() => sink.end(Array.isArray(fault) ? fault : undefined)),
        complete: () => once(() => sink.end()),
      });
      return () => {
        if (done) return;
        done = true;
        stop();
      };
    },
    close() {
      if (over) return;
      finish();
      socket.close(1000, 'Normal Closure');
    },
    abandon() {
      if (over) return;
      finish();
      if (socket.terminate) socket.terminate();
      else socket.close();
    },
  };
};
