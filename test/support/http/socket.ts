import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createInbox, type Inbox } from '../unit/inbox.js';
import {
  type Api,
  createApi,
  type Execute,
  type GraphQLFault,
  PRESENCE_CHANGED,
  type Presence,
  Refusal,
  TYPING_CHANGED,
  type Typing,
  type Variables,
} from './api.js';

/** Why and how a socket closed. */
export interface Closed {
  code: number;
  reason: string;
}

/** A running subscription: its events in order, and the way to end it. */
export interface SubscriptionIterator<T> extends Inbox<T> {
  /** Sends `complete`; resolves once the client has dropped it. */
  stop(): void;
}

/** One connection of the real graphql-ws client, after `connection_ack`. */
export interface Socket extends Api {
  subscribe<Data>(document: string, variables?: Variables): SubscriptionIterator<Data>;
  /** `presenceChanged`; without ids, of the roster. */
  watch(userIds?: string[] | null, options?: { snapshot?: boolean }): SubscriptionIterator<Presence>;
  /** `typingChanged`; without an id, of all the caller's conversations. */
  watchTyping(conversationId?: string | null, options?: { snapshot?: boolean }): SubscriptionIterator<Typing>;
  /** Closes as a client does that leaves (1000). Resolves when the socket is closed. */
  close(): Promise<Closed>;
  /** Cuts the TCP connection without a close frame. */
  drop(): Promise<Closed>;
  /** Resolves when the socket has closed, whoever closed it. */
  readonly closed: Promise<Closed>;
}

/** Connects and waits for the acknowledgement. Fails with a `SocketRefused` when the server closes instead. */
export async function connectSocket(
  url: string,
  connectionParams?: Record<string, unknown>,
  through: (execute: Execute) => Execute = (execute) => execute,
): Promise<Socket> {
  let raw: WebSocket | undefined;
  let settleClosed: (closed: Closed) => void;
  const closed = new Promise<Closed>((resolve) => {
    settleClosed = resolve;
  });
  const client = await new Promise<Client>((resolve, reject) => {
    const made = createClient({
      url,
      webSocketImpl: WebSocket,
      lazy: false,
      retryAttempts: 0,
      ...(connectionParams ? { connectionParams } : {}),
      onNonLazyError: () => {},
      on: {
        opened: (socket) => {
          raw = socket as WebSocket;
        },
        connected: () => resolve(made),
        closed: (event) => {
          const { code, reason } = event as CloseEvent;
          settleClosed({ code, reason });
          reject(new SocketRefused({ code, reason }));
        },
        error: (error) => reject(error),
      },
    });
  });

  const subscribe = <Data>(document: string, variables: Variables = {}): SubscriptionIterator<Data> => {
    const inbox = createInbox<Data>(document.slice(0, 60));
    const stop = client.subscribe<Data>(
      { query: document, variables },
      {
        next: (result) => {
          if (result.errors) inbox.end(new Refusal(result.errors as unknown as GraphQLFault[]));
          else inbox.push(result.data as Data);
        },
        error: (fault) => inbox.end(asError(fault)),
        complete: () => inbox.end(new Error('completed')),
      },
    );
    return { ...inbox, stop };
  };

  const execute = async <Data>(document: string, variables: Variables = {}): Promise<Data> => {
    const answer = subscribe<Data>(document, variables);
    return answer.next();
  };

  return {
    ...createApi(through(execute)),
    subscribe,
    watch: (userIds, options) =>
      pick<Presence>(subscribe, 'presenceChanged', PRESENCE_CHANGED, { userIds, ...options }),
    watchTyping: (conversationId, options) =>
      pick<Typing>(subscribe, 'typingChanged', TYPING_CHANGED, { conversationId, ...options }),
    async close() {
      await client.dispose();
      return closed;
    },
    drop() {
      raw?.terminate();
      return closed;
    },
    closed,
  };
}

/** The server closed the socket before it acknowledged. */
export class SocketRefused extends Error {
  readonly code: number;
  readonly reason: string;
  constructor({ code, reason }: Closed) {
    super(`closed ${code} ${reason}`);
    this.name = 'SocketRefused';
    this.code = code;
    this.reason = reason;
  }
}

interface CloseEvent {
  code: number;
  reason: string;
}

function asError(fault: unknown): Error {
  if (Array.isArray(fault)) return new Refusal(fault as GraphQLFault[]);
  if (fault instanceof Error) return fault;
  const { code, reason } = fault as CloseEvent;
  return new Error(`the socket closed: ${code} ${reason}`);
}

/** A subscription of which the tests want the one field's value, not the envelope. */
function pick<T>(
  subscribe: Socket['subscribe'],
  name: string,
  document: string,
  variables: Variables,
): SubscriptionIterator<T> {
  const whole = subscribe<Record<string, T>>(document, variables);
  const inbox = createInbox<T>(`${name} ${JSON.stringify(variables)}`.slice(0, 120));
  const relay = async () => {
    for (;;) inbox.push((await whole.next(2 ** 31 - 1))[name] as T);
  };
  relay().catch((reason: Error) => inbox.end(reason));
  return { ...inbox, stop: whole.stop };
}
