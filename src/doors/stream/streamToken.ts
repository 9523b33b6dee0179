import { createHmac } from 'node:crypto';

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

/** A server token of Stream (JWT, HS256): good for every user of the app and for ever, so it is never logged. */
export const signServerToken = (secret: string): string => {
  const signed = `${base64url('{"alg":"HS256","typ":"JWT"}')}.${base64url('{"server":true}')}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
};
