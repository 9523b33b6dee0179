/** The two requests to Stream, over HTTPS (docs/doors.md#stream). */
import type { StreamConfig } from '../../config/config.js';
import { resetAfter, type StreamAnswer } from './streamAnswers.js';
import { signServerToken } from './streamToken.js';
import type { StreamUserUpdate } from './streamUser.js';

/**
 * Each method resolves to what Stream answered, whatever it was, and rejects where there was no answer, or where `signal` was
 * aborted.
 */
export interface StreamClient {
  /** Changes the given fields of users, who all have to be known: otherwise none is changed. */
  update(users: readonly StreamUserUpdate[], signal: AbortSignal): Promise<StreamAnswer>;
  /** Creates a user. It would replace all fields of one who is known already. */
  create(userId: string, signal: AbortSignal): Promise<StreamAnswer>;
}

const REQUEST_MS = 5_000;
/** Of an answer that is no error: received so that the connection can be used again, and thrown away. */
const MAX_DISCARDED_BYTES = 1_048_576;
const MAX_ERROR_BYTES = 16_384;

/** The body up to `max` bytes; what is beyond is not received. */
const readUpTo = async (body: ReadableStream<Uint8Array> | null, max: number): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the stream.
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes >= max) break;
  }
  return Buffer.concat(chunks).subarray(0, max);
};

/** Stream's code of an error; null where somebody else answered: a proxy, or a page. */
const readCode = (text: string): number | null => {
  try {
    const { code } = JSON.parse(text) as { readonly code?: unknown };
    return typeof code === 'number' ? code : null;
  } catch {
    return null;
  }
};

export const createStreamClient = ({ url, key, secret }: StreamConfig): StreamClient => {
  const users = `${url.replace(/\/+$/, '')}/api/v2/users?api_key=${encodeURIComponent(key)}`;
  const headers = {
    authorization: signServerToken(secret),
    'stream-auth-type': 'jwt',
    'content-type': 'application/json',
  };

  const request = async (method: 'PATCH' | 'POST', body: unknown, signal: AbortSignal): Promise<StreamAnswer> => {
    const response = await fetch(users, {
      method,
      headers,
      body: JSON.stringify(body),
      // Elsewhere nobody has a right to the token.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
    });
    const { status, ok } = response;
    const resetAfterMs = resetAfter(
      response.headers.get('x-ratelimit-reset'),
      response.headers.get('date'),
      Date.now(),
    );
    const answer = await readUpTo(response.body, ok ? MAX_DISCARDED_BYTES : MAX_ERROR_BYTES);
    return { status, code: ok ? null : readCode(answer.toString('utf8')), resetAfterMs };
  };

  return {
    update: (updates, signal) => request('PATCH', { users: updates }, signal),
    create: (userId, signal) => request('POST', { users: { [userId]: { id: userId } } }, signal),
  };
};
