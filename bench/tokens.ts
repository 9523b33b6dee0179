import { createHmac } from 'node:crypto';

/** What all servers of the benchmarks are started with. */
export const SECRET = 'a-secret-for-benchmarks-of-more-than-32-bytes';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token (HS256) that holds for a day. */
export const tokenOf = (userId: string, { service = false } = {}): string => {
  const exp = Math.floor(Date.now() / 1_000) + 86_400;
  const text = `${encode({ alg: 'HS256' })}.${encode({ sub: userId, exp, ...(service && { scope: 'service' }) })}`;
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
};
