/** Answers over HTTP: JSON of this server, and responses of yoga, written no faster than the reader reads. */
import type { ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { ErrorCode } from '../../presence/errors.js';
import { codeOf, HTTP_STATUS } from '../execution/finishing.js';
import { STALL_MS } from './pipelining.js';

/** Headers of every answer: no cache keeps it, and no browser guesses its type. */
export const ALWAYS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/** Why a request never became an operation. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A refusal as the JSON of a GraphQL result. */
export const refusalBody = ({ code, message }: Refusal): string =>
  JSON.stringify({ errors: [{ message, extensions: { code } }] });

const sendText = (response: ServerResponse, status: number, text: string): void => {
  const bytes = Buffer.from(text);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
    ...ALWAYS,
  });
  response.end(bytes);
};

export const sendJson = (response: ServerResponse, status: number, body: unknown): void =>
  sendText(response, status, JSON.stringify(body));

/** The answer of `/health`. */
export const sendAlive = (response: ServerResponse): void => sendJson(response, 200, { alive: true });

/** The answer of `/ready`. */
export const sendReady = (response: ServerResponse, isReady: boolean): void =>
  sendJson(response, isReady ? 200 : 503, { ready: isReady });

/** Answers with a refusal. */
export const sendError = (response: ServerResponse, status: number, refusal: Refusal): void =>
  sendText(response, status, refusalBody(refusal));

/** Answers with a finished error, and the status of its code. */
export const sendMasked = (response: ServerResponse, error: GraphQLError): void => {
  const status = HTTP_STATUS[codeOf(error)];
  const { retryAfterMs } = error.extensions;
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  if (typeof retryAfterMs === 'number') response.setHeader('retry-after', Math.ceil(retryAfterMs / 1_000));
  sendJson(response, status, { errors: [error] });
};

/** Resolves when the written data is sent, or the connection closed. Closes it if nothing is sent for `stallMs`. */
const drained = (response: ServerResponse, stallMs: number): Promise<void> =>
  new Promise((resolve) => {
    response.setTimeout(stallMs);
    const done = () => {
      response.setTimeout(0);
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });

/**
 * Writes a fetch response, each chunk once the one before is sent. A reader that disconnects cancels the body, which ends
 * the subscription behind it. Resolves when the response is over.
 */
export const sendResponse = async (answer: Response, response: ServerResponse, stallMs = STALL_MS): Promise<void> => {
  for (const [name, value] of answer.headers) if (name !== 'connection') response.setHeader(name, value);
  for (const [name, value] of Object.entries(ALWAYS)) response.setHeader(name, value);
  // Turns off the buffering of proxies such as nginx, which would delay events.
  if (answer.headers.get('content-type')?.startsWith('text/event-stream'))
    response.setHeader('x-accel-buffering', 'no');
  response.writeHead(answer.status);
  const reader = answer.body?.getReader();
  if (!reader) {
    response.end();
    return;
  }
  const gone = () => {
    // A source that fails to end makes no difference to a reader that left.
    reader.cancel().catch(() => {});
  };
  response.once('close', gone);
  if (response.destroyed) gone();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || response.destroyed) break;
    if (!response.write(value)) await drained(response, stallMs);
  }
  response.off('close', gone);
  if (response.destroyed) gone();
  response.end();
};
