/**
 * The dialects of REST (docs/doors.md#rest): runs the rows of their tables. In the order of `/graphql`: CORS, the token, the place among
 * the user's pending requests, the body, the service. Loaded where `REST` is on.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { badInput, forbidden } from '../../presence/errors.js';
import { bearerToken } from '../auth/credentials.js';
import { callerOf } from '../auth/signIn.js';
import { createWorkTimeout, storeSilent } from '../execution/executionTimeout.js';
import { newRequestId } from '../execution/requestIds.js';
import type { OpenHttpDoor } from '../http/httpServer.js';
import { unreadableCoding } from '../http/mediaType.js';
import type { BodyFault } from '../http/requests.js';
import { ALWAYS, sendJson } from '../http/respond.js';
import { GATEWAY_PATH, MOBILE_PATH } from '../ws/dialects/dialectPaths.js';
import { DIALECTS } from './dialectTables.js';
import { describeRest } from './openapi.js';
import { type Fault, faultOf } from './restErrors.js';
import type { Dialect, Given, Method, RestServices, Route } from './route.js';
import { createRouteTrie, type Match, paramsIn } from './routeTrie.js';

const DESCRIPTION_PATH = '/openapi.json';
const SOCKET_PATHS: ReadonlySet<string> = new Set([GATEWAY_PATH, MOBILE_PATH]);

/** A row, with its dialect. */
interface Entry extends Route {
  readonly dialect: Dialect;
}

const ENTRIES: readonly Entry[] = DIALECTS.flatMap((dialect) => dialect.routes.map((route) => ({ ...route, dialect })));

const ALL_METHODS: readonly Method[] = ['GET', 'POST', 'PUT'];
const firstSegmentOf = (path: string): string | undefined => path.split('/', 2)[1];
/** Below these the paths are those of the dialects, also where there is nothing. */
const FIRST_SEGMENTS = new Set(ENTRIES.map(({ path }) => firstSegmentOf(path)));

/** The methods of a path, as `Allow` says them. */
const allowedOf = (methods: Iterable<Method>): string =>
  [...[...methods].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])), 'OPTIONS'].join(', ');

const paramsOf = ({ route, values }: Match<Entry>): Readonly<Record<string, string>> => {
  try {
    return Object.fromEntries(paramsIn(route.path).map((name, i) => [name, decodeURIComponent(values[i] ?? '')]));
  } catch {
    throw badInput('The path is not well-formed: encode it in UTF-8.');
  }
};

const jsonOf = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw badInput('The body is not JSON.');
  }
};

const sendFault = (response: ServerResponse, { status, retryAfterSeconds, body }: Fault): void => {
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  if (retryAfterSeconds !== null) response.setHeader('retry-after', retryAfterSeconds);
  sendJson(response, status, body);
};

/** A body that is too long, or coded: the code is that of BAD_USER_INPUT, the status its own. */
const sendBodyFault = (response: ServerResponse, { status, message }: BodyFault): void =>
  sendJson(response, status, { error: 'bad_user_input', message });

const sendNothingHere = (response: ServerResponse): void =>
  sendJson(response, 404, {
    error: 'not_found',
    message: `There is nothing at this path. ${DESCRIPTION_PATH} lists what there is.`,
  });

const sendNotAllowed = (response: ServerResponse, allowed: string): void => {
  response.setHeader('allow', allowed);
  sendJson(response, 405, { error: 'method_not_allowed', message: `This path takes ${allowed}.` });
};

/** A socket of a dialect, asked for over plain HTTP. */
const sendUpgradeRequired = async (response: ServerResponse): Promise<void> => {
  response.setHeader('upgrade', 'websocket');
  sendJson(response, 426, {
    error: 'upgrade_required',
    message:
      'This path is a WebSocket. Where one was asked for, a proxy dropped Upgrade and Connection: let them pass on.',
  });
};

