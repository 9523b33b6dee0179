import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { Refused } from './signInRefusals.js';

type Key = Parameters<typeof jwtVerify>[1];

/** The payload of a token, by the first key that its signature fits. Rejects where it fits none. */
export const verifyWithEach = async (
  token: string,
  keys: AsyncIterable<Key>,
  options: JWTVerifyOptions,
): Promise<JWTPayload> => {
  for await (const key of keys) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new Refused('signature');
};
