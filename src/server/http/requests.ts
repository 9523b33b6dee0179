/**
 * What requests over HTTP have in common, whatever they ask in: CORS, signing in, their place among the user's pending requests,
 * and their bodies (docs/design.md#a-setpresence-over-http).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createTurnstile } from '../../async/turnstile.js';
import { PresenceError } from '../../presence/errors.js';
import type { SignIn } from '../auth/signIn.js';
import type { Identity } from '../auth/verifier.js';
import { createConnections } from '../connections.js';
import { readBody } from './body.js';
import { answerCors } from './cors.js';
import type { Origins } from './origins.js';

/** Pending requests of a user, from signing in until the answer is taken; also of all requests without a token together. */
const MAX_REQUESTS_PER_USER = 100;
/** Longer bodies are parsed one in each turn of the event loop. */
const LONG_BODY_BYTES = 64 * 1024;
const WITHOUT_TOKEN = '';

/** Why a body is not read: an HTTP status, and a sentence. */
export interface BodyFault {
  readonly status: 400 | 413 | 415;
  readonly message: string;
}

/** One for all of HTTP: the pending requests of a user are counted over all that they ask. */
export interface Requests {
  /** Allows pages of allowed origins to read the answer; true for a preflight, which is then answered. */
  cors(request: IncomingMessage, response: ServerResponse, methods: string): boolean;
  /** Rejects with UNAUTHENTICATED, or UNAVAILABLE where the token cannot be verified now. */
  signIn(token: string | null): Promise<Identity>;
  /** Counts the request until its response closes. Throws RATE_LIMITED where the user has too many pending. */
  count(identity: Identity | null, response: ServerResponse): void;
  /** The whole body, or why there is none; `fault` says by the headers why it cannot be read. */
  body(request: IncomingMessage, response: ServerResponse, fault: string | null): Promise<Buffer | BodyFault>;
  /** Resolves when a body of that length may be parsed: the longest take 80 ms, and others are served in between. */
  turnFor(body: Buffer): Promise<void>;
}

export const createRequests = ({
  signIn,
  origins,
}: {
  readonly signIn: SignIn;
  readonly origins: Origins;
}): Requests => {
  const longBodies = createTurnstile();
  const requests = createConnections({ maxPerUser: MAX_REQUESTS_PER_USER });
  return {
    cors: (request, response, methods) => answerCors(request, response, origins, methods),

    async signIn(token) {
      const identity = await signIn.verify(token);
      await signIn.ensure(identity);
      return identity;
    },

    count(identity, response) {
      if (identity?.service || response.destroyed) return;
      const uncount = requests.open(identity?.userId ?? WITHOUT_TOKEN, () => {});
      if (uncount !== null) response.once('close', uncount);
      else {
        const message = `You have ${MAX_REQUESTS_PER_USER} requests under way. Wait for one of them, or try again in 1 s.`;
        throw new PresenceError('RATE_LIMITED', message, { retryAfterMs: 1_000 });
      }
    },

    async body(request, response, fault) {
      if (fault !== null) {
        response.setHeader('accept-encoding', 'identity');
        return { status: 415, message: fault };
      }
      const body = await readBody(request);
      return body ?? { status: 413, message: 'The body is longer than 1 MiB.' };
    },

    async turnFor(body) {
      if (body.length > LONG_BODY_BYTES) await longBodies();
    },
  };
};
