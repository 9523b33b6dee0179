/** `npm run --silent token -- USER [--service]`: prints a token that this server's settings accept. */
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Config } from '../config/config.js';
import { ConfigError, readConfig } from '../config/readConfig.js';
import { StartFault } from '../config/startFault.js';
import { PresenceError } from '../presence/errors.js';
import { checkId } from '../presence/validate.js';
import { developmentSecret, signToken } from '../server/auth/tokens.js';

const USAGE = 'Usage: npm run --silent token -- USER [--service]';
const TTL_SECONDS = 7 * 24 * 60 * 60;

/** What the person at the terminal can correct; printed without a stack. */
class TokenRefused extends Error {}

const secretOf = ({ auth, dataDir }: Config): Promise<string> | string => {
  const [signing] = auth.secrets;
  if (signing !== undefined) return signing;
  if (auth.jwksUrl === null) return developmentSecret(dataDir);
  throw new TokenRefused(
    'Tokens are verified by AUTH_JWKS_URL alone, and the private keys are not here: have your identity provider ' +
      'sign one, or set AUTH_JWT_SECRET as well.',
  );
};

/** A token for the user named in `args`, good for a week, by the settings of `env`. */
export const tokenFor = async (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { service: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [userId, ...rest] = positionals;
  if (userId === undefined || rest.length > 0) throw new TokenRefused(USAGE);
  const config = readConfig(env);
  const { issuer, audience, serviceScope } = config.auth;
  return signToken({
    secret: await secretOf(config),
    userId: checkId(userId, 'USER'),
    service: values.service,
    serviceScope,
    ttlSeconds: TTL_SECONDS,
    issuer,
    audience,
  });
};

const isExpected = (error: unknown): error is Error =>
  error instanceof TokenRefused ||
  error instanceof ConfigError ||
  error instanceof PresenceError ||
  error instanceof StartFault ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));

/** Prints the token, or what the person at the terminal can mend; then the exit code is 1. */
export const printToken = async (args: readonly string[]): Promise<void> => {
  try {
    process.stdout.write(`${await tokenFor(args, process.env)}\n`);
  } catch (error) {
    if (!isExpected(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await printToken(process.argv.slice(2));
}
