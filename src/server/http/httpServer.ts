import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { at } from '../../async/alarm.js';
import { withTimeout } from '../../async/timeout.js';
import { createTurnstile } from '../../async/turnstile.js';
import { unauthenticated } from '../../graphql/context.js';
import { PresenceError } from '../../presence/errors.js';
import type { Log } from '../../telemetry/log.js';
import { acceptsEvents, bearerToken, urlOf, urlToken } from '../auth/credentials.js';
import { callerOf, type SignIn } from '../auth/signIn.js';
import type { Identity } from '../auth/verifier.js';
import { type Connections, createConnections } from '../connections.js';
import type { Engine } from '../execution/engine.js';
import { newRequestId } from '../execution/requestIds.js';
import { readBody } from './body.js';
import { answerCors } from './cors.js';
import { answerDirectly } from './directPath.js';
import { createEventStream, type EventStream } from './eventStream.js';
import type { GraphiqlPage } from './graphiql.js';
import { unreadable, withParameters } from './mediaType.js';
import type { Origins } from './origins.js';
import { STALL_MS, serveInOrder } from './pipelining.js';
import { sendError, sendJson, sendMasked, sendResponse } from './respond.js';
import { refuseMalformed } from './socketRefusal.js';

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const READY_TIMEOUT_MS = 2_000;
const IDLE_CHECK_MS = 50;
/** How long answers under way may take while the server stops. */
const STOP_TIMEOUT_MS = 2_000;
/** Requests of a user under way at a time, from signing in until the answer was taken; of all who need no token, together. */
const MAX_REQUESTS_PER_USER = 100;
/** Longer bodies are read one a turn of the event loop. */
const LONG_BODY_BYTES = 64 * 1024;
const WITHOUT_TOKEN = '';

const GRAPHQL_PATH = '/graphql';
/** What nearly all requests ask for, read once. */
const GRAPHQL_URL = new URL(GRAPHQL_PATH, 'http://localhost');

export interface Http {
  /** Not listening yet; sockets are upgraded on it. */
  readonly server: Server;
  /** How many subscriptions are open over Server-Sent Events. */
  readonly streams: number;
  /** Makes `/ready` fail from now on: what stops is taken out of rotation first. */
  failReadiness(): void;
  /** Ends streams and connections and stops listening. Resolves when all are gone; calling it again changes nothing. */
  stop(): Promise<void>;
}

/**
 * The HTTP side (docs/semantics.md and docs/architecture.md): GraphQL and its streams of events at `/graphql`, GraphiQL
 * for browsers there, `/health` while the process lives, `/ready` while `ready` says so.
 */
