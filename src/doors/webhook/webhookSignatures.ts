/** Headers of a request by the Standard Webhooks, purely (https://www.standardwebhooks.com). */
import { createHash, createHmac } from 'node:crypto';

const ENCODED = 'whsec_';

/** The key of a secret: `whsec_` and base64, or the text itself. */
export const keyOf = (secret: string): Buffer =>
  secret.startsWith(ENCODED) ? Buffer.from(secret.slice(ENCODED.length), 'base64') : Buffer.from(secret);

/** The id of a request: the same body has the same one, however often it is sent. */
export const idOf = (body: string): string => `msg_${createHash('sha256').update(body).digest('base64url')}`;

/** The headers that say of whom a body is; `seconds` is the time since 1970. Each of the keys signs. */
export const signedHeaders = (
  body: string,
  keys: readonly Buffer[],
  seconds: number,
): Readonly<Record<string, string>> => {
  const id = idOf(body);
  const sign = (key: Buffer) => `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': keys.map(sign).join(' '),
  };
};
