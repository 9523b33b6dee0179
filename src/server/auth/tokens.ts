import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { inDataDir } from '../../config/dataDir.js';
import { codeOf, StartFault } from '../../config/startFault.js';

/**
 * Signs a token (HS256) for a user, or, with `service`, for the host's back end. It is valid for `ttlSeconds`; `issuer`,
 * `audience` and `serviceScope` are those that the server requires, if it does.
 */
export const signToken = ({
  secret,
  userId,
  service = false,
  serviceScope = 'service',
  ttlSeconds,
  issuer = null,
  audience = null,
}: {
  readonly secret: string;
  readonly userId: string;
  readonly service?: boolean;
  readonly serviceScope?: string;
  readonly ttlSeconds: number;
  readonly issuer?: string | null;
  readonly audience?: string | null;
}): Promise<string> => {
  const now = Math.floor(Date.now() / 1_000);
  const jwt = new SignJWT(service ? { scope: serviceScope } : {})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setIssuedAt(now)
    .setExpirationTime(now + ttlSeconds);
  if (issuer !== null) jwt.setIssuer(issuer);
  if (audience !== null) jwt.setAudience(audience);
  return jwt.sign(new TextEncoder().encode(secret));
};

const SECRET_FILE = 'development-secret';

/**
 * The secret of development mode, created at the first start in `dataDir` (readable by its owner alone), so that tokens
 * outlive a restart and `npm run token` signs with the same one.
 */
export const developmentSecret = (dataDir: string): Promise<string> =>
  inDataDir(dataDir, async () => {
    const file = join(dataDir, SECRET_FILE);
    await mkdir(dataDir, { recursive: true });
    // Of two processes that start at once, `wx` lets one create the file; the other reads it.
    await writeFile(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' }).catch(
      (error: unknown) => {
        if (codeOf(error) !== 'EEXIST') throw error;
      },
    );
    const secret = (await readFile(file, 'utf8')).trim();
    if (secret === '') throw new StartFault(`${file} in DATA_DIR is empty. Delete it, and a new secret is made.`);
    return secret;
  });
