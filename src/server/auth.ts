import { webcrypto } from 'node:crypto';
import { createRemoteJWKSet, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { unauthenticated } from '../graphql/context.js';
import { isUnavailable, unavailable } from '../presence/errors.js';
import { checkId } from '../presence/input.js';

/** Whom a token speaks for. */
export interface Identity {
  readonly userId: string;
  /** Whether it is the host's back end: no user, and sees everybody. */
  readonly service: boolean;
  /** When the token runs out, in milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface Auth {
  /**
   * Verifies a token (null: none was given). Rejects with UNAUTHENTICATED, always in the same words, whatever is
   * wrong with it; with UNAVAILABLE while the key set cannot be fetched.
   */
  verify(token: string | null): Promise<Identity>;
}

/** Signatures by a private key. HMAC is left out: a public key of the set must never serve as a shared secret. */
const ASYMMETRIC = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

const JWKS_TIMEOUT_MS = 2_000;

/** For how long a token that a key of the set verified is taken as it was, in ms: one that is withdrawn counts then. */
const VERIFIED_MS = 5_000;
const MAX_VERIFIED = 20_000;

/** Whether the scope of a token, a list or words in a string, holds `service`. */
const isService = ({ scope }: JWTPayload): boolean => {
  const words: unknown = typeof scope === 'string' ? scope.split(/\s+/) : scope;
  return Array.isArray(words) && words.includes('service');
};

const identityOf = (payload: JWTPayload): Identity => {
  const { sub, exp } = payload;
  if (sub === undefined || exp === undefined) throw unauthenticated();
  return { userId: checkId(sub, 'sub'), service: isService(payload), expiresAt: exp * 1_000 };
};

const keyOf = (secret: string) =>
  webcrypto.subtle.importKey('raw', new TextEncoder().encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'verify',
  ]);

/** Whether the token is at fault, rather than the key set out of reach. */
const isTokensFault = (error: unknown): boolean =>
  error instanceof errors.JWTClaimValidationFailed ||
  error instanceof errors.JWTExpired ||
  error instanceof errors.JWTInvalid ||
  error instanceof errors.JWSInvalid ||
  error instanceof errors.JWSSignatureVerificationFailed ||
  error instanceof errors.JOSEAlgNotAllowed ||
  error instanceof errors.JOSENotSupported ||
  error instanceof errors.JWKSNoMatchingKey;

/**
 * Verifies tokens by a shared secret (HS256), by the keys of a JWKS, or by both, each with its own algorithms
 * (DESIGN section 1, "Signing in"). A key that is not in the set yet has it fetched again, at most once in
 * `jwksCooldownMs` milliseconds.
 */
export const createAuth = ({
  secret,
  jwksUrl,
  issuer,
  audience,
  jwksCooldownMs = 2_000,
}: {
  readonly secret: string | null;
  readonly jwksUrl: string | null;
  readonly issuer: string | null;
  readonly audience: string | null;
  readonly jwksCooldownMs?: number;
}): Auth => {
  // Made into a key once, rather than for every token.
  const sharedKey = secret === null ? null : keyOf(secret);
  const keySet =
    jwksUrl === null
      ? null
      : createRemoteJWKSet(new URL(jwksUrl), { cooldownDuration: jwksCooldownMs, timeoutDuration: JWKS_TIMEOUT_MS });

  const claims = {
    requiredClaims: ['exp', 'sub'],
    ...(issuer !== null && { issuer }),
    ...(audience !== null && { audience }),
  };

  /** A token without `kid` may fit several keys of the set: any of them may have signed it. */
  const verifyWithEach = async (token: string, candidates: errors.JWKSMultipleMatchingKeys): Promise<JWTPayload> => {
    for await (const key of candidates) {
      try {
        return (await jwtVerify(token, key, { ...claims, algorithms: ASYMMETRIC })).payload;
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      }
    }
    throw unauthenticated();
  };

  const payloadOf = async (token: string): Promise<JWTPayload> => {
    const { alg } = decodeProtectedHeader(token);
    if (sharedKey !== null && alg === 'HS256') {
      return (await jwtVerify(token, await sharedKey, { ...claims, algorithms: ['HS256'] })).payload;
    }
    // Looked at before the set is: what could never be verified by it does not have it fetched.
    if (keySet === null || alg === undefined || !ASYMMETRIC.includes(alg)) throw unauthenticated();
    try {
      return (await jwtVerify(token, keySet, { ...claims, algorithms: ASYMMETRIC })).payload;
    } catch (error) {
      if (error instanceof errors.JWKSMultipleMatchingKeys) return await verifyWithEach(token, error);
      throw isTokensFault(error) ? error : unavailable('The keys that tokens are verified with cannot be fetched now.');
    }
  };

  // A shared secret is never withdrawn: what it verified holds until it runs out.
  const verified = new LRUCache<string, Identity>({ max: MAX_VERIFIED, ttl: keySet === null ? 0 : VERIFIED_MS });

  return {
    async verify(token) {
      if (token === null) throw unauthenticated();
      const known = verified.get(token);
      if (known && known.expiresAt > Date.now()) return known;
      try {
        const identity = identityOf(await payloadOf(token));
        verified.set(token, identity);
        return identity;
      } catch (error) {
        if (isUnavailable(error)) throw error;
        throw unauthenticated();
      }
    },
  };
};
