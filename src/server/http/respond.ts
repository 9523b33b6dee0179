/** How this server answers over HTTP: JSON of its own, and what yoga answered, without outrunning the reader. */
import type { ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { ErrorCode } from '../../presence/errors.js';
import { codeOf, HTTP_STATUS } from '../execution/finishing.js';
import { STALL_MS } from './pipelining.js';

/** What every answer says: it is kept nowhere, and is what its type says. */
export const ALWAYS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/** Why something never became an operation. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A refusal in the shape of GraphQL's errors. */
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

/** A refusal, as an answer. */
export const sendError = (response: ServerResponse, status: number, refusal: Refusal): void =>
  sendText(response, status, refusalBody(refusal));

/** A finished error, with the status of its code. */
export const sendMasked = (response: ServerResponse, error: GraphQLError): void => {
  const status = HTTP_STATUS[codeOf(error)];
  const { retryAfterMs } = error.extensions;
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  if (typeof retryAfterMs === 'number') response.setHeader('retry-after', Math.ceil(retryAfterMs / 1_000));
  sendJson(response, status, { errors: [error] });
};

/** Resolves when the reader has taken what was written, or is gone; ends one who takes nothing for `stallMs`. */
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
 * Writes a fetch response out, taking the next piece only when the reader has taken the last. Where the reader goes
 * away the body is cancelled, which ends the subscription behind it. Resolves when the response is over.
 */
export const sendResponse = async (answer: Response, response: ServerResponse, stallMs = STALL_MS): Promise<void> => {
  for (const [name, value] of answer.headers) if (name !== 'connection') response.setHeader(name, value);
  for (const [name, value] of Object.entries(ALWAYS)) response.setHeader(name, value);
  // A proxy that gathers what it passes on would keep events back.
  if (answer.headers.get('content-type')?.startsWith('text/event-stream'))
    response.setHeader('x-accel-buffering', 'no');
  response.writeHead(answer.status);
  const reader = answer.body?.getReader();
  if (!reader) {
    response.end();
    return;
  }
  const gone = () => {
    // Whether the source ends well makes no difference to a reader who left.
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
