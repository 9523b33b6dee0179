import { describe, expect, test } from 'vitest';
import { ConfigError, type Environment, readConfig } from '../src/config.js';

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
  test('an empty environment is development with the designed defaults', () => {
    expect(readConfig({})).toEqual({
      production: false,
      host: '127.0.0.1',
      port: 4000,
      metricsPort: null,
      dataDir: './data',
      databaseUrl: null,
      redisUrls: null,
      redisShards: 1,
      auth: { secret: null, jwksUrl: null, issuer: null, audience: null },
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
      },
      relationsByUsers: true,
      allowedOrigins: [],
      logLevel: 'info',
      introspection: 'all',
      graphiql: true,
    });
  });

  test('production closes what development leaves open', () => {
    const config = readConfig({ NODE_ENV: 'production', AUTH_JWT_SECRET: SECRET });
    expect(config).toMatchObject({ production: true, host: '0.0.0.0', introspection: 'users', graphiql: false });
  });

  test('the config is frozen all the way down', () => {
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

  test('an empty string counts as unset', () => {
    const empty = { PORT: '', HOST: '', AUTH_JWT_SECRET: '', REDIS_URL: '', RATE_TYPING: '', GRAPHIQL: '' };
    expect(readConfig(empty)).toEqual(readConfig({}));
  });

  test.each([
    ['5s', 5_000],
    ['500ms', 500],
    ['7', 7_000],
    ['0.5s', 500],
    ['1.25', 1_250],
    [' 2s ', 2_000],
  ])('a time may be written %s', (text, ms) => {
    expect(readConfig({ SESSION_TTL: text }).timings.sessionTtlMs).toBe(ms);
  });

  test.each(['-1', '-5s', 'NaN', 'Infinity', '5m', '1e3', '5 s', 's', '.5', '5S', '0x10', ' ', '99999999s', '0.1ms'])(
    'a time may not be written %j',
    (text) => {
      expect(faultsOf({ TYPING_TIMEOUT: text })).toEqual([expect.stringMatching(/^TYPING_TIMEOUT must be a time/)]);
    },
  );

  test('zero is taken where it turns something off, and refused elsewhere', () => {
    const { timings } = readConfig({ PRESENCE_OFFLINE_DEBOUNCE: '0', BROADCAST_INTERVAL: '0ms' });
    expect(timings).toMatchObject({ graceMs: 0, broadcastIntervalMs: 0 });
    const others = ['HEARTBEAT_INTERVAL', 'HEARTBEAT_TIMEOUT', 'SESSION_TTL', 'IDLE_AFTER', 'TYPING_TIMEOUT'];
    const faults = faultsOf(Object.fromEntries(others.map((name) => [name, '0'])));
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual(others);
  });

  test('a rate is a count and an interval, or off', () => {
    const { rates } = readConfig({
      RATE_PRESENCE: '1,250ms',
      RATE_TYPING: 'off',
      RATE_MUTATIONS: '3, 2',
      RATE_READS: '7,1ms',
    });
    expect(rates).toEqual({
      presence: { burst: 1, intervalMs: 250 },
      typing: null,
      mutation: { burst: 3, intervalMs: 2_000 },
      read: { burst: 7, intervalMs: 1 },
    });
  });

  test.each(['5', '0,5s', '5,0', '-5,5s', '5,5s,5s', 'on', '5.5,5s', ',', '1000000,1000s'])(
    'a rate may not be written %j',
    (text) => {
      expect(faultsOf({ RATE_MUTATIONS: text })).toEqual([expect.stringMatching(/^RATE_MUTATIONS must be a rate/)]);
    },
  );

  test.each([
    ['PORT', ['65536', '-1', 'http', '4000.5', '1e3']],
    ['METRICS_PORT', ['65536', 'off']],
    ['DATABASE_URL', ['mysql://db', 'localhost']],
    ['AUTH_JWKS_URL', ['ftp://keys', 'keys.json']],
    ['RELATIONS_BY_USERS', ['yes', 'ON', '1']],
    ['GRAPHIQL', ['true']],
    ['INTROSPECTION', ['on']],
    ['LOG_LEVEL', ['verbose']],
    ['ALLOWED_ORIGINS', ['*', 'app.example.com', 'https://a.example/path', 'https://u:p@a.example', 'null']],
  ])('%s is refused by name when it cannot be read', (name, values) => {
    for (const value of values)
      expect(faultsOf({ [name]: value })).toEqual([expect.stringContaining(`${name} must be`)]);
  });

  test('port 0 takes a free port', () => {
    expect(readConfig({ PORT: '0' }).port).toBe(0);
  });

  test('origins are taken in the form in which browsers send them', () => {
    const { allowedOrigins } = readConfig({ ALLOWED_ORIGINS: 'https://A.example:443/, http://b.example:8080,' });
    expect(allowedOrigins).toEqual(['https://a.example', 'http://b.example:8080']);
  });

  test('a list of Redis URLs is a cluster, and has more shards', () => {
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

  test('Redis without a database that processes can share is refused', () => {
    expect(faultsOf({ REDIS_URL: 'redis://a' })).toEqual([expect.stringMatching(/^DATABASE_URL must be set/)]);
  });

  test('metrics have a port of their own', () => {
    expect(readConfig({ METRICS_PORT: '9090' }).metricsPort).toBe(9090);
    expect(faultsOf({ METRICS_PORT: '4000' })).toEqual([expect.stringMatching(/^METRICS_PORT must be another port/)]);
    expect(faultsOf({ METRICS_PORT: '0', PORT: '0' })).toEqual([]);
  });

  test('production without any key refuses to start', () => {
    expect(faultsOf({ NODE_ENV: 'production' })).toEqual([expect.stringMatching(/AUTH_JWT_SECRET or AUTH_JWKS_URL/)]);
    expect(faultsOf({ NODE_ENV: 'production', AUTH_JWT_SECRET: 'short' })).toEqual([]);
    expect(faultsOf({ NODE_ENV: 'production', AUTH_JWKS_URL: 'https://id.example/keys' })).toEqual([]);
    expect(faultsOf({ AUTH_JWT_SECRET: 'short' })).toEqual([]);
  });

  test('every fault is reported at once, and no value is repeated', () => {
    const env = {
      NODE_ENV: 'production',
      PORT: 'x',
      SESSION_TTL: '0',
      REDIS_URL: 'http://user:hunter2@redis',
      DATABASE_URL: 'postgres://rollcall@db/rollcall',
      AUTH_JWT_SECRET: 'hunter2',
    };
    const faults = faultsOf(env);
    expect(faults).toHaveLength(3);
    expect(faults.join()).not.toContain('hunter2');
    expect(() => readConfig(env)).toThrow(/PORT must be[\s\S]*SESSION_TTL must be/);
  });
});
