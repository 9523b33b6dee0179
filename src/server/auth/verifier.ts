import { webcrypto } from 'node:crypto';
import { createRemoteJWKSet, customFetch, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { unauthenticated } from '../../graphql/context.js';
import { isUnavailable, PresenceError, unavailable } from '../../presence/errors.js';
import { checkId } from '../../presence/validate.js';

/** Whom a token speaks for. */
export interface Identity {
  readonly userId: string;
  /** Whether it is the host's back end: no user, and sees everybody. */
  readonly service: boolean;
  /** When the token runs out, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Why somebody was not signed in: for the log and the counters, and never told to the client. */
export type SignInRefusal =
  | 'no token'
  | 'malformed'
  | 'algorithm'
  | 'unknown key'
  | 'signature'
  | 'expired'
  | 'not yet valid'
  | 'issuer'
  | 'audience'
  | 'claims'
  | 'deleted user'
  | 'origin';

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
/** For how long a key set is taken as it was fetched. */
const JWKS_MAX_AGE_MS = 5 * 60_000;

/** For how long a token that a key of the set verified is taken as it was. */
const VERIFIED_MS = 5_000;
const MAX_VERIFIED = 20_000;
const VERIFIED_BYTES = 32 * 1024 * 1024;
/** What is kept beside the text of a token, at the most. */
const BYTES_AN_IDENTITY = 1_024;

/** Verifications that wait for the key set at a time. */
const MAX_WAITING = 2_000;

/** Nothing but the three parts: decoders pass over blanks, with which one token has as many texts as somebody likes. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** A key that its issuer took out of the set counts no longer than this, in ms. */
export const WITHDRAWN_WITHIN_MS = JWKS_MAX_AGE_MS + VERIFIED_MS;

/** Whether the scope of a token, a list or words in a string, holds that word. */
const hasScope = ({ scope }: JWTPayload, word: string): boolean => {
  const words: unknown = typeof scope === 'string' ? scope.split(/\s+/) : scope;
  return Array.isArray(words) && words.includes(word);
};

const identityOf = (payload: JWTPayload, serviceScope: string): Identity => {
  const { sub, exp } = payload;
  // Both are required of every token.
  return { userId: checkId(sub ?? '', 'sub'), service: hasScope(payload, serviceScope), expiresAt: (exp ?? 0) * 1_000 };
};

/** A token that is refused before it is verified. */
class Refused extends Error {
  constructor(readonly reason: SignInRefusal) {
    super(reason);
  }
}

const OF_CLAIMS: Readonly<Record<string, SignInRefusal>> = { iss: 'issuer', aud: 'audience', nbf: 'not yet valid' };

const reasonOf = (error: unknown): SignInRefusal => {
  if (error instanceof Refused) return error.reason;
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return OF_CLAIMS[error.claim] ?? 'claims';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown key';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'algorithm';
  // Its `sub` is no id.
  return error instanceof PresenceError ? 'claims' : 'malformed';
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
 * Verifies tokens by shared secrets (HS256), by the keys of a JWKS, or by both, each with its own algorithms
 * (docs/semantics.md, "Signing in"). A key that is not in the set yet has it fetched again, at most once in
 * `jwksCooldownMs` milliseconds, failures counted; `maxWaiting` wait for it at a time, and who comes then is UNAVAILABLE; one that was withdrawn counts for {@link WITHDRAWN_WITHIN_MS} at most. `onRefused` hears
 * why a token was refused, `onKeySet` of each time the set was fetched (no error) or could not be.
 */
export const createAuth = ({
  secrets,
  jwksUrl,
  issuer,
  audience,
  serviceScope,
  jwksCooldownMs = 2_000,
  maxWaiting = MAX_WAITING,
  onRefused = () => {},
  onKeySet = () => {},
}: {
  /** Any of them may have signed. */
  readonly secrets: readonly string[];
  readonly jwksUrl: string | null;
  readonly issuer: string | null;
  readonly audience: string | null;
  readonly serviceScope: string;
  readonly jwksCooldownMs?: number;
  readonly maxWaiting?: number;
  readonly onRefused?: (reason: SignInRefusal) => void;
  readonly onKeySet?: (error: unknown) => void;
}): Auth => {
  // Made into keys once, rather than for every token.
  const sharedKeys = secrets.map(keyOf);
  /** Why the set could not be fetched the last time, and until when that is the answer. */
  let failure: unknown;
  let failedUntil = 0;
  const fetchKeys = async (url: string, options: RequestInit): Promise<Response> => {
    if (performance.now() < failedUntil) throw failure;
    const response = await fetch(url, options);
    if (response.ok) onKeySet(undefined);
    return response;
  };
  const keySet =
    jwksUrl === null
      ? null
      : createRemoteJWKSet(new URL(jwksUrl), {
          cooldownDuration: jwksCooldownMs,
          cacheMaxAge: JWKS_MAX_AGE_MS,
          timeoutDuration: JWKS_TIMEOUT_MS,
          [customFetch]: fetchKeys,
        });

  const claims = {
    requiredClaims: ['exp', 'sub'],
    ...(issuer !== null && { issuer }),
    ...(audience !== null && { audience }),
  };

  type Key = Parameters<typeof jwtVerify>[1];
  /** The payload of a token that the first of the keys verified that can. */
  const verifyWithEach = async (
    token: string,
    keys: AsyncIterable<Key> | Iterable<Promise<Key>>,
    algorithms: string[],
  ): Promise<JWTPayload> => {
    for await (const key of keys) {
      try {
        return (await jwtVerify(token, key, { ...claims, algorithms })).payload;
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      }
    }
    throw new Refused('signature');
  };

  let waiting = 0;
  /** Whether a token can be verified by the set as it is: however many wait for another, it need not. */
  const needsNoFetching = (set: NonNullable<typeof keySet>, kid: string | undefined): boolean =>
    set.fresh && (kid === undefined || set.jwks()?.keys.some((key) => key.kid === kid) === true);

  const verifyBySet = async (token: string, set: NonNullable<typeof keySet>): Promise<JWTPayload> => {
    waiting += 1;
    try {
      return (await jwtVerify(token, set, { ...claims, algorithms: ASYMMETRIC })).payload;
    } finally {
      waiting -= 1;
    }
  };

  const keysAway = () => unavailable('The keys that tokens are verified with cannot be fetched now.');

  const payloadOf = async (token: string): Promise<JWTPayload> => {
    if (!COMPACT.test(token)) throw new Refused('malformed');
    const { alg, kid } = decodeProtectedHeader(token);
    if (sharedKeys.length > 0 && alg === 'HS256') return await verifyWithEach(token, sharedKeys, ['HS256']);
    // Looked at before the set is: what could never be verified by it does not have it fetched.
    if (keySet === null || alg === undefined || !ASYMMETRIC.includes(alg)) throw new Refused('algorithm');
    if (waiting >= maxWaiting && !needsNoFetching(keySet, kid)) throw keysAway();
    try {
      return await verifyBySet(token, keySet);
    } catch (error) {
      // A token without `kid` may fit several keys of the set.
      if (error instanceof errors.JWKSMultipleMatchingKeys) return await verifyWithEach(token, error, ASYMMETRIC);
      if (isTokensFault(error)) throw error;
      if (error !== failure) {
        failure = error;
        failedUntil = performance.now() + jwksCooldownMs;
      }
      onKeySet(error);
      throw keysAway();
    }
  };

  // A shared secret is never withdrawn: what it verified holds until it runs out.
  const verified = new LRUCache<string, Identity>({
    max: MAX_VERIFIED,
    maxSize: VERIFIED_BYTES,
    sizeCalculation: (_, token) => token.length + BYTES_AN_IDENTITY,
    ttl: keySet === null ? 0 : VERIFIED_MS,
    // To the millisecond, and by the clock as it is now.
    ttlResolution: 0,
    perf: { now: () => performance.now() },
  });

  return {
    async verify(token) {
      const known = token === null ? undefined : verified.get(token);
      if (known && known.expiresAt > Date.now()) return known;
      try {
        if (token === null) throw new Refused('no token');
        const identity = identityOf(await payloadOf(token), serviceScope);
        verified.set(token, identity);
        return identity;
      } catch (error) {
        if (isUnavailable(error)) throw error;
        onRefused(reasonOf(error));
        throw unauthenticated();
      }
    },
  };
};
