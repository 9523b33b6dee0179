/** Which pair of back-ends the servers under test run on: embedded (memory and PGlite), or Redis and PostgreSQL. */
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';
import { recoverEmpty } from './live.js';
import { startRedis } from './redis.js';

/** Whether servers run on Redis and PostgreSQL: `ROLLCALL_BACKENDS=redis`, as one of the projects sets it. */
export const onRedis = process.env.ROLLCALL_BACKENDS === 'redis';

export interface BackEnds {
  /** Settings that point a server to them. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** A Redis and a PostgreSQL database of one server's own; null where it runs on what is embedded. */
export const startBackEnds = async (): Promise<BackEnds | null> => {
  if (!onRedis) return null;
  const server = inject('postgresUrl');
  const name = `rollcall_${randomUUID().replaceAll('-', '')}`;
  const asAdmin = async (statement: string) => {
    const admin = postgres(server, { max: 1, onnotice: () => {} });
    await admin.unsafe(statement);
    await admin.end();
  };
  const createRedis = async () => {
    const redis = await startRedis();
    await recoverEmpty(redis.url);
    return redis;
  };
  const [redis] = await Promise.all([createRedis(), asAdmin(`create database ${name}`)]);
  return {
    env: {
      REDIS_URL: redis.url,
      DATABASE_URL: Object.assign(new URL(server), { pathname: `/${name}` }).href,
      // For so long after Redis was empty nobody's time runs out.
      HEARTBEAT_INTERVAL: '200ms',
    },
    async stop() {
      await redis.stop();
      await asAdmin(`drop database ${name} with (force)`);
    },
  };
};
