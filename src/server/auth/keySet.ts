import { createRemoteJWKSet, customFetch, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { unavailable } from '../../presence/errors.js';
import { verifyWithEach } from './signatures.js';
import { isTokensFault } from './signInRefusals.js';

/** The algorithms of private keys. HMAC is left out: a public key of the set must never serve as a shared secret. */
export const ASYMMETRIC = [
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
/** How long a fetched key set is used. */
export const JWKS_MAX_AGE_MS = 5 * 60_000;

/** The public keys of a JWKS URL. */
export interface KeySet {
  /**
   * The payload of a token. `kid` is the one that its header names. Rejects with an error of jose where the token is
   * invalid, with UNAVAILABLE where the key set cannot be fetched or `maxWaiting` verifications wait for it.
   */
  verify(token: string, kid: string | undefined): Promise<JWTPayload>;
}

const keySetUnavailable = () => unavailable('The keys that tokens are verified with cannot be fetched now.');

/**
 * A token with a key that the set does not contain has it fetched again, at most once in `cooldownMs` milliseconds, failures
 * included. `onFetch` receives each fetch (no error) and each verification that failed because of the set.
 */
export const createKeySet = ({
  url,
  claims,
  cooldownMs,
  maxWaiting,
  onFetch,
}: {
  readonly url: string;
  /** What every token must say. */
  readonly claims: JWTVerifyOptions;
  readonly cooldownMs: number;
  readonly maxWaiting: number;
  readonly onFetch: (error: unknown) => void;
}): KeySet => {
  /** Why the latest fetch failed, and until when that counts for everybody. */
  let failure: unknown;
  let failedUntil = 0;
  const fetchKeys = async (address: string, options: RequestInit): Promise<Response> => {
    if (performance.now() < failedUntil) throw failure;
    const response = await fetch(address, options);
    if (response.ok) onFetch(undefined);
    return response;
  };
  const keys = createRemoteJWKSet(new URL(url), {
    cooldownDuration: cooldownMs,
    cacheMaxAge: JWKS_MAX_AGE_MS,
    timeoutDuration: JWKS_TIMEOUT_MS,
    [customFetch]: fetchKeys,
  });
  const options = { ...claims, algorithms: ASYMMETRIC };

  /** Verifications under way: each may wait for a fetch. */
  let waiting = 0;
  /** Whether the set as it is can verify a token: then no fetch is waited for. */
  const needsNoFetch = (kid: string | undefined): boolean =>
    keys.fresh && (kid === undefined || keys.jwks()?.keys.some((key) => key.kid === kid) === true);

  const payloadOf = async (token: string): Promise<JWTPayload> => {
    waiting += 1;
    try {
      return (await jwtVerify(token, keys, options)).payload;
    } finally {
      waiting -= 1;
    }
  };

  return {
    async verify(token, kid) {
      if (waiting >= maxWaiting && !needsNoFetch(kid)) throw keySetUnavailable();
      try {
        return await payloadOf(token);
      } catch (error) {
        // A token without `kid` may fit several keys of the set.
        if (error instanceof errors.JWKSMultipleMatchingKeys) return await verifyWithEach(token, error, options);
        if (isTokensFault(error)) throw error;
        if (error !== failure) {
          failure = error;
          failedUntil = performance.now() + cooldownMs;
        }
        onFetch(error);
        throw keySetUnavailable();
      }
    },
  };
};
