import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { withTimeout } from '../../async/timeout.js';
import type { Log } from '../../telemetry/log.js';
import { urlOf } from '../auth/credentials.js';
import type { SignIn } from '../auth/signIn.js';
import type { Engine } from '../execution/engine.js';
import { newRequestId } from '../execution/requestIds.js';
import { upgradeOptions } from '../ws/upgrades.js';
import { createGraphqlHandler, type GraphqlHandlerDeps } from './graphqlHandler.js';
import type { Origins } from './origins.js';
import type { Page } from './page.js';
import { STALL_MS, serveInOrder } from './pipelining.js';
import { createRequests, type Requests } from './requests.js';
import { sendAlive, sendError, sendMasked, sendReady } from './respond.js';
import { refuseMalformed } from './socketRefusal.js';

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const READY_TIMEOUT_MS = 2_000;
const IDLE_CHECK_MS = 50;
/** How long pending answers may take while the server stops. */
const STOP_TIMEOUT_MS = 2_000;

const GRAPHQL_PATH = '/graphql';
/** The target of nearly all requests, parsed once. */
const GRAPHQL_URL = new URL(GRAPHQL_PATH, 'http://localhost');

/** A door of HTTP beside `/graphql`. */
export interface HttpDoor {
  /** Answers a request; null where it did nothing, since the path is none of its own. */
  serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> | null;
}

/** Opens a door that signs in, counts and reads requests as `/graphql` does. */
export type OpenHttpDoor = (shared: {
  readonly requests: Requests;
  readonly finishing: Engine['finishing'];
  readonly mutating: Engine['mutating'];
}) => HttpDoor;

export interface Http {
  /** Does not listen yet. WebSockets are upgraded on it. */
  readonly server: Server;
  /** Open subscriptions over Server-Sent Events. */
  readonly streams: number;
  /** Whether requests can be served: what `/ready` says. False before it listens, and where that is not known within 2 s. Never rejects. */
  isReady(): Promise<boolean>;
  /** Makes `/ready` fail from now on, so that a stopping server leaves rotation first. */
  failReadiness(): void;
  /** Stops listening, ends streams and connections. Resolves when all are gone. Idempotent. */
  stop(): Promise<void>;
}

/**
 * The HTTP side (docs/semantics.md and docs/architecture.md): GraphQL, its event streams and GraphiQL at `/graphql`,
 * `/health` while the process lives, `/ready` while `ready` says so; the paths of a door; in development the page at `/`.
 */
export const createHttp = ({
  log,
  ready,
  page = null,
  openDoor = null,
  stallMs = STALL_MS,
  keepAliveMs = 75_000,
  signIn,
  origins,
  ...handling
}: Omit<GraphqlHandlerDeps, 'stallMs' | 'requests'> & {
  readonly log: Log;
  readonly signIn: SignIn;
  readonly origins: Origins;
  /** Whether requests can be served; a rejection, or no answer within 2 s, means no. */
  readonly ready: () => Promise<boolean>;
  /** What is served at `/`; null: nothing. */
  readonly page?: Page | null;
  /** The dialects of REST; null: none. */
  readonly openDoor?: OpenHttpDoor | null;
  readonly stallMs?: number;
  /** How long an idle connection is kept. */
  readonly keepAliveMs?: number;
}): Http => {
  const { engine } = handling;
  const requests = createRequests({ signIn, origins });
  const graphql = createGraphqlHandler({ ...handling, requests, stallMs });
  const door = openDoor?.({ requests, finishing: engine.finishing, mutating: engine.mutating }) ?? null;
  let stopping = false;
  let stopped: Promise<void> | null = null;

  const isReady = async (): Promise<boolean> => {
    if (stopping || !server.listening) return false;
    const late = () => new Error('No answer in time.');
    return (await withTimeout(ready(), READY_TIMEOUT_MS, late).catch(() => false)) && !stopping;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = request.url === GRAPHQL_PATH ? GRAPHQL_URL : urlOf(request);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (url?.pathname === GRAPHQL_PATH) return await graphql.serve(request, response, url);
    if (isRead && url?.pathname === '/health') return sendAlive(response);
    if (isRead && url?.pathname === '/ready') return sendReady(response, await isReady());
    const served = url && door?.serve(request, response, url);
    if (served) return await served;
    if (isRead && url && page && (await page.serve(request, response, url.pathname))) return;
    sendError(response, 404, { code: 'NOT_FOUND', message: 'There is nothing here. GraphQL is at /graphql.' });
  };

  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: 1_000,
      ...upgradeOptions(),
    },
    serveInOrder((request, response) => {
      serve(request, response).catch((error: unknown) => {
        // A client that left while sending gets no answer, and is no failure of the server.
        if (request.destroyed || response.headersSent) {
          response.destroy();
          if (response.headersSent) log.error({ err: error }, 'answer broken off');
          return;
        }
        sendMasked(response, engine.finishing.error(error, newRequestId()));
      });
    }, stallMs),
  );

  server.on('clientError', refuseMalformed);
  server.on('checkExpectation', (_: IncomingMessage, response: ServerResponse) => {
    sendError(response, 417, { code: 'BAD_USER_INPUT', message: 'Expect may say 100-continue and nothing else.' });
  });

  return {
    server,
    get streams() {
      return graphql.streams;
    },
    isReady,
    failReadiness() {
      stopping = true;
    },
    stop() {
      stopping = true;
      stopped ??= new Promise((resolve) => {
        // Pending answers are finished; a connection is closed as soon as it is idle.
        const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
        const giveUp = setTimeout(() => server.closeAllConnections(), STOP_TIMEOUT_MS);
        server.close(() => {
          clearInterval(idle);
          clearTimeout(giveUp);
          resolve();
        });
        graphql.breakStreams();
      });
      return stopped;
    },
  };
};
