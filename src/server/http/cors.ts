import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Origins } from './origins.js';
import { ALWAYS } from './respond.js';

const MAX_AGE_SECONDS = 600;

/**
 * Lets pages of allowed origins read the answer; others get no CORS header. Tokens are sent explicitly and there are no
 * cookies, so forged requests need no further defence. `methods` are those of the path. Returns true for a preflight, which it has
 * answered.
 */
export const answerCors = (
  request: IncomingMessage,
  response: ServerResponse,
  origins: Origins,
  methods: string,
): boolean => {
  const { origin } = request.headers;
  response.setHeader('vary', 'Origin');
  const allowed = origin !== undefined && origins.allows(request);
  if (allowed) response.setHeader('access-control-allow-origin', origin);
  if (request.method !== 'OPTIONS') return false;
  if (allowed) {
    response.setHeader('access-control-allow-methods', methods);
    response.setHeader(
      'access-control-allow-headers',
      request.headers['access-control-request-headers'] ?? 'authorization, content-type',
    );
    response.setHeader('access-control-max-age', MAX_AGE_SECONDS);
  }
  response.writeHead(204, ALWAYS).end();
  return true;
};
