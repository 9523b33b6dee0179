/** Many nodes on one Redis and one PostgreSQL, all of them real processes. */
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished, TestRunner } from 'vitest';
import { createPerson, type Person } from '../http/rollcall.js';
import { type Environment, type Exit, type Run, runServer } from '../http/server.js';
import type { TokenOptions } from '../http/tokens.js';
import { randomFrom } from '../unit/random.js';
import { createTestDatabase } from './database.js';
import { recoverEmpty } from './live.js';
import { startPostgres, type TestPostgres } from './postgres.js';
import { openProxy, type TestProxy } from './proxy.js';
import { startRedis, type TestRedis } from './redis.js';

/** Timings in which a fault and what follows from it take seconds rather than minutes. */
export const QUICK: Environment = {
  HEARTBEAT_TIMEOUT: '3s',
  HEARTBEAT_INTERVAL: '2s',
  PRESENCE_OFFLINE_DEBOUNCE: '1s',
};

/** Far longer than a start or a recovery takes. */
const READY_WITHIN_MS = 90_000;

/** One server process of a cluster. */
export interface Node {
  readonly index: number;
  readonly origin: string;
  readonly url: string;
  readonly wsUrl: string;
  readonly run: Run;
  signal(signal: NodeJS.Signals): void;
  /** Signals and waits for the end; SIGTERM when left out. Stopping what has stopped is nothing. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
  /** The status of `/ready`; null where nobody answers (within two seconds). */
  readiness(): Promise<number | null>;
  /** Resolves when `/ready` answers so; rejects after far too long, with the last of the log. */
  ready(status?: number): Promise<void>;
}

/** What a node is started with. */
export interface NodePlan {
  readonly index: number;
  readonly redisUrl: string;
  readonly databaseUrl: string;
}

export interface ClusterOptions {
  /** How many; 2 when left out. */
  readonly nodes?: number;
  /** For all nodes, on top of {@link QUICK}. */
  readonly env?: Environment;
  /** For one of them, on top of that. */
  readonly envOf?: (plan: NodePlan) => Environment;
  /** Further arguments of `redis-server`. */
  readonly redisArgs?: readonly string[];
  /** Whether each node has a way to Redis of its own, see {@link Cluster.way}. */
  readonly ways?: boolean;
  /** Whether it has a PostgreSQL server of its own, see {@link Cluster.postgres}; else a database of its own on a common one. */
  readonly ownPostgres?: boolean;
}

export interface Cluster {
  readonly redis: TestRedis;
  /** The server, where the cluster was started with `ownPostgres`. */
  readonly postgres: TestPostgres;
  readonly databaseUrl: string;
  /** In the order in which they were started; also those that ended. */
  readonly nodes: readonly Node[];
  /** The node of that place. */
  node(index: number): Node;
  /** The way of that node to Redis, where the cluster was started with `ways`. */
  way(index: number): TestProxy;
  /** Starts one more, and waits until it is ready. */
  add(env?: Environment): Promise<Node>;
  /** The host's back end, at a node: the first when left out. */
  host(node?: Node): Person;
  /** Somebody at a node: the first when left out. `base` is what all of their tokens say. Nothing is said to the server. */
  person(id: string, node?: Node, base?: TokenOptions): Person;
  /** Makes users `NAME-0` and so on known, and the watcher follow all of them. Returns their ids. */
  followed(watcherId: string, name: string, count: number): Promise<string[]>;
  /** Resolves when all nodes that run are ready. */
  ready(): Promise<void>;
  /** Ends everything. Stopping twice is stopping once. */
  stop(): Promise<void>;
}

/**
 * Nodes do by the second what they do on their own: those that start in the same instant do it together, and never find
 * what another has left half done.
 */
const PHASE_MS = 1_000;

/** `ROLLCALL_PHASES` makes a run start its nodes as far apart as another did. */
const seed = Number(process.env.ROLLCALL_PHASES ?? Math.floor(Math.random() * 2 ** 31));

const startNode = async (index: number, env: Environment): Promise<Node> => {
  const process = await runServer(env);
  const { port } = await process.logged('listening');
  const origin = `http://127.0.0.1:${port}`;
  const readiness = async () => {
    try {
      return (await fetch(`${origin}/ready`, { signal: AbortSignal.timeout(2_000) })).status;
    } catch {
      return null;
    }
  };
  return {
    index,
    origin,
    url: `${origin}/graphql`,
    wsUrl: `${origin.replace('http', 'ws')}/graphql`,
    run: process,
    signal: (signal) => void process.child.kill(signal),
    async stop(signal = 'SIGTERM') {
      process.child.kill(signal);
      // One that a test has paused could not end otherwise.
      process.child.kill('SIGCONT');
      return process.exited;
    },
    readiness,
    async ready(status = 200) {
      const endsAt = performance.now() + READY_WITHIN_MS;
      while ((await readiness()) !== status) {
        if (performance.now() > endsAt)
          throw new Error(`/ready is not ${status} within ${READY_WITHIN_MS} ms: ${process.output().slice(-2_000)}`);
        await wait(25);
      }
    },
  };
};

