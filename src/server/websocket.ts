import { setMaxListeners } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols, makeServer, parseMessage } from 'graphql-ws';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Caller } from '../presence/verbs.js';
import { createBrake } from './brake.js';
import { CLOSE } from './closeCodes.js';
import { type Connection, type ConnectionPorts, createConnection } from './connection.js';
import { urlOf, urlToken } from './credentials.js';
import type { Engine } from './engine.js';
import { createFramer } from './frames.js';
import { createGate } from './gate.js';
import { createKeepAlive } from './keepAlive.js';
import { Operations } from './operations.js';
import type { Origins } from './origins.js';
import { Outbound, STALL_MS } from './outbound.js';

const MAX_MESSAGE_BYTES = 256 * 1024;
const MAX_MESSAGE_BYTES_BEFORE_INIT = 8 * 1024;
const INIT_TIMEOUT_MS = 10_000;
/** How long a client may take to answer a close frame. */
const CLOSE_TIMEOUT_MS = 2_000;
/** How many are let in at a time: when thousands come back at once, the store and the database are asked no faster. */
const MAX_ENTERING = 64;
const MAX_SPREAD_MS = 5_000;
/** Few sockets need no spreading: one every so many milliseconds at most. */
const SPREAD_STEP_MS = 10;
/** For how long, once all are told to go, a stop tries to let go of sessions while the store is away. */
const RELEASE_TIMEOUT_MS = 2_000;

export interface Sockets {
  /** How many are open. */
  readonly size: number;
  /** How many operations the sockets have open, all together. */
  readonly subscriptions: number;
  /** Asks every connection to answer, now rather than at the next round. */
  pingAll(): void;
  /**
   * Refuses upgrades from now on, closes all sockets with 1012, spread over at most `spreadMs` milliseconds, and
   * resolves when nothing is left of them. Calling it again changes nothing.
   */
  stop(options?: { readonly spreadMs?: number }): Promise<void>;
}

/** What graphql-ws carries through to its hooks. */
interface Extra {
  readonly connection: Connection;
  readonly operations: Operations;
}

/** Messages that only a server sends; graphql-ws throws at them. */
const isMisdirected = (text: string): boolean => {
  try {
    return ['connection_ack', 'next', 'error'].includes(parseMessage(text).type);
  } catch {
    return true;
  }
};

/** Answers an upgrade with an HTTP status, and hangs up. */
const refuseUpgrade = (socket: Duplex, status: string): void => {
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
};

/**
 * graphql-transport-ws at `/graphql` of `server` (DESIGN sections 1 and 2).
 */
