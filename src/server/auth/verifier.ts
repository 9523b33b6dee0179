import { decodeProtectedHeader, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import { unauthenticated } from '../../graphql/context.js';
import { isUnavailable } from '../../presence/errors.js';
import { checkId } from '../../presence/validate.js';
import { ASYMMETRIC, createKeySet, JWKS_MAX_AGE_MS } from './keySet.js';
import { createSharedSecrets } from './sharedSecrets.js';
import { Refused, reasonOf, type SignInRefusal } from './signInRefusals.js';

/** Whom a token identifies. */
export interface Identity {
  readonly userId: string;
  /** Whether it is the host's back end, which is no user and sees everybody. */
  readonly service: boolean;
  /** When the token expires, in milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface Auth {
  /**
   * Verifies a token (null: there is none). Rejects with UNAUTHENTICATED, always in the same words, whatever is wrong with
   * it; with UNAVAILABLE while the key set cannot be fetched.
   */
  verify(token: string | null): Promise<Identity>;
}

/** How long the identity of a token that the key set verified is cached. */
const VERIFIED_MS = 5_000;
const MAX_VERIFIED = 20_000;
const VERIFIED_BYTES = 32 * 1024 * 1024;
/** The most that an entry takes besides the text of its token. */
const BYTES_AN_IDENTITY = 1_024;

/** The three parts and nothing else: decoders skip blanks, which would give one token any number of cache entries. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** A key removed from the set counts no longer than this, in ms. */
export const WITHDRAWN_WITHIN_MS = JWKS_MAX_AGE_MS + VERIFIED_MS;

/** Whether the scope of a token, a list or a string of words, contains a word. */
const hasScope = ({ scope }: JWTPayload, word: string): boolean => {
  const words: unknown = typeof scope === 'string' ? scope.split(/\s+/) : scope;
  return Array.isArray(words) && words.includes(word);
};

const identityOf = (payload: JWTPayload, serviceScope: string): Identity => {
  const { sub, exp } = payload;
  // Both are required of every token.
  return { userId: checkId(sub ?? '', 'sub'), service: hasScope(payload, serviceScope), expiresAt: (exp ?? 0) * 1_000 };
};

/**
 * Verifies tokens by shared secrets (HS256), by the keys of a JWKS, or by both, each with its own algorithms
 * (docs/semantics.md, "Signing in"). A key that is removed from the set counts for {@link WITHDRAWN_WITHIN_MS} at most.
 * `onRefused` receives why a token was refused, `onKeySet` each fetch of the set (no error) and each failure of one.
 */
export const createAuth = ({
  secrets,
  jwksUrl,
  issuer,
  audience,
  serviceScope,
  jwksCooldownMs = 2_000,
  maxWaiting = 2_000,
  onRefused = () => {},
  onKeySet = () => {},
}: {
  /** Any of them may have signed a token. */
  readonly secrets: readonly string[];
  readonly jwksUrl: string | null;
  readonly issuer: string | null;
  readonly audience: string | null;
  readonly serviceScope: string;
  readonly jwksCooldownMs?: number;
  /** Verifications that may wait for the key set at a time. */
  readonly maxWaiting?: number;
  readonly onRefused?: (reason: SignInRefusal) => void;
  readonly onKeySet?: (error: unknown) => void;
}): Auth => {
  const claims = {
    requiredClaims: ['exp', 'sub'],
    ...(issuer !== null && { issuer }),
    ...(audience !== null && { audience }),
  };
  const shared = secrets.length === 0 ? null : createSharedSecrets(secrets, claims);
  const keySet =
    jwksUrl === null
      ? null
      : createKeySet({ url: jwksUrl, claims, cooldownMs: jwksCooldownMs, maxWaiting, onFetch: onKeySet });

  const payloadOf = async (token: string): Promise<JWTPayload> => {
    if (!COMPACT.test(token)) throw new Refused('malformed');
    const header = decodeProtectedHeader(token);
    const { alg, kid } = header;
    if (shared && alg === 'HS256') return shared.verify(token, header);
    // Checked before the key set is asked: a token that no key of it could verify causes no fetch.
    if (keySet === null || alg === undefined || !ASYMMETRIC.includes(alg)) throw new Refused('algorithm');
    return await keySet.verify(token, kid);
  };

  // A shared secret is never withdrawn: with secrets alone, entries are kept until they are pushed out, and checked for expiry.
  const verified = new LRUCache<string, Identity>({
    max: MAX_VERIFIED,
    maxSize: VERIFIED_BYTES,
    sizeCalculation: (_, token) => token.length + BYTES_AN_IDENTITY,
    ttl: keySet === null ? 0 : VERIFIED_MS,
    // Exact to the millisecond, by the clock that tests may fake.
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