export const createHttp = ({
  engine,
  signIn,
  connections,
  origins,
  log,
  ready,
  graphiql,
  unsignedIntrospection,
  stallMs = STALL_MS,
  keepAliveMs = 75_000,
}: {
  readonly engine: Engine;
  readonly signIn: SignIn;
  readonly connections: Connections;
  readonly origins: Origins;
  readonly log: Log;
  /** Whether requests can be served; a rejection, or no answer within 2 s, means no. */
  readonly ready: () => Promise<boolean>;
  /** Null: no GraphiQL. */
  readonly graphiql: GraphiqlPage | null;
  /** Whether somebody without a token may introspect. */
  readonly unsignedIntrospection: boolean;
  /** How long a reader may take nothing of what was sent to it. */
  readonly stallMs?: number;
  /** How long an idle connection is kept. */
  readonly keepAliveMs?: number;
}): Http => {
  const longBodies = createTurnstile();
  let stopping = false;
  let stopped: Promise<void> | null = null;
  const streaming = new Set<ServerResponse>();
  const requests = createConnections({ maxPerUser: MAX_REQUESTS_PER_USER });

  /** Null where there is no token, and none is needed to introspect. */
  const identify = async (request: IncomingMessage, url: URL): Promise<Identity | null> => {
    const { authorization } = request.headers;
    const token = bearerToken(authorization) ?? (acceptsEvents(request) ? urlToken(url) : null);
    if (token === null && authorization === undefined && unsignedIntrospection) return null;
    const identity = await signIn.verify(token);
    await signIn.ensure(identity);
    return identity;
  };

  /** Counts the request until it is over. RATE_LIMITED where as many of the user are under way as are allowed. */
  const countRequest = (identity: Identity | null, response: ServerResponse): void => {
    if (identity?.service || response.destroyed) return;
    const uncount = requests.open(identity?.userId ?? WITHOUT_TOKEN, () => {});
    if (uncount !== null) response.once('close', uncount);
    else {
      const message = `You have ${MAX_REQUESTS_PER_USER} requests under way. Wait for one of them first.`;
      throw new PresenceError('RATE_LIMITED', message, { retryAfterMs: 1_000 });
    }
  };

  /** A subscription of this request counts as a connection, and ends with the token or the user. */
  const streamOf = (identity: Identity | null, requestId: string, response: ServerResponse): EventStream => {
    const stream = createEventStream({
      claim: () => {
        if (identity === null) return unauthenticated();
        const { service, userId, expiresAt } = identity;
        const end = () => stream.end(engine.finishing.error(unauthenticated(), requestId));
        const close = service ? () => {} : connections.open(userId, end);
        if (close === null) {
          const message = 'You have too many connections open. Close one of them first.';
          return new PresenceError('RATE_LIMITED', message, { retryAfterMs: 1_000 });
        }
        const cancelExpiry = at(expiresAt, end);
        streaming.add(response);
        return () => {
          cancelExpiry();
          close();
          streaming.delete(response);
        };
      },
    });
    return stream;
  };

  const serveGraphQL = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    if (answerCors(request, response, origins)) return;
    if (graphiql !== null && request.method === 'GET' && request.headers.accept?.includes('text/html')) {
      await graphiql.send(response);
      return;
    }
    if (request.headers['sec-websocket-key'] !== undefined) {
      response.setHeader('upgrade', 'websocket');
      const message = 'A proxy dropped the Upgrade header of this WebSocket: let it pass on Upgrade and Connection.';
      sendError(response, 426, { code: 'BAD_USER_INPUT', message });
      return;
    }
    const requestId = newRequestId();
    const identity = await identify(request, url);
    countRequest(identity, response);
    const fault = request.method === 'POST' ? unreadable(request.headers) : null;
    if (fault !== null) {
      response.setHeader('accept-encoding', 'identity');
      sendError(response, 415, { code: 'BAD_USER_INPUT', message: fault });
      return;
    }
    const body = await readBody(request);
    if (body === null) {
      sendError(response, 413, { code: 'BAD_USER_INPUT', message: 'The body is longer than 1 MiB.' });
      return;
    }
    if (request.method === 'POST' && body.length === 0) {
      const message = 'The body is empty. Send JSON, such as {"query": "{ me { userId } }"}.';
      sendError(response, 400, { code: 'BAD_USER_INPUT', message });
      return;
    }
    const operation = {
      caller: identity && callerOf(identity, null),
      budget: { watched: 0, conversations: 0 },
      requestId,
    };
    if (await answerDirectly(engine, request, response, body, operation)) return;
    // The longest take 80 ms to be read as JSON: others are served in between.
    if (body.length > LONG_BODY_BYTES) await longBodies();
    const stream = streamOf(identity, requestId, response);
    // Not only once there is something to write: until then the reader who left would count as a connection.
    response.once('close', stream.release);
    try {
      const answer = await engine.yoga.fetch(fetchRequestOf(request, url, body), {
        ...operation,
        stream,
      });
      const isSilent = answer.status >= 400 && answer.body === null;
      if (isSilent) sendError(response, answer.status, { code: 'BAD_USER_INPUT', message: `${answer.statusText}.` });
      else await sendResponse(answer, response, stallMs);
    } finally {
      stream.release();
    }
  };

  const fetchRequestOf = (request: IncomingMessage, url: URL, body: Buffer): Request => {
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      if (value !== undefined && !name.startsWith(':'))
        headers.set(name, Array.isArray(value) ? value.join(', ') : value);
    }
    // Yoga takes the names of media types in small letters alone.
    const type = request.headers['content-type'];
    if (type !== undefined) headers.set('content-type', withParameters(type));
    const method = request.method ?? 'GET';
    return new engine.yoga.fetchAPI.Request(url, { method, headers, body: method === 'POST' ? body.toString() : null });
  };

  const serveReady = async (response: ServerResponse): Promise<void> => {
    const late = () => new Error('No answer in time.');
    const answered = !stopping && (await withTimeout(ready(), READY_TIMEOUT_MS, late).catch(() => false));
    const isReady = answered && !stopping;
    sendJson(response, isReady ? 200 : 503, { ready: isReady });
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = request.url === GRAPHQL_PATH ? GRAPHQL_URL : urlOf(request);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (url?.pathname === GRAPHQL_PATH) return await serveGraphQL(request, response, url);
    if (isRead && url?.pathname === '/health') return sendJson(response, 200, { alive: true });
    if (isRead && url?.pathname === '/ready') return await serveReady(response);
    sendError(response, 404, { code: 'NOT_FOUND', message: 'There is nothing here. GraphQL is at /graphql.' });
  };

  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: 1_000,
    },
    serveInOrder((request, response) => {
      serve(request, response).catch((error: unknown) => {
        // A client that left while it was sending is told nothing, and is no failure of ours.
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
      return streaming.size;
    },
    failReadiness() {
      stopping = true;
    },
    stop() {
      stopping = true;
      stopped ??= new Promise((resolve) => {
        // Answers under way are finished; a connection is closed as soon as it is idle.
        const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
        const impatient = setTimeout(() => server.closeAllConnections(), STOP_TIMEOUT_MS);
        server.close(() => {
          clearInterval(idle);
          clearTimeout(impatient);
          resolve();
        });
        // Broken off rather than completed: a client then knows to come back, to another node.
        for (const response of streaming) response.destroy();
      });
      return stopped;
    },
  };
};
