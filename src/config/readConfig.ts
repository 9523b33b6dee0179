/** Environment → config: every fault is reported at once. */
import { DEFAULT_TIMINGS } from '../presence/types.js';
import { type Config, INTROSPECTION, type Introspection, LOG_LEVELS, type LogLevel } from './config.js';
import { inconsistencies } from './inconsistencies.js';
import { isServiceLink, misspelt } from './misspelt.js';
import { readDoors } from './readDoors.js';
import {
  type Rate,
  RETENTION_HINT,
  readDuration,
  readList,
  readOrigin,
  readRate,
  readRetention,
  readSecrets,
  readUrl,
  readWhole,
  readWord,
} from './settings.js';

const MODES = ['production', 'development', 'test'] as const;
type Mode = (typeof MODES)[number];

/** The settings cannot be served with: one sentence a fault, each with its variable's name and what it may be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly faults: readonly string[]) {
    super(['The settings cannot be used:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

const CLUSTER_SHARDS = 64;
const DAY_MS = 86_400_000;
const ON_OFF = ['on', 'off'] as const;

const DURATION_HINT = 'a time such as `5s`, `500ms` or plain seconds, at most 24 days';
const RATE_HINT = 'a rate such as `5,5s` (five at once, then one every five seconds) or `off`';

const freezeDeep = <T extends object>(value: T): T => {
  for (const each of Object.values(value)) if (typeof each === 'object' && each !== null) freezeDeep(each);
  return Object.freeze(value);
};

/**
 * Reads the settings from an environment; what is unset, or an empty string, takes its default. Throws one
 * {@link ConfigError} that names every fault.
 */
