/** Which pair of back-ends the servers under test run on: embedded (memory and PGlite), or Redis and PostgreSQL. */
import { createTestDatabase } from './database.js';
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
  const createRedis = async () => {
    const redis = await startRedis();
    await recoverEmpty(redis.url);
    return redis;
  };
  const [redis, database] = await Promise.all([createRedis(), createTestDatabase()]);
  return {
    env: {
      REDIS_URL: redis.url,
      DATABASE_URL: database.url,
      // For so long after Redis was empty nobody's time runs out.
      HEARTBEAT_INTERVAL: '200ms',
    },
    async stop() {
      await redis.stop();
      await database.drop();
    },
  };
};
