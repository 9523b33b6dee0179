import { SignJWT } from 'jose';

/** The HS256 secret of test servers, unless a test sets another. */
export const TEST_SECRET = 'a-secret-for-tests-alone-of-more-than-32-bytes';

/** What a token says beside its `sub`. */
export interface TokenOptions {
  /** Adds the scope `service`, as a list. */
  service?: boolean;
  /** The `scope` claim as given, in place of what `service` makes of it. */
  scope?: unknown;
  /** Seconds from now; null leaves `exp` out. One hour when left out. */
  expiresIn?: number | null;
  issuer?: string;
  audience?: string;
  secret?: string;
}

/** A token signed with HS256, as a host application would sign it. */
export async function signToken(userId: string, options: TokenOptions = {}): Promise<string> {
  const { service = false, expiresIn = 3600, issuer, audience, secret = TEST_SECRET } = options;
  const scope = 'scope' in options ? options.scope : service ? ['service'] : undefined;
  const token = new SignJWT(scope === undefined ? {} : { scope })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setIssuedAt();
  if (expiresIn !== null) token.setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn);
  if (issuer !== undefined) token.setIssuer(issuer);
  if (audience !== undefined) token.setAudience(audience);
  return token.sign(new TextEncoder().encode(secret));
}
