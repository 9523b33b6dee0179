/** The servers: how each is started, and what it has to be told before it can be measured. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BackEnds } from './backEnds.js';
import type { DialectName } from './client/dialects.js';
import { createPoster, untilAvailable } from './client/poster.js';
import { userIdsOf } from './client/userIds.js';
import { type Server, startServer } from './process.js';
import { SECRET, tokenOf } from './tokens.js';
import {
  isCold,
  KINDS,
  LATENCY_WORKLOADS,
  NAMED_WORKLOAD,
  PRESENCE_WORKLOADS,
  usersOf,
  type WorkloadName,
} from './workloads/all.js';

/** The package; this file is compiled into a folder of a folder of it. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Contender {
  readonly title: string;
  readonly dialect: DialectName;
  /** Where it makes sense to measure it. */
  readonly workloads: readonly WorkloadName[];
  start(backEnds: BackEnds, options: StartOptions): Promise<Server>;
}

interface StartOptions {
  readonly quick: boolean;
  /** What is measured: where that is a process just started, the server has done nothing before. */
  readonly workload: WorkloadName;
}

const BULK = 1_000;
const READY_EVERY_MS = 50;

const ownServer = (file: string): string => fileURLToPath(new URL(`servers/${file}`, import.meta.url));

const rollcallFile = (): string => join(resolve(ROOT, process.env.ROLLCALL_DIST ?? 'dist'), 'main.js');

/** Every change counts, and nobody is told to slow down. */
const EVERY_CHANGE = {
  BROADCAST_INTERVAL: '0',
  RATE_PRESENCE: 'off',
  RATE_TYPING: 'off',
  RATE_MUTATIONS: 'off',
  RATE_CONNECTIONS: 'off',
  RATE_READS: 'off',
};

/** Events leave with those of the same turn of the event loop, and wait for no others. */
const NO_WAIT = { DELIVERY_WAIT: '0' };

/** Each of several workers answers for itself, in turn: each is asked more than once. */
const READY_TIMES = 4;

const isReady = async (port: number): Promise<void> => {
  for (let times = 0; times < READY_TIMES; ) {
    const { status } = await fetch(`http://127.0.0.1:${port}/ready`, { headers: { connection: 'close' } });
    times = status === 200 ? times + 1 : 0;
    if (status !== 200) await new Promise((wake) => setTimeout(wake, READY_EVERY_MS));
  }
};

/**
 * Makes the users beforehand, as the host's back end would: seen by everyone, so that who watches whom takes no
 * follows. Every change of sight is as it always is; the facts are just few.
 */
export const introduce = async (port: number, userIds: readonly string[]): Promise<void> => {
  const poster = createPoster({ port, connections: 1 });
  const token = tokenOf('the-host', { service: true });
  const everyone = { status: 'EVERYONE', lastSeen: 'EVERYONE', activity: 'EVERYONE' };
  const users = userIds.map((id) => ({ id, name: id, privacy: everyone }));
  for (let from = 0; from < users.length; from += BULK) {
    const query = 'mutation Users($users: [UserInput!]!) { upsertUsers(users: $users) }';
    const variables = { users: users.slice(from, from + BULK) };
    await untilAvailable(() => poster.post('/graphql', token, JSON.stringify({ query, variables })));
  }
  poster.close();
};

/** Without delays, what each piece of work costs. */
const EACH_ALONE: readonly WorkloadName[] = [
  ...PRESENCE_WORKLOADS,
  NAMED_WORKLOAD,
  ...LATENCY_WORKLOADS,
  'counts-5000',
  'tell',
  'timeline',
];
/** With the default pace, how much is sent. */
const STORMS: readonly WorkloadName[] = ['counts-storm', 'tray'];

