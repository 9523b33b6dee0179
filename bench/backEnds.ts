/** Redis and PostgreSQL of the benchmarks' own, started when first asked for, and empty for everyone who asks. */
import postgres from 'postgres';
import { startPostgres, type TestPostgres } from '../test/support/cluster/postgres.js';
import { startRedis, type TestRedis } from '../test/support/cluster/redis.js';

export interface BackEnds {
  /** The address of a Redis with nothing in it. Whoever asked before has to have stopped. */
  redis(): Promise<string>;
  /** The address of a database with nothing in it. */
  postgres(): Promise<string>;
  stop(): Promise<void>;
}

export const createBackEnds = (): BackEnds => {
  let redis: Promise<TestRedis> | null = null;
  let server: Promise<TestPostgres> | null = null;
  let databases = 0;
  return {
    async redis() {
      redis ??= startRedis();
      const { admin, url } = await redis;
      await admin.flushall();
      return url;
    },
    async postgres() {
      server ??= startPostgres();
      const { url } = await server;
      databases += 1;
      const name = `bench_${databases}`;
      const sql = postgres(url, { max: 1, onnotice: () => {} });
      await sql.unsafe(`create database ${name}`).finally(() => sql.end());
      const address = new URL(url);
      address.pathname = `/${name}`;
      return address.href;
    },
    async stop() {
      await Promise.all([redis?.then((each) => each.stop()), server?.then((each) => each.stop())]);
    },
  };
};