/**
 * Starts a Redis, a database and nodes that are ready. Whoever calls it within a test has it stopped at that test's end;
 * elsewhere it is the caller's to stop.
 */
export const startCluster = async ({
  nodes: count = 2,
  env = {},
  envOf = () => ({}),
  redisArgs = [],
  ways: ofTheirOwn = false,
  ownPostgres = false,
}: ClusterOptions = {}): Promise<Cluster> => {
  const startStore = async () => {
    const started = await startRedis(redisArgs);
    await recoverEmpty(started.url);
    return started;
  };
  const startDatabase = async () => {
    if (!ownPostgres) {
      const { url, drop } = await createTestDatabase();
      return { url, server: null, stop: drop };
    }
    const server = await startPostgres();
    return { url: server.url, server, stop: () => server.stop() };
  };
  const database = await startDatabase();
  const redis = await startStore();
  const nodes: Node[] = [];
  let started = count;
  let stopped: Promise<void> | undefined;

  const ways: TestProxy[] = [];

  const startOne = async (index: number, further: Environment = {}): Promise<Node> => {
    const way = ofTheirOwn ? await openProxy(redis.port) : null;
    if (way) ways[index] = way;
    const redisUrl = way ? `redis://127.0.0.1:${way.port}` : redis.url;
    const plan = { index, redisUrl, databaseUrl: database.url };
    return startNode(index, {
      ...QUICK,
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl,
      ...env,
      ...envOf(plan),
      ...further,
    });
  };
  const hasEnded = ({ run: { child } }: Node) => child.exitCode !== null || child.signalCode !== null;

  const cluster: Cluster = {
    redis,
    get postgres() {
      if (!database.server) throw new Error('the cluster has no PostgreSQL server of its own');
      return database.server;
    },
    databaseUrl: database.url,
    nodes,
    node(index) {
      const node = nodes[index];
      if (!node) throw new Error(`there is no node ${index}`);
      return node;
    },
    way(index) {
      const way = ways[index];
      if (!way) throw new Error(`node ${index} has no way of its own to Redis`);
      return way;
    },
    async add(further) {
      const index = started;
      started += 1;
      const node = await startOne(index, further);
      nodes.push(node);
      await node.ready();
      return node;
    },
    host: (node = cluster.node(0)) => createPerson(node, 'the-host', { service: true }),
    person: (id, node = cluster.node(0), base = {}) => createPerson(node, id, base),
    async followed(watcherId, name, howMany) {
      const ids = Array.from({ length: howMany }, (_, i) => `${name}-${i}`);
      const host = cluster.host();
      await host.upsertUsers([{ id: watcherId }]);
      // In small calls: a busy machine must not take the database for away.
      for (let from = 0; from < howMany; from += 200) {
        const some = ids.slice(from, from + 200);
        await host.upsertUsers(some.map((id) => ({ id })));
        await host.addFollows(some.map((followeeId) => ({ followerId: watcherId, followeeId })));
      }
      return ids;
    },
    async ready() {
      await Promise.all(nodes.filter((node) => !hasEnded(node)).map((node) => node.ready()));
    },
    stop() {
      stopped ??= (async () => {
        await Promise.all(nodes.map((node) => node.stop('SIGKILL')));
        await Promise.all(ways.map((way) => way.close()));
        await Promise.all([redis.stop(), database.stop()]);
      })();
      return stopped;
    },
  };

  if (TestRunner.getCurrentTest()) onTestFinished(() => cluster.stop());
  const random = randomFrom(seed);
  const startsAfter = Array.from({ length: count }, (_, index) => (index === 0 ? 0 : Math.floor(random() * PHASE_MS)));
  console.log(`nodes start after ${startsAfter.join(', ')} ms (ROLLCALL_PHASES=${seed})`);
  const starting = startsAfter.map(async (ms, index) => {
    await wait(ms);
    return startOne(index);
  });
  try {
    for (const start of await Promise.allSettled(starting)) {
      if (start.status === 'rejected') throw start.reason;
      nodes.push(start.value);
    }
    await cluster.ready();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
};