/** Starts the built server with these settings, and resolves when it is ready. */
export const startReady = async (env: Readonly<Record<string, string>>): Promise<Server> => {
  const server = await startServer(rollcallFile(), { HOST: '127.0.0.1', AUTH_JWT_SECRET: SECRET, ...env });
  try {
    await isReady(server.port);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
};

/**
 * Starts the built server, ready and with so many users of each kind. A `fresh` one was told of them in a process before this
 * one, on the same data.
 */
export const startRollcall = async (
  env: Readonly<Record<string, string>>,
  users: number,
  { fresh = false } = {},
): Promise<Server> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  const remove = () => rm(dataDir, { recursive: true, force: true });
  const whole = { DATA_DIR: join(dataDir, 'data'), ...env };
  try {
    const first = await startReady(whole);
    try {
      await introduce(first.port, everybody(users));
    } catch (error) {
      await first.stop();
      throw error;
    }
    if (fresh) await first.end();
    const server = fresh ? await startReady(whole) : first;
    return { ...server, stop: () => server.stop().finally(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
};

/** Users of each kind. */
const everybody = (count: number): readonly string[] => KINDS.flatMap((kind) => userIdsOf(kind, count));

const shared = async (backEnds: BackEnds) => ({
  REDIS_URL: await backEnds.redis(),
  DATABASE_URL: await backEnds.postgres(),
});

/** As a workload needs it. */
const startFor = ({ quick, workload }: StartOptions, env: Readonly<Record<string, string>>): Promise<Server> =>
  startRollcall(env, usersOf(quick), { fresh: isCold(workload) });

export const SERVERS = {
  ws: {
    title: 'bare ws',
    dialect: 'bare',
    workloads: [...PRESENCE_WORKLOADS, NAMED_WORKLOAD, ...LATENCY_WORKLOADS, 'counts-5000', 'counts-storm'],
    start: () => startServer(ownServer('bare.js')),
  },
  rollcall: {
    title: 'Rollcall, memory + PGlite',
    dialect: 'graphql',
    workloads: EACH_ALONE,
    start: (_, options) => startFor(options, EVERY_CHANGE),
  },
  'rollcall-redis': {
    title: 'Rollcall, Redis + PostgreSQL',
    dialect: 'graphql',
    workloads: EACH_ALONE,
    start: async (backEnds, options) => startFor(options, { ...EVERY_CHANGE, ...(await shared(backEnds)) }),
  },
  'rollcall-redis-2': {
    title: 'Rollcall, Redis + PostgreSQL, 2 workers',
    dialect: 'graphql',
    workloads: PRESENCE_WORKLOADS,
    start: async (backEnds, options) =>
      startFor(options, { ...EVERY_CHANGE, WORKERS: '2', ...(await shared(backEnds)) }),
  },
  'rollcall-no-wait': {
    title: 'Rollcall, memory + PGlite, no wait',
    dialect: 'graphql',
    workloads: LATENCY_WORKLOADS,
    start: (_, options) => startFor(options, { ...EVERY_CHANGE, ...NO_WAIT }),
  },
  'rollcall-redis-no-wait': {
    title: 'Rollcall, Redis + PostgreSQL, no wait',
    dialect: 'graphql',
    workloads: LATENCY_WORKLOADS,
    start: async (backEnds, options) => startFor(options, { ...EVERY_CHANGE, ...NO_WAIT, ...(await shared(backEnds)) }),
  },
  'rollcall-defaults': {
    title: 'Rollcall as it comes: interval 1 s, rates on',
    dialect: 'graphql',
    // Not one who is watched by many: a user who changes faster than the rates allow is refused, and that is the point of them.
    workloads: ['graph-1000', 'graph-5000', 'connect', 'mutations', ...STORMS],
    start: (_, options) => startFor(options, {}),
  },
  'rollcall-redis-defaults': {
    title: 'Rollcall as it comes, Redis + PostgreSQL',
    dialect: 'graphql',
    workloads: STORMS,
    start: async (backEnds, options) => startFor(options, await shared(backEnds)),
  },
  textbook: {
    title: 'textbook, Redis',
    dialect: 'graphql',
    workloads: [...PRESENCE_WORKLOADS, ...LATENCY_WORKLOADS],
    start: async (backEnds) => startServer(ownServer('textbook.js'), { REDIS_URL: await backEnds.redis() }),
  },
  'textbook-memory': {
    title: 'textbook, memory',
    dialect: 'graphql',
    workloads: PRESENCE_WORKLOADS,
    start: () => startServer(ownServer('textbook.js')),
  },
  'textbook-social': {
    title: 'textbook, Redis + PostgreSQL, a row a follower',
    dialect: 'graphql',
    workloads: ['counts-5000', 'tell', 'timeline', ...STORMS],
    start: async (backEnds, { quick }) => {
      const env = await shared(backEnds);
      const server = await startServer(ownServer('textbookSocial.js'), env);
      await introduce(server.port, everybody(usersOf(quick))).catch(async (error: unknown) => {
        await server.stop();
        throw error;
      });
      return server;
    },
  },
  socketio: {
    title: 'Socket.IO, Redis adapter',
    dialect: 'socketio',
    workloads: [...PRESENCE_WORKLOADS, ...LATENCY_WORKLOADS],
    // Not compiled: its packages are the benchmarks' own.
    start: async (backEnds) =>
      startServer(join(ROOT, 'bench', 'servers', 'socketio.mjs'), { REDIS_URL: await backEnds.redis() }),
  },
} as const satisfies Record<string, Contender>;

export type ServerName = keyof typeof SERVERS;
export const SERVER_NAMES = Object.keys(SERVERS) as readonly ServerName[];
