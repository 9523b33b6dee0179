import { setMaxListeners } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { createCoalescer } from '../../async/coalescer.js';
import { createLimit } from '../../async/limit.js';
import { overTurns } from '../../async/overTurns.js';
import type { ErrorCode } from '../../presence/errors.js';
import type { Caller } from '../../service/contract.js';
import { urlOf } from '../auth/credentials.js';
import type { Origins } from '../http/origins.js';
import { afterPendingRequests, STALL_MS } from '../http/pipelining.js';
import { refuseSocket } from '../http/socketRefusal.js';
import { createAdmissionGate } from './admissionGate.js';
import { CLOSE } from './closeCodes.js';
import { createKeepAlive } from './keepAlive.js';
import { closingMs, returnsWithinMs } from './restartSpread.js';
import { asksForWebSocket, serveWithoutUpgrade } from './upgrades.js';
import type { Connection, ConnectionDeps, ConnectionPorts, Upgraded } from './webSocketConnection.js';

/** How long a client may take to answer a close frame. */
const CLOSE_TIMEOUT_MS = 2_000;
/** Connections admitted at a time: when thousands reconnect at once, the store and the database are asked no faster. */
const MAX_ENTERING = 64;
/** Sessions disconnected at a time: when thousands of sockets close at once, no answer of the store would be read in time. */
const MAX_LEAVING = 200;
/** Sockets whose client has not signed in yet: beyond these the oldest is closed. */
const MAX_UNAUTHENTICATED = 10_000;
/** How long a stop, once all sockets are told to close, retries to disconnect sessions of an unavailable store. */
const RELEASE_TIMEOUT_MS = 2_000;

/** Of every upgrade. */
const OPTIONS = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  autoPong: false,
  // One message in each turn of the event loop, so that `complete` ends before `subscribe` reuses its id.
  allowSynchronousEvents: false,
  closeTimeout: CLOSE_TIMEOUT_MS,
};

/** What is spoken at one path. */
export interface SocketProtocol {
  /** The length of one message, until a connection changes it. A longer one is 1009, before it is read. */
  readonly maxMessageBytes: number;
  /** The sub-protocol to speak of those that a client offers; false: none. Left out: the first that it offers. */
  readonly choose?: (offered: Set<string>) => string | false;
  /** Called once, with what all connections share. Returns how one is made. */
  open(shared: ConnectionDeps): (upgraded: Upgraded) => Connection;
}

export interface Sockets {
  /** Serves a protocol at a path from now on. */
  serve(path: string, protocol: SocketProtocol): void;
  /** Open sockets. */
  readonly size: number;
  /** Open subscriptions of all sockets together. */
  readonly subscriptions: number;
  /** Over how many ms a stop that begins now closes them. */
  readonly drainMs: number;
  /** Writes at once the frames that the coalescer still delays. */
  flush(): void;
  /** Pings every connection now. */
  pingAll(): void;
  /**
   * Refuses upgrades from now on, closes all sockets with 1012, spread over {@link drainMs}, and
   * resolves when their sessions are disconnected: those of clients that were sent away wait longer for them. Idempotent.
   */
  stop(): Promise<void>;
}

