/**
 * Tokens signed with a shared secret (HS256, RFC 7515 and 7518). The HMAC is computed at once: the WebCrypto of jose takes a turn in
 * the thread pool for each token, which costs several times what the HMAC does. Header and claims are judged by jose.
 */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import {
  base64url,
  type JWTClaimVerificationOptions,
  type JWTPayload,
  type ProtectedHeaderParameters,
  UnsecuredJWT,
} from 'jose';
import { Refused } from './signInRefusals.js';

const fits = (signature: Uint8Array, signed: string, secret: KeyObject): boolean => {
  const expected = createHmac('sha256', secret).update(signed).digest();
  return signature.length === expected.length && timingSafeEqual(signature, expected);
};

/** What checks a token whose header says HS256. */
export interface SharedSecrets {
  /** The payload of a token. Throws `Refused` where no secret signed it, an error of jose where header or claims are invalid. */
  verify(token: string, header: ProtectedHeaderParameters): JWTPayload;
}

/** Any of `secrets` may have signed a token; `claims` is what every token must say. */
export const createSharedSecrets = (secrets: readonly string[], claims: JWTClaimVerificationOptions): SharedSecrets => {
  const keys = secrets.map((secret) => createSecretKey(secret, 'utf8'));
  return {
    verify(token, header) {
      const end = token.lastIndexOf('.');
      const signed = token.slice(0, end);
      const signature = base64url.decode(token.slice(end + 1));
      if (!keys.some((key) => fits(signature, signed, key))) throw new Refused('signature');
      // The rules of jose for header and claims, without a signature, which was verified above.
      const unsigned = base64url.encode(JSON.stringify({ ...header, alg: 'none' }));
      return UnsecuredJWT.decode(`${unsigned}.${signed.slice(signed.indexOf('.') + 1)}.`, claims).payload;
    },
  };
};