export const createSockets = ({
  server,
  engine,
  origins,
  onHeard = () => {},
  heartbeatTimeoutMs,
  initTimeoutMs = INIT_TIMEOUT_MS,
  stallMs = STALL_MS,
  onSlowReader = () => {},
  ...ports
}: ConnectionPorts & {
  readonly server: Server;
  readonly engine: Engine;
  readonly origins: Origins;
  /** A connection answered: a pong, a ping, or any message. */
  readonly onHeard?: (connectionId: string) => void;
  readonly heartbeatTimeoutMs: number;
  readonly initTimeoutMs?: number;
  /** How long a reader may leave more than 256 KiB unread. */
  readonly stallMs?: number;
  /** A connection is closed because nobody reads it. */
  readonly onSlowReader?: (caller: Caller | null) => void;
}): Sockets => {
  const { log } = ports;
  let opened = 0;
  let stopped: Promise<void> | null = null;
  const abandon = new AbortController();
  // One listener for each connection that cannot be let go of while the store is away.
  setMaxListeners(0, abandon.signal);
  const open = new Map<WebSocket, Extra>();
  /** Connections that are closed, and still to be let go of. */
  const ending = new Set<Promise<void>>();

  const frame = createFramer();
  const gate = createGate(MAX_ENTERING);
  const keepAlive = createKeepAlive({ timeoutMs: heartbeatTimeoutMs });

  const protocol = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: initTimeoutMs,
    onConnect: ({ connectionParams, extra }) => extra.connection.accept(connectionParams),
    onSubscribe: (ctx, id, payload) => ctx.extra.operations.onSubscribe(ctx, id, payload),
    // Run by `onOperation`, which knows whether anybody still waits for it.
    execute: () => ({}),
    subscribe: () => ({}),
    onOperation: (ctx, id, payload) => ctx.extra.operations.onOperation(ctx, id, payload),
    onComplete: (ctx, id, payload) => ctx.extra.operations.onComplete(ctx, id, payload),
  });

  const serve = (socket: WebSocket, stream: Duplex, token: string | null): void => {
    opened += 1;
    const connectionId = String(opened);
    const brake = createBrake(socket);
    const connection = createConnection({ ...ports, socket, brake, gate, connectionId, urlToken: token });
    const outbound = new Outbound(socket, stream, brake, {
      onStall: () => {
        onSlowReader(connection.caller);
        connection.close(CLOSE.TRY_AGAIN_LATER, 'The reader is too slow.');
      },
      stallMs,
    });

    const operations = new Operations(
      { engine, frame },
      {
        get caller() {
          return connection.caller;
        },
        budget: connection.budget,
        brake,
        outbound,
      },
    );
    open.set(socket, { connection, operations });

    let silentMs = 0;
    const pulse = keepAlive.watch({
      ping: () => {
        if (socket.readyState === socket.OPEN) socket.ping();
      },
      lost: (lastHeardMsAgo) => {
        silentMs = lastHeardMsAgo;
        socket.terminate();
      },
    });

    const heard = () => {
      pulse.heard();
      onHeard(connectionId);
    };

    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => outbound.send(text),
        close: (code = CLOSE.INTERNAL, reason = '') => connection.close(code, reason),
        onMessage: (listen) => {
          socket.on('message', (data: RawData) => {
            heard();
            // Between our close frame and the client's answer nothing is taken any more: the token may have run out.
            if (socket.readyState !== socket.OPEN) return;
            const text = data.toString();
            if (!connection.accepted && Buffer.byteLength(text) > MAX_MESSAGE_BYTES_BEFORE_INIT) {
              connection.close(CLOSE.TOO_BIG, 'A message before connection_ack has at most 8 KiB.');
              return;
            }
            listen(text).catch((error: unknown) => {
              if (isMisdirected(text)) return connection.close(CLOSE.BAD_REQUEST, 'Invalid message received');
              log.error({ err: error }, 'message failed');
              connection.close(CLOSE.INTERNAL, 'Internal error');
            });
          });
        },
      },
      { connection, operations },
    );

    socket.on('pong', heard);
    socket.on('ping', heard);
    // What is wrong with a frame closes the socket with its own code; there is nobody else to tell.
    socket.on('error', () => {});
    socket.once('close', (code, reason) => {
      pulse.stop();
      outbound.close();
      open.delete(socket);
      const end = Promise.all([
        Promise.resolve(closed(code, reason.toString())),
        connection.end(silentMs, abandon.signal),
      ]).then(
        () => {},
        (error: unknown) => log.error({ err: error }, 'closing failed'),
      );
      ending.add(end);
      void end.then(() => ending.delete(end));
    });
  };

  const options = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // One message a turn of the loop: `complete` and `subscribe` that arrive together are two.
    allowSynchronousEvents: false,
    maxPayload: MAX_MESSAGE_BYTES,
    closeTimeout: CLOSE_TIMEOUT_MS,
    handleProtocols: (protocols: Set<string>) => handleProtocols(protocols),
  };
  const upgrades = new WebSocketServer(options);

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const url = urlOf(request);
    const refusal =
      stopped !== null
        ? '503 Service Unavailable'
        : url?.pathname !== '/graphql'
          ? '404 Not Found'
          : origins.allows(request)
            ? null
            : '403 Forbidden';
    if (refusal !== null || url === undefined) refuseUpgrade(socket, refusal ?? '404 Not Found');
    else upgrades.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, socket, urlToken(url)));
  };
  server.on('upgrade', onUpgrade);

  const closeAll = async (spreadMs: number): Promise<void> => {
    const sockets = [...open];
    const stepMs = Math.min(SPREAD_STEP_MS, spreadMs / Math.max(1, sockets.length));
    const gone = sockets.map(
      ([socket, { connection }], index) =>
        new Promise<void>((resolve) => {
          socket.once('close', () => resolve());
          setTimeout(() => connection.close(CLOSE.RESTART, 'The server restarts.'), index * stepMs);
        }),
    );
    const impatient = setTimeout(() => abandon.abort(), sockets.length * stepMs + RELEASE_TIMEOUT_MS);
    await Promise.all(gone);
    await Promise.all(ending);
    clearTimeout(impatient);
    keepAlive.stop();
  };

  return {
    get size() {
      return open.size;
    },
    get subscriptions() {
      let count = 0;
      for (const { operations } of open.values()) count += operations.subscriptions;
      return count;
    },
    pingAll() {
      for (const socket of open.keys()) if (socket.readyState === socket.OPEN) socket.ping();
    },
    stop({ spreadMs = MAX_SPREAD_MS } = {}) {
      stopped ??= closeAll(Math.min(spreadMs, MAX_SPREAD_MS));
      return stopped;
    },
  };
};
