import type { IncomingMessage, ServerResponse } from 'node:http';
import { at } from '../../async/alarm.js';
import { unauthenticated } from '../../graphql/context.js';
import { PresenceError } from '../../presence/errors.js';
import { acceptsEvents, bearerToken, urlToken } from '../auth/credentials.js';
import { callerOf } from '../auth/signIn.js';
import type { Identity } from '../auth/verifier.js';
import type { Connections } from '../connections.js';
import type { Engine } from '../execution/engine.js';
import { newRequestId } from '../execution/requestIds.js';
import { answerDirectly } from './directPath.js';
import { createEventStream, type EventStream } from './eventStream.js';
import type { GraphiqlPage } from './graphiql.js';
import { unreadable, withParameters } from './mediaType.js';
import type { Requests } from './requests.js';
import { sendError, sendResponse } from './respond.js';

const METHODS = 'GET, POST, OPTIONS';

export interface GraphqlHandler {
  /** Answers a request. Rejects where it may not be answered otherwise: the error becomes the answer. */
  serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>;
  /** Open subscriptions over Server-Sent Events. */
  readonly streams: number;
  /** Breaks the streams off, without completing them: clients then reconnect, to another node. */
  breakStreams(): void;
}

/** What the handler takes. */
export interface GraphqlHandlerDeps {
  readonly engine: Engine;
  readonly requests: Requests;
  readonly connections: Connections;
  /** Null: no GraphiQL. */
  readonly graphiql: GraphiqlPage | null;
  /** Whether a request without a token may introspect. */
  readonly unsignedIntrospection: boolean;
  /** How long, in ms, a reader may take nothing of what was sent to it. */
  readonly stallMs: number;
}

const refuse = (response: ServerResponse, status: number, message: string): void =>
  sendError(response, status, { code: 'BAD_USER_INPUT', message });

/** The request opens a WebSocket, but it arrived without the offer to upgrade. */
const refuseLostUpgrade = (response: ServerResponse): void => {
  response.setHeader('upgrade', 'websocket');
  refuse(response, 426, 'A proxy dropped the Upgrade header of this WebSocket: let it pass on Upgrade and Connection.');
};

/**
 * GraphQL over HTTP and over Server-Sent Events, and the page of GraphiQL. In this order: CORS, the token, the place among the
 * user's pending requests, the body, the execution. See docs/design.md#a-setpresence-over-http.
 */
export const createGraphqlHandler = ({
  engine,
  requests,
  connections,
  graphiql,
  unsignedIntrospection,
  stallMs,
}: GraphqlHandlerDeps): GraphqlHandler => {
  const streaming = new Set<ServerResponse>();

  /** Null for a request without a token, where that is allowed. */
  const identify = async (request: IncomingMessage, url: URL): Promise<Identity | null> => {
    const { authorization } = request.headers;
    const token = bearerToken(authorization) ?? (acceptsEvents(request) ? urlToken(url) : null);
    if (token === null && authorization === undefined && unsignedIntrospection) return null;
    return requests.signIn(token);
  };

  /** The stream of this request if it is a subscription: counts as a connection, and ends with the token or the user. */
  const streamOf = (identity: Identity | null, requestId: string, response: ServerResponse): EventStream => {
    const stream = createEventStream({
      claim: () => {
        if (identity === null) return unauthenticated();
        const { service, userId, expiresAt } = identity;
        const end = () => stream.end(engine.finishing.error(unauthenticated(), requestId));
        const close = service ? () => {} : connections.open(userId, end);
        if (close === null) {
          const message = 'You have too many connections open. Close one of them, or try again in 1 s.';
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

  const fetchRequestOf = (request: IncomingMessage, url: URL, body: Buffer): Request => {
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      if (value !== undefined && !name.startsWith(':'))
        headers.set(name, Array.isArray(value) ? value.join(', ') : value);
    }
    // Yoga accepts media types in lower case only.
    const type = request.headers['content-type'];
    if (type !== undefined) headers.set('content-type', withParameters(type));
    const method = request.method ?? 'GET';
    return new engine.yoga.fetchAPI.Request(url, { method, headers, body: method === 'POST' ? body.toString() : null });
  };

  return {
    async serve(request, response, url) {
      if (requests.cors(request, response, METHODS)) return;
      if (graphiql !== null && request.method === 'GET' && request.headers.accept?.includes('text/html')) {
        await graphiql.send(response);
        return;
      }
      if (request.headers['sec-websocket-key'] !== undefined) {
        refuseLostUpgrade(response);
        return;
      }
      const requestId = newRequestId();
      const identity = await identify(request, url);
      requests.count(identity, response);
      const body = await requests.body(
        request,
        response,
        request.method === 'POST' ? unreadable(request.headers) : null,
      );
      if ('status' in body) {
        refuse(response, body.status, body.message);
        return;
      }
      if (request.method === 'POST' && body.length === 0) {
        refuse(response, 400, 'The body is empty. Send JSON, such as {"query": "{ me { userId } }"}.');
        return;
      }
      const operation = {
        caller: identity && callerOf(identity, null),
        budget: { watched: 0, conversations: 0, objects: 0 },
        requestId,
      };
      if (await answerDirectly(engine, request, response, body, operation)) return;
      await requests.turnFor(body);
      const stream = streamOf(identity, requestId, response);
      // At once rather than at the next write: a reader who left must not count as a connection until then.
      response.once('close', stream.release);
      try {
        const answer = await engine.yoga.fetch(fetchRequestOf(request, url, body), { ...operation, stream });
        const isSilent = answer.status >= 400 && answer.body === null;
        if (isSilent) refuse(response, answer.status, `${answer.statusText}.`);
        else await sendResponse(answer, response, stallMs);
      } finally {
        stream.release();
      }
    },
    get streams() {
      return streaming.size;
    },
    breakStreams() {
      for (const response of streaming) response.destroy();
    },
  };
};
