import {
  type Server as GraphqlServer,
  handleProtocols,
  makeServer,
  type WebSocket as ProtocolSocket,
} from 'graphql-ws';
import { paramsToken, urlToken } from '../auth/credentials.js';
import type { Engine } from '../execution/engine.js';
import { CLOSE } from './closeCodes.js';
import { readConnectParams } from './connectParams.js';
import { createFramer } from './frames.js';
import {
  isMisdirected,
  limitMessages,
  MAX_MESSAGE_BYTES,
  MAX_MESSAGE_BYTES_BEFORE_INIT,
  messageOf,
} from './incomingMessages.js';
import { Operations, type OperationsDeps, type OperationsOwner } from './operations.js';
import { Connection, type ConnectionDeps, type Upgraded } from './webSocketConnection.js';
import type { SocketProtocol } from './webSocketServer.js';

const INIT_TIMEOUT_MS = 10_000;

/** What all connections of `/graphql` share. */
interface GraphqlConnectionDeps extends ConnectionDeps, OperationsDeps {
  readonly protocol: GraphqlServer<GraphqlConnection>;
}

/** One connection that speaks graphql-transport-ws. */
class GraphqlConnection extends Connection implements OperationsOwner, ProtocolSocket {
  readonly operations: Operations;
  /** The `?token=` of the upgrade, for clients that cannot send it otherwise. */
  private readonly urlToken: string | null;
  /** The listener of graphql-ws. */
  private listen: ((message: unknown) => Promise<void>) | null = null;
  /** Tells graphql-ws that the socket closed. */
  private onClosed: ((code: number, reason: string) => Promise<void>) | null = null;

  constructor(
    protected override readonly deps: GraphqlConnectionDeps,
    upgraded: Upgraded,
  ) {
    super(deps, upgraded);
    this.urlToken = urlToken(upgraded.url);
    this.operations = new Operations(deps, this);
  }

  get subscriptions(): number {
    return this.operations.subscriptions;
  }

  begin(): void {
    this.onClosed = this.deps.protocol.opened(this, this);
  }

  /**
   * Handles `connection_init`. Returns the payload of the acknowledgement; false where it closed the socket instead. Never rejects.
   */
  async accept(params: Readonly<Record<string, unknown>> | undefined): Promise<Record<string, unknown> | boolean> {
    const sessionId = await this.admit(paramsToken(params) ?? this.urlToken, () => readConnectParams(params));
    if (sessionId === undefined) return false;
    limitMessages(this.socket, MAX_MESSAGE_BYTES);
    return sessionId === null ? true : { sessionId };
  }

  get protocol(): string {
    return this.socket.protocol;
  }

  send(text: string): Promise<void> {
    return this.outbound.send(text);
  }

  onMessage(listen: (text: string) => Promise<void>): void {
    // graphql-ws takes parsed messages as well as text.
    this.listen = listen as (message: unknown) => Promise<void>;
  }

  protected take(text: string): void {
    const message = messageOf(text);
    this.listen?.(message).catch((error: unknown) => {
      if (isMisdirected(message)) return this.close(CLOSE.BAD_REQUEST, 'Invalid message received');
      this.deps.log.error({ err: error }, 'message failed');
      this.close(CLOSE.INTERNAL, 'Internal error');
    });
  }

  protected async finish(code: number, reason: string): Promise<void> {
    await this.onClosed?.(code, reason);
  }
}

/** graphql-transport-ws (docs/semantics.md and docs/architecture.md). */
export const createGraphqlProtocol = ({
  engine,
  initTimeoutMs = INIT_TIMEOUT_MS,
}: {
  readonly engine: Engine;
  /** How long a client may take to send `connection_init`. */
  readonly initTimeoutMs?: number;
}): SocketProtocol => {
  const protocol = makeServer<Record<string, unknown>, GraphqlConnection>({
    connectionInitWaitTimeout: initTimeoutMs,
    onConnect: ({ connectionParams, extra }) => extra.accept(connectionParams),
    onSubscribe: (ctx, id, payload) => ctx.extra.operations.onSubscribe(ctx, id, payload),
    // `onOperation` executes instead: it knows whether the operation was cancelled.
    execute: () => ({}),
    subscribe: () => ({}),
    onOperation: (ctx, id, payload) => ctx.extra.operations.onOperation(ctx, id, payload),
    onComplete: (ctx, id, payload) => ctx.extra.operations.onComplete(ctx, id, payload),
  });
  return {
    maxMessageBytes: MAX_MESSAGE_BYTES_BEFORE_INIT,
    choose: (offered) => handleProtocols(offered),
    open(shared) {
      const deps: GraphqlConnectionDeps = { ...shared, engine, protocol, frame: createFramer() };
      return (upgraded) => new GraphqlConnection(deps, upgraded);
    },
  };
};