/** `storeAnswers`: whether the live store answered lately; while it does not, answers are bounded in time. */
export const createRestDoor = ({
  services,
  storeAnswers,
}: {
  readonly services: RestServices;
  readonly storeAnswers: () => boolean;
}): OpenHttpDoor => {
  const find = createRouteTrie(ENTRIES);
  const inTime = createWorkTimeout({ storeAnswers });
  const onTimeout = () => {
    throw storeSilent();
  };
  let description: unknown;

  return ({ requests, finishing, mutating }) => {
    /** True for a preflight, which is then answered. Pages of other origins may read when to try again. */
    const cors = (request: IncomingMessage, response: ServerResponse, allowed: string): boolean => {
      if (request.method === 'OPTIONS') response.setHeader('allow', allowed);
      if (requests.cors(request, response, allowed)) return true;
      if (response.hasHeader('access-control-allow-origin')) {
        response.setHeader('access-control-expose-headers', 'Retry-After');
      }
      return false;
    };

    /** The answer of a route; null where it was sent already. */
    const run = async (
      match: Match<Entry>,
      request: IncomingMessage,
      response: ServerResponse,
      query: URLSearchParams,
    ): Promise<{ readonly answer: unknown } | null> => {
      const { route } = match;
      const identity = await requests.signIn(bearerToken(request.headers.authorization));
      requests.count(identity, response);
      if (route.byUser && identity.service) {
        throw forbidden('This is of a user, and a service token is none. Use a token of the user.');
      }
      const given: { -readonly [Name in keyof Given]: Given[Name] } = {
        params: paramsOf(match),
        query,
        body: undefined,
      };
      if (route.body) {
        const body = await requests.body(request, response, unreadableCoding(request.headers));
        if ('status' in body) {
          sendBodyFault(response, body);
          return null;
        }
        await requests.turnFor(body);
        given.body = jsonOf(body);
      }
      const ask = route.prepare(given);
      const answer = () => inTime(ask(services, callerOf(identity, null)), onTimeout);
      const isMutation = route.byUser && route.method !== 'GET';
      return { answer: await (isMutation ? mutating(answer) : answer()) };
    };

    const serveRoute = async (
      match: Match<Entry>,
      request: IncomingMessage,
      response: ServerResponse,
      query: URLSearchParams,
    ): Promise<void> => {
      const { route } = match;
      try {
        const ran = await run(match, request, response, query);
        if (ran === null) return;
        if (route.answer === null) response.writeHead(204, ALWAYS).end();
        else sendJson(response, 200, ran.answer);
      } catch (error) {
        // Nobody is there to be answered. (A request whose body was read counts as destroyed.)
        if (response.destroyed || response.headersSent) throw error;
        const finished = finishing.error(error, newRequestId());
        const { badInputStatus } = route.dialect;
        sendFault(response, faultOf(error, finished, { badInputStatus, badInput: route.badInput }));
      }
    };

    const serveDescription = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const allowed = allowedOf(['GET']);
      if (cors(request, response, allowed)) return;
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        sendNotAllowed(response, allowed);
        return;
      }
      description ??= describeRest(DIALECTS);
      sendJson(response, 200, description);
    };

    const serveNothing = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      if (!cors(request, response, allowedOf(ALL_METHODS))) sendNothingHere(response);
    };

    const servePath = async (
      found: ReadonlyMap<Method, Match<Entry>>,
      request: IncomingMessage,
      response: ServerResponse,
      query: URLSearchParams,
    ): Promise<void> => {
      const allowed = allowedOf(found.keys());
      if (cors(request, response, allowed)) return;
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const match = found.get(method as Method);
      if (match) await serveRoute(match, request, response, query);
      else sendNotAllowed(response, allowed);
    };

    return {
      serve(request, response, url) {
        if (url.pathname === DESCRIPTION_PATH) return serveDescription(request, response);
        if (SOCKET_PATHS.has(url.pathname)) return sendUpgradeRequired(response);
        const found = find(url.pathname);
        if (found.size > 0) return servePath(found, request, response, url.searchParams);
        return FIRST_SEGMENTS.has(firstSegmentOf(url.pathname)) ? serveNothing(request, response) : null;
      },
    };
  };
};