/** The WebSockets of `server` (docs/architecture.md), at the paths that {@link Sockets.serve} opens; 404 elsewhere. */
export const createSockets = ({
  server,
  origins,
  isBusy = () => false,
  deliveryWaitMs,
  onReceived = () => {},
  heartbeatTimeoutMs,
  drainTimeoutMs,
  maxUnauthenticated = MAX_UNAUTHENTICATED,
  stallMs = STALL_MS,
  onSlowReader = () => {},
  ...ports
}: ConnectionPorts & {
  readonly server: Server;
  readonly origins: Origins;
  /** Whether work is under way that is about to change what subscriptions deliver: their frames leave in one write. */
  readonly isBusy?: () => boolean;
  /** How long a frame may wait for others at most. */
  readonly deliveryWaitMs: number;
  /** A pong, a ping, or any other message was received. */
  readonly onReceived?: (connectionId: string) => void;
  readonly heartbeatTimeoutMs: number;
  /** Over how long a stop closes sockets at most. */
  readonly drainTimeoutMs: number;
  readonly maxUnauthenticated?: number;
  /** How long a reader may leave more than 256 KiB unread. */
  readonly stallMs?: number;
  /** A connection is closed because its client does not read. */
  readonly onSlowReader?: (caller: Caller | null) => void;
}): Sockets => {
  const { log } = ports;
  let opened = 0;
  let stopped: Promise<void> | null = null;
  const abandon = new AbortController();
  // One listener for each connection whose session cannot be disconnected while the store is unavailable.
  setMaxListeners(0, abandon.signal);
  const open = new Map<WebSocket, Connection>();
  /** Connections whose client has not signed in yet, oldest first. */
  const unauthenticated = new Set<Connection>();
  /** Closed connections whose sessions are still to be disconnected. */
  const ending = new Set<Promise<void>>();

  const keepAlive = createKeepAlive({ timeoutMs: heartbeatTimeoutMs });
  const coalescer = createCoalescer({ maxWaitMs: deliveryWaitMs, isBusy });
  const deps: ConnectionDeps = {
    ...ports,
    coalescer,
    onReceived,
    onAuthenticated: (connection) => void unauthenticated.delete(connection),
    stallMs,
    onSlowReader,
    keepAlive,
    gate: createAdmissionGate(MAX_ENTERING),
    leave: createLimit(MAX_LEAVING),
  };

  // One set of listeners serves all sockets: closures for each would be a good part of a connection's memory.
  const onMessage = function (this: WebSocket, data: RawData): void {
    open.get(this)?.received(data);
  };
  const onAnswer = function (this: WebSocket): void {
    open.get(this)?.answered();
  };
  const onPing = function (this: WebSocket, data: Buffer): void {
    open.get(this)?.pinged(data);
  };
  // ws closes the socket of an invalid frame with its own code; nothing else is to be done.
  const onError = (): void => {};

  const hold = (upgraded: Upgraded, connection: Connection): void => {
    const { socket } = upgraded;
    open.set(socket, connection);
    unauthenticated.add(connection);
    // Clients sign in at once: the oldest that has not is the least likely to.
    const [oldest] = unauthenticated;
    if (unauthenticated.size > maxUnauthenticated && oldest) {
      unauthenticated.delete(oldest);
      oldest.close(CLOSE.TRY_AGAIN_LATER, 'Try again later.');
    }
    connection.begin(upgraded);
    socket.on('message', onMessage);
    socket.on('pong', onAnswer);
    socket.on('ping', onPing);
    socket.on('error', onError);
    socket.once('close', (code, reason) => {
      connection.closed();
      unauthenticated.delete(connection);
      open.delete(socket);
      const end = connection
        .end(code, reason.toString(), abandon.signal)
        .catch((error: unknown) => log.error({ err: error }, 'closing failed'));
      ending.add(end);
      void end.then(() => ending.delete(end));
    });
  };

  /** How the upgrade of a request at a path ends, by path. */
  const paths = new Map<string, (request: IncomingMessage, url: URL, stream: Duplex, head: Buffer) => void>();

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (!asksForWebSocket(request)) {
      serveWithoutUpgrade(server, request, socket, head);
      return;
    }
    const url = urlOf(request);
    const refuse = (status: number, code: ErrorCode, message: string) =>
      refuseSocket(socket, status, { code, message });
    const upgrade = url && paths.get(url.pathname);
    if (stopped !== null) refuse(503, 'UNAVAILABLE', 'The server restarts.');
    else if (!upgrade) refuse(404, 'NOT_FOUND', 'There is nothing here. GraphQL is at /graphql.');
    else if (!origins.allows(request)) {
      refuse(403, 'FORBIDDEN', 'Pages of this origin may not connect: it is not among ALLOWED_ORIGINS.');
    } else upgrade(request, url, socket, head);
  };
  server.on('upgrade', (request, socket, head) => afterPendingRequests(socket, () => onUpgrade(request, socket, head)));

  const closeAll = async (): Promise<void> => {
    const sockets = [...open];
    const spreadMs = closingMs(sockets.length, drainTimeoutMs);
    const returnMs = returnsWithinMs(sockets.length);
    const gone = sockets.map(
      ([socket, connection], index) =>
        new Promise<void>((resolve) => {
          const sending = setTimeout(() => connection.sendAway(returnMs), (index / sockets.length) * spreadMs);
          socket.once('close', () => {
            clearTimeout(sending);
            resolve();
          });
        }),
    );
    const giveUp = setTimeout(() => abandon.abort(), spreadMs + RELEASE_TIMEOUT_MS);
    await Promise.all(gone);
    await Promise.all(ending);
    clearTimeout(giveUp);
    keepAlive.stop();
  };

  return {
    serve(path, { maxMessageBytes, choose, open: openProtocol }) {
      const connect = openProtocol(deps);
      const upgrades = new WebSocketServer({
        ...OPTIONS,
        maxPayload: maxMessageBytes,
        ...(choose && { handleProtocols: choose }),
      });
      paths.set(path, (request, url, stream, head) =>
        upgrades.handleUpgrade(request, stream, head, (socket) => {
          opened += 1;
          const upgraded = { socket, stream, connectionId: String(opened), request, url };
          hold(upgraded, connect(upgraded));
        }),
      );
    },
    get size() {
      return open.size;
    },
    get subscriptions() {
      let count = 0;
      for (const { subscriptions } of open.values()) count += subscriptions;
      return count;
    },
    flush: coalescer.run,
    pingAll() {
      overTurns(open.values(), (connection) => connection.ping());
    },
    get drainMs() {
      return closingMs(open.size, drainTimeoutMs);
    },
    stop() {
      stopped ??= closeAll();
      return stopped;
    },
  };
};
