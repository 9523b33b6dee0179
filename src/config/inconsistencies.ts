import type { Config } from './config.js';
import { isLoopback } from './settings.js';

type Settings = Omit<Config, 'warnings'>;

/** What RFC 7518 asks of a key for HS256. */
const SECRET_BYTES = 32;

/** How long typing may last without a repetition, in ms. Redis lists for two minutes where a user may be typing. */
const MAX_TYPING_MS = 60_000;

/** Faults of production, which serves a network: keys that strangers could guess, intercept, or bring from elsewhere. */
const ofProduction = (
  { auth }: Settings,
  isSet: (name: string) => boolean,
  anyAudience: boolean,
): readonly string[] => {
  const faults: string[] = [];
  if (!isSet('AUTH_JWT_SECRET') && !isSet('AUTH_JWKS_URL')) {
    faults.push(
      'AUTH_JWT_SECRET or AUTH_JWKS_URL must be set in production: a shared secret of at least 32 bytes, ' +
        'or the URL of the key set that signs your tokens.',
    );
  }
  if (auth.secrets.some((secret) => Buffer.byteLength(secret) < SECRET_BYTES)) {
    faults.push(
      `AUTH_JWT_SECRET must have at least ${SECRET_BYTES} bytes in production, each of two: ` +
        '`openssl rand -hex 32` makes one.',
    );
  }
  if (auth.jwksUrl?.startsWith('http:')) {
    faults.push('AUTH_JWKS_URL must begin with https: in production: over http anybody on the way can put in a key.');
  }
  if (isSet('AUTH_JWKS_URL') && auth.audience === null && !anyAudience) {
    faults.push(
      'AUTH_JWT_AUDIENCE must be set where AUTH_JWKS_URL is, in production: tokens that your identity provider signs ' +
        'for other applications would be taken. AUTH_ANY_AUDIENCE=1 takes them.',
    );
  }
  return faults;
};

/** Doors of which a part is missing, or whose traffic others on the way could read. */
const ofDoors = ({ production, doors }: Settings, isSet: (name: string) => boolean): readonly string[] => {
  const faults: string[] = [];
  if (isSet('WEBHOOK_URL') && !isSet('WEBHOOK_SECRET')) {
    faults.push(
      'WEBHOOK_SECRET must be set where WEBHOOK_URL is: the receiver could not tell our requests from those of ' +
        'strangers. `openssl rand -base64 32` makes one.',
    );
  }
  if (isSet('WEBHOOK_SECRET') && !isSet('WEBHOOK_URL')) {
    faults.push('WEBHOOK_URL must be set where WEBHOOK_SECRET is.');
  }
  if (production && doors.webhook?.url.startsWith('http:')) {
    faults.push('WEBHOOK_URL must begin with https: in production: others on the way could read who is where.');
  }
  if (isSet('STREAM_KEY') !== isSet('STREAM_SECRET')) {
    faults.push('STREAM_KEY and STREAM_SECRET must both be set, or neither.');
  }
  if (isSet('STREAM_URL') && !isSet('STREAM_KEY')) faults.push('STREAM_KEY must be set where STREAM_URL is.');
  if (production && doors.stream?.url.startsWith('http:')) {
    faults.push('STREAM_URL must begin with https: in production: the secret of Stream signs what is sent there.');
  }
  if (isSet('NATS_PREFIX') && !isSet('NATS_URL')) faults.push('NATS_URL must be set where NATS_PREFIX is.');
  return faults;
};

/**
 * Settings that are valid one by one and make no sense together: one sentence a fault. `isSet` says whether a variable
 * was given, also where it could not be read.
 */
export const inconsistencies = (
  config: Settings,
  { isSet, anyAudience }: { readonly isSet: (name: string) => boolean; readonly anyAudience: boolean },
): readonly string[] => {
  const { production, host, port, metricsPort, databaseUrl, redisUrls, redisShards } = config;
  const faults: string[] = [];
  if (production) faults.push(...ofProduction(config, isSet, anyAudience));
  else if (!isLoopback(host)) {
    faults.push(
      'HOST must be a loopback address (127.0.0.1, ::1 or localhost) in development, which lets in whoever reads its ' +
        'output; for the network set NODE_ENV=production.',
    );
  }
  if (port !== 0 && metricsPort === port) {
    faults.push('METRICS_PORT must be another port than PORT: metrics are not for those who use the API.');
  }
  if (redisUrls !== null && databaseUrl === null && !isSet('DATABASE_URL')) {
    faults.push('DATABASE_URL must be set where REDIS_URL is: several processes cannot share the embedded database.');
  }
  if (redisUrls === null && redisShards !== 1 && !isSet('REDIS_URL')) {
    faults.push('REDIS_SHARDS must be left out where REDIS_URL is not set: there is no Redis to divide.');
  }
  if (redisUrls === null && config.workers !== 1 && !isSet('REDIS_URL')) {
    faults.push(
      'WORKERS must be 1, or left out, where REDIS_URL is not set: several processes share live state through Redis alone.',
    );
  }
  if (config.timings.typingTimeoutMs > MAX_TYPING_MS) {
    faults.push('TYPING_TIMEOUT must be at most 60s: who hides after so long would still be seen typing.');
  }
  faults.push(...ofDoors(config, isSet));
  return faults;
};