export const readConfig = (env: Environment): Config => {
  const faults: string[] = [];
  /** The names of all settings, as they are read. */
  const names = new Set<string>();

  const verbatim = (name: string): string | null => {
    names.add(name);
    return env[name] || null;
  };
  const read = <T>(name: string, fallback: T, hint: string, parse: (text: string) => T | undefined): T => {
    const text = verbatim(name);
    if (text === null) return fallback;
    const value = parse(text.trim());
    if (value !== undefined) return value;
    // The value is not repeated: it may hold a password.
    const link = isServiceLink(name, text)
      ? ' Kubernetes sets it for a service of that name: enableServiceLinks: false.'
      : '';
    faults.push(`${name} must be ${hint}.${link}`);
    return fallback;
  };

  /** A time above zero. */
  const time = (name: string, fallback: number): number =>
    read(name, fallback, `${DURATION_HINT}, and more than zero`, (text) => readDuration(text) || undefined);
  /** A time that zero turns off. */
  const timeOrOff = (name: string, fallback: number): number =>
    read(name, fallback, `${DURATION_HINT}; 0 turns it off`, readDuration);
  /** For how long something is kept. */
  const retention = (name: string, fallback: number): number =>
    read(name, fallback, RETENTION_HINT, (text) => readRetention(text) || undefined);
  const boundedTime = (name: string, fallback: number, max: number, hint: string): number =>
    read(name, fallback, hint, (text) => {
      const ms = readDuration(text);
      return ms !== undefined && ms <= max ? ms : undefined;
    });
  const rate = (name: string, burst: number, intervalMs: number): Rate | null =>
    read<Rate | null>(name, { burst, intervalMs }, RATE_HINT, readRate);
  const flag = (name: string, fallback: boolean): boolean =>
    read(name, fallback ? 'on' : 'off', '`on` or `off`', (text) => readWord(text, ON_OFF)) === 'on';

  const mode = read<Mode>('NODE_ENV', 'development', '`production`, `development` or `test`, or left out', (text) =>
    readWord(text, MODES),
  );
  const production = mode === 'production';
  const anyAudience = read('AUTH_ANY_AUDIENCE', '0', '`1`, or left out', (text) => readWord(text, ['0', '1'])) === '1';

  const redisUrls = read<readonly string[] | null>(
    'REDIS_URL',
    null,
    'a redis:// or rediss:// URL, or a comma-separated list of them (Redis Cluster), with %25 for a % in the password',
    (text) => {
      const urls = readList(text, (url) => readUrl(url, ['redis:', 'rediss:']));
      return urls?.length ? urls : undefined;
    },
  );

  const config: Omit<Config, 'warnings'> = {
    production,
    // Development mode signs people in with tokens that it prints: it is not for the network.
    host: verbatim('HOST') ?? (production ? '0.0.0.0' : '127.0.0.1'),
    port: read('PORT', 4_000, 'a port number from 0 (a free one) to 65535', (text) =>
      readWhole(text, { min: 0, max: 65_535 }),
    ),
    metricsPort: read<number | null>('METRICS_PORT', null, 'a port number from 0 (a free one) to 65535', (text) =>
      readWhole(text, { min: 0, max: 65_535 }),
    ),
    keepAliveMs: time('KEEP_ALIVE_TIMEOUT', 75_000),
    deliveryWaitMs: boundedTime('DELIVERY_WAIT', 10, 1_000, 'a time such as `10ms`, at most `1s`; 0 turns it off'),
    warmUpMs: boundedTime(
      'WARM_UP',
      production ? 1_000 : 0,
      10_000,
      'a time such as `1s`, at most `10s`; 0 turns it off',
    ),
    // Without Redis there is no other node for them to go to.
    drainTimeoutMs: boundedTime(
      'DRAIN_TIMEOUT',
      redisUrls === null ? 5_000 : 60_000,
      600_000,
      'a time such as `30s`, at most `600s`',
    ),
    workers: read<number | 'auto'>('WORKERS', 1, '`auto`, or a whole number from 1 to 64', (text) =>
      text === 'auto' ? text : readWhole(text, { min: 1, max: 64 }),
    ),
    dataDir: verbatim('DATA_DIR') ?? './data',
    databaseUrl: read<string | null>(
      'DATABASE_URL',
      null,
      'a postgres:// or postgresql:// URL, with %25 for a % in the password',
      (text) => readUrl(text, ['postgres:', 'postgresql:']),
    ),
    redisUrls,
    redisShards: read(
      'REDIS_SHARDS',
      redisUrls && redisUrls.length > 1 ? CLUSTER_SHARDS : 1,
      'a whole number from 1 to 1024',
      (text) => readWhole(text, { min: 1, max: 1_024 }),
    ),
    auth: {
      secrets: read<readonly string[]>('AUTH_JWT_SECRET', [], 'one secret, or two with a comma', readSecrets),
      jwksUrl: read<string | null>('AUTH_JWKS_URL', null, 'an http:// or https:// URL', (text) =>
        readUrl(text, ['http:', 'https:']),
      ),
      issuer: verbatim('AUTH_JWT_ISSUER'),
      audience: verbatim('AUTH_JWT_AUDIENCE'),
      serviceScope: read('AUTH_SERVICE_SCOPE', 'service', 'one word', (text) =>
        /^\S+$/.test(text) ? text : undefined,
      ),
    },
    timings: {
      graceMs: timeOrOff('PRESENCE_OFFLINE_DEBOUNCE', DEFAULT_TIMINGS.graceMs),
      heartbeatIntervalMs: time('HEARTBEAT_INTERVAL', DEFAULT_TIMINGS.heartbeatIntervalMs),
      heartbeatTimeoutMs: time('HEARTBEAT_TIMEOUT', DEFAULT_TIMINGS.heartbeatTimeoutMs),
      sessionTtlMs: time('SESSION_TTL', DEFAULT_TIMINGS.sessionTtlMs),
      idleAfterMs: time('IDLE_AFTER', DEFAULT_TIMINGS.idleAfterMs),
      typingTimeoutMs: time('TYPING_TIMEOUT', DEFAULT_TIMINGS.typingTimeoutMs),
      broadcastIntervalMs: timeOrOff('BROADCAST_INTERVAL', DEFAULT_TIMINGS.broadcastIntervalMs),
    },
    rates: {
      presence: rate('RATE_PRESENCE', 5, 5_000),
      typing: rate('RATE_TYPING', 10, 500),
      mutation: rate('RATE_MUTATIONS', 60, 200),
      read: rate('RATE_READS', 10_000, 1),
      connection: rate('RATE_CONNECTIONS', 200, 200),
    },
    social: {
      pushAfterMs: time('PUSH_AFTER', 10_000),
      noticeRetentionMs: retention('NOTICE_RETENTION', 90 * DAY_MS),
      actRetentionMs: retention('ACT_RETENTION', 30 * DAY_MS),
    },
    relationsByUsers: flag('RELATIONS_BY_USERS', true),
    allowedOrigins: read<readonly string[]>(
      'ALLOWED_ORIGINS',
      [],
      'a comma-separated list of origins such as `https://app.example.com`, without a path',
      (text) => readList(text, readOrigin),
    ),
    logLevel: read<LogLevel>('LOG_LEVEL', 'info', `one of ${LOG_LEVELS.join(', ')}`, (text) =>
      readWord(text, LOG_LEVELS),
    ),
    introspection: read<Introspection>(
      'INTROSPECTION',
      production ? 'users' : 'all',
      '`all` (anyone), `users` (whoever is signed in) or `off`',
      (text) => readWord(text, INTROSPECTION),
    ),
    graphiql: flag('GRAPHIQL', !production),
    doors: readDoors({ read, verbatim, flag }),
  };

  const wrong = misspelt(env, names);
  faults.push(...inconsistencies(config, { isSet: (name) => Boolean(env[name]), anyAudience }), ...wrong.faults);
  if (faults.length > 0) throw new ConfigError(faults);
  return freezeDeep({ ...config, warnings: wrong.warnings });
};
