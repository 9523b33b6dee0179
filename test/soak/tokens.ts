import { createHmac } from 'node:crypto';

export const SECRET = 'a-secret-for-soaking-alone-of-more-than-32-bytes';
const DAY_S = 86_400;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token (HS256) that holds for a day. */
export const tokenOf = (userId: string, { service = false } = {}): string => {
  const exp = Math.floor(Date.now() / 1_000) + DAY_S;
  const text = `${encode({ alg: 'HS256' })}.${encode({ sub: userId, exp, ...(service && { scope: 'service' }) })}`;
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
};
