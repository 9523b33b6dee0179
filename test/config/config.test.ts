import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, type Environment, readConfig } from '../../src/config/readConfig.js';

const SECRET = 'a secret of more than thirty-two bytes';

const faultsOf = (env: Environment): readonly string[] => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
};

describe('readConfig', () => {
  it('an empty environment is development with the designed defaults', () => {
    expect(readConfig({})).toEqual({
      production: false,
      host: '127.0.0.1',
      port: 4000,
      metricsPort: null,
      keepAliveMs: 75_000,
      deliveryWaitMs: 10,
      warmUpMs: 0,
      drainTimeoutMs: 5_000,
      workers: 1,
      dataDir: './data',
      databaseUrl: null,
      redisUrls: null,
      redisShards: 1,
      auth: { secrets: [], jwksUrl: null, issuer: null, audience: null, serviceScope: 'service' },
      timings: {
        graceMs: 5_000,
        heartbeatIntervalMs: 30_000,
        heartbeatTimeoutMs: 45_000,
        sessionTtlMs: 300_000,
        idleAfterMs: 300_000,
        typingTimeoutMs: 5_000,
        broadcastIntervalMs: 1_000,
      },
      rates: {
        presence: { burst: 5, intervalMs: 5_000 },
        typing: { burst: 10, intervalMs: 500 },
        mutation: { burst: 60, intervalMs: 200 },
        read: { burst: 10_000, intervalMs: 1 },
        connection: { burst: 200, intervalMs: 200 },
      },
      social: { pushAfterMs: 10_000, noticeRetentionMs: 7_776_000_000, actRetentionMs: 2_592_000_000 },
      relationsByUsers: true,
      allowedOrigins: [],
      logLevel: 'info',
      introspection: 'all',
      graphiql: true,
      doors: { rest: false, nats: null, webhook: null, stream: null, historyMs: null },
      warnings: [],
    });
  });

  it('each door has settings of its own', () => {
    const { doors } = readConfig({
      REST: 'on',
      NATS_URL: 'nats://one:4222, tls://two:4222',
      NATS_PREFIX: 'staging.eu',
      WEBHOOK_URL: 'https://example.com/hook',
      WEBHOOK_SECRET: 'one,two',
      STREAM_KEY: 'key',
      STREAM_SECRET: 'secret',
      PRESENCE_HISTORY: '90d',
    });
    expect(doors).toEqual({
      rest: true,
      nats: { servers: ['nats://one:4222', 'tls://two:4222'], prefix: 'staging.eu.' },
      webhook: { url: 'https://example.com/hook', secrets: ['one', 'two'] },
      stream: { url: 'https://chat.stream-io-api.com', key: 'key', secret: 'secret' },
      historyMs: 7_776_000_000,
    });
    expect(readConfig({ NATS_URL: 'nats://one', NATS_PREFIX: 'a.b.' }).doors.nats?.prefix).toBe('a.b.');
  });

  it.each([
    [{ WEBHOOK_URL: 'https://example.com' }, 'WEBHOOK_SECRET must be set where WEBHOOK_URL is'],
    [{ WEBHOOK_SECRET: 'one' }, 'WEBHOOK_URL must be set'],
    [{ WEBHOOK_URL: 'https://example.com', WEBHOOK_SECRET: 'whsec_' }, 'WEBHOOK_SECRET must be one secret'],
    [{ WEBHOOK_URL: 'https://example.com', WEBHOOK_SECRET: 'whsec_b25l,whsec_!' }, 'WEBHOOK_SECRET must be one secret'],
    [{ WEBHOOK_URL: 'ftp://example.com', WEBHOOK_SECRET: 'one' }, 'WEBHOOK_URL must be an http'],
    [{ WEBHOOK_URL: 'https://name@example.com', WEBHOOK_SECRET: 'one' }, 'without a user and a password'],
    [{ STREAM_URL: 'https://:word@example.com', STREAM_KEY: 'k', STREAM_SECRET: 's' }, 'without a user and a password'],
    [{ STREAM_KEY: 'key' }, 'STREAM_KEY and STREAM_SECRET must both be set'],
    [{ STREAM_URL: 'https://example.com' }, 'STREAM_KEY must be set'],
    [{ NATS_PREFIX: 'a' }, 'NATS_URL must be set'],
    [{ NATS_URL: 'http://one' }, 'NATS_URL must be a nats'],
    [{ NATS_URL: 'nats://one', NATS_PREFIX: 'a.*' }, 'NATS_PREFIX must be words'],
    [{ PRESENCE_HISTORY: '0' }, 'PRESENCE_HISTORY must be an age'],
    [{ REST: 'yes' }, 'REST must be `on` or `off`'],
  ])('refuses half a door: %j', (env, sentence) => {
    expect(faultsOf(env)).toEqual([expect.stringContaining(sentence)]);
  });

  it('in production what doors send is encrypted on its way', () => {
    const env = {
      NODE_ENV: 'production',
      AUTH_JWT_SECRET: SECRET,
      WEBHOOK_SECRET: 'one',
      STREAM_KEY: 'k',
      STREAM_SECRET: 's',
    };
    expect(faultsOf({ ...env, WEBHOOK_URL: 'http://example.com', STREAM_URL: 'http://example.com' })).toEqual([
      expect.stringContaining('WEBHOOK_URL must begin with https'),
      expect.stringContaining('STREAM_URL must begin with https'),
    ]);
    expect(faultsOf({ ...env, WEBHOOK_URL: 'https://example.com', STREAM_URL: 'https://example.com' })).toEqual([]);
  });

  it('production closes what development leaves open', () => {
    const config = readConfig({ NODE_ENV: 'production', AUTH_JWT_SECRET: SECRET });
    expect(config).toMatchObject({ production: true, host: '0.0.0.0', introspection: 'users', graphiql: false });
  });

  it('the config is frozen all the way down', () => {
    const config = readConfig({ ALLOWED_ORIGINS: 'https://a.example' });
    for (const part of [
      config,
      config.auth,
      config.timings,
      config.rates,
      config.rates.typing,
      config.allowedOrigins,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('an empty string counts as unset', () => {
    const empty = { PORT: '', HOST: '', AUTH_JWT_SECRET: '', REDIS_URL: '', RATE_TYPING: '', GRAPHIQL: '' };
    expect(readConfig(empty)).toEqual(readConfig({}));
  });

  it.each([
    ['5s', 5_000],
    ['500ms', 500],
    ['7', 7_000],
    ['0.5s', 500],
    ['1.25', 1_250],
    [' 2s ', 2_000],
  ])('a time may be written %s', (text, ms) => {
    expect(readConfig({ SESSION_TTL: text }).timings.sessionTtlMs).toBe(ms);
  });

  it('what products of the dialects have set means the same here: plain seconds, and units', () => {
    const set = {
      DATABASE_URL: 'postgres://db/presence',
      REDIS_URL: 'redis://redis:6379',
      NATS_URL: 'nats://nats:4222',
      HEARTBEAT_INTERVAL: '30',
      TYPING_TIMEOUT: '10',
      PRESENCE_OFFLINE_DEBOUNCE: '5s',
    };
    const plain = readConfig(set);
    const withUnits = readConfig({
      ...set,
      HEARTBEAT_INTERVAL: '30s',
      TYPING_TIMEOUT: '10000ms',
      PRESENCE_OFFLINE_DEBOUNCE: '5',
    });
    expect(plain).toMatchObject({
      redisUrls: ['redis://redis:6379'],
      timings: { heartbeatIntervalMs: 30_000, typingTimeoutMs: 10_000, graceMs: 5_000 },
      doors: { nats: { servers: ['nats://nats:4222'], prefix: '' } },
      warnings: [],
    });
    expect(withUnits).toEqual(plain);
  });

  it.each(['-1', '-5s', 'NaN', 'Infinity', '5m', '1e3', '5 s', 's', '.5', '5S', '0x10', ' ', '99999999s', '0.1ms'])(
    'a time may not be written %j',
    (text) => {
      expect(faultsOf({ TYPING_TIMEOUT: text })).toEqual([expect.stringMatching(/^TYPING_TIMEOUT must be a time/)]);
    },
  );

  it('zero is taken where it turns something off, and refused elsewhere', () => {
    const { timings } = readConfig({ PRESENCE_OFFLINE_DEBOUNCE: '0', BROADCAST_INTERVAL: '0ms' });
    expect(timings).toMatchObject({ graceMs: 0, broadcastIntervalMs: 0 });
    const others = ['HEARTBEAT_INTERVAL', 'HEARTBEAT_TIMEOUT', 'SESSION_TTL', 'IDLE_AFTER', 'TYPING_TIMEOUT'];
    const faults = faultsOf(Object.fromEntries(others.map((name) => [name, '0'])));
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual(others);
  });

  it('an event waits for others as long as is said, for a second at the most, or not at all', () => {
    expect(readConfig({ DELIVERY_WAIT: '0' }).deliveryWaitMs).toBe(0);
    expect(readConfig({ DELIVERY_WAIT: '1s' }).deliveryWaitMs).toBe(1_000);
    expect(faultsOf({ DELIVERY_WAIT: '1001ms' })).toEqual([expect.stringMatching(/^DELIVERY_WAIT must be a time/)]);
  });

  it('a start in production warms up for a second, or as long as is said, for ten seconds at the most', () => {
    const production = { NODE_ENV: 'production', AUTH_JWT_SECRET: 'x'.repeat(32) };
    expect(readConfig(production).warmUpMs).toBe(1_000);
    expect(readConfig({ ...production, WARM_UP: '0' }).warmUpMs).toBe(0);
    expect(readConfig({ WARM_UP: '10s' }).warmUpMs).toBe(10_000);
    expect(faultsOf({ WARM_UP: '11s' })).toEqual([expect.stringMatching(/^WARM_UP must be a time/)]);
  });

  it('a stop closes sockets over a minute at most, or as long as is said, up to ten minutes', () => {
    expect(readConfig({ REDIS_URL: 'redis://localhost', DATABASE_URL: 'postgres://localhost/r' }).drainTimeoutMs).toBe(
      60_000,
    );
    expect(readConfig({ DRAIN_TIMEOUT: '0' }).drainTimeoutMs).toBe(0);
    expect(readConfig({ DRAIN_TIMEOUT: '600s' }).drainTimeoutMs).toBe(600_000);
    expect(faultsOf({ DRAIN_TIMEOUT: '601s' })).toEqual([expect.stringMatching(/^DRAIN_TIMEOUT must be a time/)]);
  });

  it('typing lasts a minute at most, since longer the store does not know where somebody types', () => {
    expect(readConfig({ TYPING_TIMEOUT: '60s' }).timings.typingTimeoutMs).toBe(60_000);
    expect(faultsOf({ TYPING_TIMEOUT: '60001ms' })).toEqual([
      expect.stringMatching(/^TYPING_TIMEOUT must be at most 60s/),
    ]);
  });

  it.each([
    ['90d', 7_776_000_000],
    ['12h', 43_200_000],
    ['0.5d', 43_200_000],
    ['60', 60_000],
    ['60s', 60_000],
    ['3650d', 315_360_000_000],
  ])('an age may be written %s', (text, ms) => {
    expect(readConfig({ ACT_RETENTION: text }).social.actRetentionMs).toBe(ms);
  });

  it('a rate is a count and an interval, or off', () => {
    const { rates } = readConfig({
      RATE_PRESENCE: '1,250ms',
      RATE_TYPING: 'off',
      RATE_MUTATIONS: '3, 2',
      RATE_READS: '7,1ms',
      RATE_CONNECTIONS: '8,3s',
    });
    expect(rates).toEqual({
      presence: { burst: 1, intervalMs: 250 },
      typing: null,
      mutation: { burst: 3, intervalMs: 2_000 },
      read: { burst: 7, intervalMs: 1 },
      connection: { burst: 8, intervalMs: 3_000 },
    });
  });

  it.each(['5', '0,5s', '5,0', '-5,5s', '5,5s,5s', 'on', '5.5,5s', ',', '1000000,1000s'])(
    'a rate may not be written %j',
    (text) => {
      expect(faultsOf({ RATE_MUTATIONS: text })).toEqual([expect.stringMatching(/^RATE_MUTATIONS must be a rate/)]);
    },
  );

  it.each([
    ['PORT', ['65536', '-1', 'http', '4000.5', '1e3']],
    ['METRICS_PORT', ['65536', 'off']],
    ['DATABASE_URL', ['mysql://db', 'localhost', 'postgres://me:100%zz@db/rollcall', 'postgres://me:100%@db/rollcall']],
    ['REDIS_URL', ['http://a', 'redis://:100%zz@a', 'redis://a,redis://:100%zz@b']],
    ['AUTH_JWKS_URL', ['ftp://keys', 'keys.json']],
    ['PUSH_AFTER', ['0', '10m', '-1']],
    ['NOTICE_RETENTION', ['0', '90 d', '3651d', '5ms', '-1d', 'forever']],
    ['ACT_RETENTION', ['0d', '1w']],
    ['RELATIONS_BY_USERS', ['yes', 'ON', '1']],
    ['GRAPHIQL', ['true']],
    ['INTROSPECTION', ['on']],
    ['LOG_LEVEL', ['verbose']],
    ['ALLOWED_ORIGINS', ['*', 'app.example.com', 'https://a.example/path', 'https://u:p@a.example', 'null']],
  ])('%s is refused by name when it cannot be read', (name, values) => {
    for (const value of values)
      expect(faultsOf({ [name]: value })).toEqual([expect.stringContaining(`${name} must be`)]);
  });

  it('port 0 takes a free port', () => {
    expect(readConfig({ PORT: '0' }).port).toBe(0);
  });

  it('origins are taken in the form in which browsers send them', () => {
    const { allowedOrigins } = readConfig({ ALLOWED_ORIGINS: 'https://A.example:443/, http://b.example:8080,' });
    expect(allowedOrigins).toEqual(['https://a.example', 'http://b.example:8080']);
  });

  it('a list of Redis URLs is a cluster, and has more shards', () => {
    const DATABASE_URL = 'postgres://db/rollcall';
    expect(readConfig({ DATABASE_URL, REDIS_URL: 'redis://a' })).toMatchObject({
      redisUrls: ['redis://a'],
      redisShards: 1,
    });
    expect(readConfig({ DATABASE_URL, REDIS_URL: 'redis://a, rediss://b:7000' })).toMatchObject({
      redisUrls: ['redis://a', 'rediss://b:7000'],
      redisShards: 64,
    });
  });

  it('Redis without a database that processes can share is refused', () => {
    expect(faultsOf({ REDIS_URL: 'redis://a' })).toEqual([expect.stringMatching(/^DATABASE_URL must be set/)]);
  });

  it('metrics have a port of their own', () => {
    expect(readConfig({ METRICS_PORT: '9090' }).metricsPort).toBe(9090);
    expect(faultsOf({ METRICS_PORT: '4000' })).toEqual([expect.stringMatching(/^METRICS_PORT must be another port/)]);
    expect(faultsOf({ METRICS_PORT: '0', PORT: '0' })).toEqual([]);
  });

  it.each(['prod', 'Production', 'PRODUCTION', 'staging', 'dev', 'live'])('NODE_ENV=%s is refused by name', (word) => {
    const faults = faultsOf({ NODE_ENV: word, HOST: '0.0.0.0', AUTH_JWT_SECRET: SECRET });
    expect(faults[0]).toMatch(/^NODE_ENV must be `production`, `development` or `test`/);
  });

  it('development listens on loopback alone', () => {
    for (const HOST of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) expect(readConfig({ HOST }).host).toBe(HOST);
    for (const HOST of ['0.0.0.0', '::', '10.0.0.1', 'example.com', '127.0.0.1.example.com', 'localhost.example.com']) {
      for (const NODE_ENV of ['', 'development', 'test']) {
        const faults = faultsOf({ HOST, NODE_ENV, AUTH_JWT_SECRET: SECRET });
        expect(faults).toEqual([expect.stringMatching(/^HOST must be a loopback address .*NODE_ENV=production/)]);
      }
    }
    expect(readConfig({ HOST: '::', NODE_ENV: 'production', AUTH_JWT_SECRET: SECRET }).host).toBe('::');
  });

  it('production without any key refuses to start', () => {
    expect(faultsOf({ NODE_ENV: 'production' })).toEqual([expect.stringMatching(/AUTH_JWT_SECRET or AUTH_JWKS_URL/)]);
    expect(faultsOf({ NODE_ENV: 'production', AUTH_JWT_SECRET: SECRET })).toEqual([]);
  });

  it('production refuses a secret that can be guessed', () => {
    const short = [expect.stringMatching(/^AUTH_JWT_SECRET must have at least 32 bytes in production/)];
    expect(faultsOf({ NODE_ENV: 'production', AUTH_JWT_SECRET: 'x'.repeat(31) })).toEqual(short);
    expect(faultsOf({ NODE_ENV: 'production', AUTH_JWT_SECRET: 'x'.repeat(32) })).toEqual([]);
    expect(faultsOf({ NODE_ENV: 'production', AUTH_JWT_SECRET: 'ü'.repeat(16) })).toEqual([]);
    expect(faultsOf({ NODE_ENV: 'production', AUTH_JWT_SECRET: `${SECRET},short` })).toEqual(short);
    expect(faultsOf({ AUTH_JWT_SECRET: 'short' })).toEqual([]);
  });

  it('production takes keys over https alone', () => {
    const env = { NODE_ENV: 'production', AUTH_JWT_AUDIENCE: 'rollcall' };
    expect(faultsOf({ ...env, AUTH_JWKS_URL: 'https://id.example/keys' })).toEqual([]);
    expect(faultsOf({ ...env, AUTH_JWKS_URL: 'http://id.example/keys' })).toEqual([
      expect.stringMatching(/^AUTH_JWKS_URL must begin with https:/),
    ]);
    expect(faultsOf({ AUTH_JWKS_URL: 'http://id.example/keys' })).toEqual([]);
  });

  it('production takes tokens of a key set for its own audience alone, unless one says otherwise', () => {
    const env = { NODE_ENV: 'production', AUTH_JWKS_URL: 'https://id.example/keys' };
    expect(faultsOf(env)).toEqual([expect.stringMatching(/^AUTH_JWT_AUDIENCE must be set .*AUTH_ANY_AUDIENCE=1/)]);
    expect(faultsOf({ ...env, AUTH_JWT_AUDIENCE: 'rollcall' })).toEqual([]);
    expect(faultsOf({ ...env, AUTH_ANY_AUDIENCE: '1' })).toEqual([]);
    expect(faultsOf({ ...env, AUTH_ANY_AUDIENCE: '0' })).toHaveLength(1);
    expect(faultsOf({ ...env, AUTH_ANY_AUDIENCE: 'on', AUTH_JWT_AUDIENCE: 'rollcall' })).toEqual([
      expect.stringMatching(/^AUTH_ANY_AUDIENCE must be/),
    ]);
    expect(faultsOf({ NODE_ENV: '', AUTH_JWKS_URL: 'https://id.example/keys' })).toEqual([]);
  });

  it('two secrets stand side by side while one takes over from the other', () => {
    expect(readConfig({ AUTH_JWT_SECRET: 'new, old' }).auth.secrets).toEqual(['new', 'old']);
    for (const AUTH_JWT_SECRET of ['new,', ',old', 'a,b,c', ',', ' ']) {
      expect(faultsOf({ AUTH_JWT_SECRET })).toEqual([expect.stringMatching(/^AUTH_JWT_SECRET must be/)]);
    }
  });

  it('the scope of service tokens is one word', () => {
    expect(readConfig({ AUTH_SERVICE_SCOPE: 'presence:admin' }).auth.serviceScope).toBe('presence:admin');
    expect(faultsOf({ AUTH_SERVICE_SCOPE: 'a b' })).toEqual([expect.stringMatching(/^AUTH_SERVICE_SCOPE must be/)]);
  });

  it.each([
    ['AUTH_JWT_SECRETT', 'AUTH_JWT_SECRET'],
    ['AUTH_JWT_SECERT', 'AUTH_JWT_SECRET'],
    ['AUTH_JWTSECRET', 'AUTH_JWT_SECRET'],
    ['AUTH_JWKS_URI', 'AUTH_JWKS_URL'],
    ['auth_jwks_url', 'AUTH_JWKS_URL'],
    ['AUTH_JWT_AUDIENCES', 'AUTH_JWT_AUDIENCE'],
    ['ALLOWED_ORIGIN', 'ALLOWED_ORIGINS'],
    ['ALLOW_ORIGINS', 'ALLOWED_ORIGINS'],
    ['NODE_ENVV', 'NODE_ENV'],
    ['RATE_PRESENCES', 'RATE_PRESENCE'],
    ['INTROSPECTON', 'INTROSPECTION'],
    ['RELATION_BY_USERS', 'RELATIONS_BY_USERS'],
  ])('%s opens or closes a door under a wrong name, and is refused', (wrong, right) => {
    expect(faultsOf({ [wrong]: 'x' })).toEqual([`${wrong} is no setting. Rename it to ${right}, or remove it.`]);
    expect(faultsOf({ [wrong]: '' })).toEqual([]);
  });

  it.each([
    ['AUTH_JWT_LEEWAY', { AUTH_JWT_LEEWAY: '5' }],
    ['RATE_WRITES', { RATE_WRITES: '5,5s' }],
    ['PRESENCE_DEBOUNCE', { PRESENCE_DEBOUNCE: '5s' }],
    ['DATABASE_URI', { DATABASE_URI: 'postgres://db' }],
    ['ALLOWED_ORIGIN', { ALLOWED_ORIGIN: 'https://a.example', ALLOWED_ORIGINS: 'https://a.example' }],
  ])('%s is perhaps meant for another program, and is named in a warning', (name, env: Environment) => {
    expect(readConfig(env).warnings).toEqual([expect.stringMatching(new RegExp(`^${name} is no setting`))]);
  });

  it('what others put into the environment is passed over', () => {
    const env = {
      HOME: '/root',
      HOSTNAME: 'pod-1',
      TERM: 'xterm',
      SHELL: '/bin/sh',
      NODE_OPTIONS: '--max-old-space-size=512',
      NODE_VERSION: '20.20.2',
      npm_config_host: 'x',
      REDIS_HOST: 'redis',
      REDIS_PASSWORD: 'x',
      POSTGRES_PASSWORD: 'x',
      DATABASE_NAME: 'x',
      SESSION_SECRET: 'x',
      AUTH_SECRET: 'x',
      AUTH_TRUST_HOST: 'true',
      // What Kubernetes tells of services called redis, auth, rate, presence and metric.
      REDIS_PORT: 'tcp://10.0.0.1:6379',
      REDIS_SERVICE_PORT: '6379',
      AUTH_SERVICE_HOST: '10.0.0.2',
      AUTH_SERVICE_PORT: '80',
      AUTH_SERVICE_PORT_HTTP: '80',
      RATE_PORT: 'tcp://10.0.0.3:80',
      RATE_PORT_80_TCP_ADDR: '10.0.0.3',
      PRESENCE_SERVICE_HOST: '10.0.0.4',
      PRESENCE_PORT_80_TCP: 'tcp://10.0.0.4:80',
      METRIC_PORT: 'tcp://10.0.0.5:80',
    };
    expect(readConfig(env)).toEqual(readConfig({}));
  });

  it('a port that Kubernetes sets for a service of that name is refused with what to do', () => {
    expect(faultsOf({ METRICS_PORT: 'tcp://10.0.0.1:9090' })).toEqual([
      expect.stringMatching(/^METRICS_PORT must be a port number .*enableServiceLinks: false/),
    ]);
  });

  it('the table of settings in the documentation has each of them, and no other', () => {
    const read = new Set<string>();
    readConfig(new Proxy({}, { get: (_, name) => void read.add(String(name)) }));
    const page = readFileSync(new URL('../../docs/semantics.md', import.meta.url), 'utf8').split('\n## Settings\n')[1];
    const firstColumn = page?.match(/^\| `[^|]*\|/gm)?.join('') ?? '';
    expect([...firstColumn.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort()).toEqual([...read].sort());
  });

  it('several processes need Redis; one does not', () => {
    const redis = { REDIS_URL: 'redis://redis', DATABASE_URL: 'postgres://database/rollcall' };
    expect(readConfig({ WORKERS: '1' }).workers).toBe(1);
    expect(readConfig({ ...redis, WORKERS: '4' }).workers).toBe(4);
    expect(readConfig({ ...redis, WORKERS: 'auto' }).workers).toBe('auto');
    const needed = [expect.stringMatching(/^WORKERS must be 1, or left out, where REDIS_URL is not set: .* Redis/)];
    for (const WORKERS of ['2', 'auto']) expect(faultsOf({ WORKERS })).toEqual(needed);
    for (const WORKERS of ['0', '65', '1.5', 'all']) {
      expect(faultsOf({ ...redis, WORKERS })).toEqual(['WORKERS must be `auto`, or a whole number from 1 to 64.']);
    }
  });

  it('every fault is reported at once, and no value is repeated', () => {
    const env = {
      NODE_ENV: 'production',
      PORT: 'x',
      SESSION_TTL: '0',
      REDIS_URL: 'http://user:hunter2@redis',
      DATABASE_URL: 'postgres://rollcall@db/rollcall',
      AUTH_JWT_SECRET: 'hunter2',
    };
    const faults = faultsOf(env);
    expect(faults).toHaveLength(4);
    expect(faults.join()).not.toContain('hunter2');
    expect(() => readConfig(env)).toThrow(/PORT must be[\s\S]*SESSION_TTL must be/);
  });
});
