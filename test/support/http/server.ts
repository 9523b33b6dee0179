import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startBackEnds } from '../cluster/backEnds.js';
import { removeFolder } from '../cluster/folders.js';
import { createInbox } from '../unit/inbox.js';
import { UNOPTIMISED } from '../unit/v8Options.js';
import { bundle } from './bundle.js';
import { prepareData } from './preparedData.js';
import { TEST_SECRET } from './tokens.js';

const packageRoot = fileURLToPath(new URL('../../../', import.meta.url));

/** The built folder: `ROLLCALL_DIST`, `dist` when left out. */
const dist = resolve(packageRoot, process.env.ROLLCALL_DIST ?? 'dist');

/** The file that is started: `main.js` or another of the built folder. */
export function built(file: string): string {
  return resolve(dist, file);
}

/** Settings by name; undefined removes a default. */
export type Environment = Record<string, string | undefined>;

/** Limits and intervals out of the way, where they are not the subject. */
export const QUIET: Environment = {
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'info',
  // A second of each of hundreds of starts.
  WARM_UP: '0',
  AUTH_JWT_SECRET: TEST_SECRET,
  BROADCAST_INTERVAL: '0',
  RATE_PRESENCE: 'off',
  RATE_TYPING: 'off',
  RATE_MUTATIONS: 'off',
  RATE_READS: 'off',
  RATE_CONNECTIONS: 'off',
};

/** A process that has not said so by then hangs: on a busy machine a first start takes most of a minute. */
const LOGGED_WITHIN_MS = 100_000;

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** One child process, whatever it does, with what it printed. */
export interface Run {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Everything on stdout and stderr so far. */
  output(): string;
  /** Everything on stdout so far. */
  stdout(): string;
  /** The first line of the log, past or coming, whose `msg` is the one given. Fails if the process ends before. */
  logged(msg: string): Promise<Record<string, unknown>>;
  readonly exited: Promise<Exit>;
}

/**
 * Runs a built file with an environment that holds nothing but what is given (and PATH). `detached`: in a process group
 * of its own, as a terminal has it, so that `process.kill(-pid)` signals its own children too.
 */
export function run(file: string, args: readonly string[], env: Environment, { detached = false } = {}): Run {
  const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const child = spawn(process.execPath, [...UNOPTIMISED, built(file), ...args], {
    cwd: packageRoot,
    env: { PATH: process.env.PATH ?? '', ...Object.fromEntries(set) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached,
  });
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);

  let stdout = '';
  let stderr = '';
  let unread = '';
  const lines = createInbox<Record<string, unknown>>(`the log of ${file}`);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    unread += text;
    const whole = unread.split('\n');
    unread = whole.pop() ?? '';
    for (const line of whole) {
      if (line.startsWith('{')) lines.push(JSON.parse(line));
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exited = new Promise<Exit>((settle) => {
    child.on('close', (code, signal) => {
      process.removeListener('exit', endWithUs);
      lines.end(new Error(`${file} ended (${code ?? signal}):\n${stdout.slice(-2000)}${stderr.slice(-2000)}`));
      settle({ code, signal });
    });
  });
  return {
    child,
    pid: child.pid ?? -1,
    output: () => stdout + stderr,
    stdout: () => stdout,
    async logged(msg) {
      return (
        lines.transcript.find((line) => line.msg === msg) ??
        lines.nextWhere((line) => line.msg === msg, LOGGED_WITHIN_MS)
      );
    },
    exited,
  };
}

let bundled: Promise<string> | undefined;

/** Runs the built server from one file, which starts quicker. `QUIET` where nothing else is given. */
export const runServer = async (env: Environment): Promise<Run> => {
  bundled ??= bundle({ packageRoot, dist, options: UNOPTIMISED });
  return run(await bundled, [], { ...QUIET, ...env });
};

/** A server process that listens. Its address changes when it is started again. */
export interface ServerProcess {
  readonly origin: string;
  readonly url: string;
  readonly wsUrl: string;
  readonly run: Run;
  readonly dataDir: string;
  /** Signals and waits for the end; SIGTERM when left out. Stopping what has stopped is nothing. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
  /** Starts it again on the same data, after `stop`. */
  start(): Promise<void>;
  /** Stops it if need be and removes its data. */
  remove(): Promise<void>;
}

/** Data as a first start leaves it, made once for all that is built of the same sources, copied to a folder that is not there yet. */
export const copyPreparedData = async (folder: string): Promise<void> => {
  const prepared = await prepareData({
    cacheFolder: join(packageRoot, 'node_modules', '.cache', 'rollcall-e2e'),
    madeBy: [built('adapters/sql'), join(packageRoot, 'drizzle'), join(packageRoot, 'package-lock.json')],
    async firstStart(folder) {
      const first = await runServer({ DATA_DIR: folder });
      await first.logged('listening');
      first.child.kill('SIGTERM');
      await first.exited;
    },
  });
  await prepared.copyTo(folder);
};

/** Where the live store begins empty, it settles before it answers. */
const isReady = async (origin: string): Promise<void> => {
  while ((await fetch(`${origin}/ready`)).status !== 200) await wait(20);
};

/**
 * Starts the built server on a free port with back-ends of its own (see `startBackEnds`), and waits until it is ready.
 * `fromScratch` makes it a first start of the embedded database, which takes longer.
 */
export async function startProcess(env: Environment = {}, { fromScratch = false } = {}): Promise<ServerProcess> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-e2e-'));
  const backEnds = await startBackEnds();
  let current: Run;
  let port = 0;
  const start = async () => {
    current = await runServer({ DATA_DIR: join(dataDir, 'data'), ...backEnds?.env, ...env });
    port = Number((await current.logged('listening')).port);
    await isReady(`http://127.0.0.1:${port}`);
  };
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    current.child.kill(signal);
    return current.exited;
  };
  try {
    if (!fromScratch && !backEnds) await copyPreparedData(join(dataDir, 'data'));
    await start();
  } catch (error) {
    await backEnds?.stop();
    await removeFolder(dataDir);
    throw error;
  }
  return {
    get origin() {
      return `http://127.0.0.1:${port}`;
    },
    get url() {
      return `http://127.0.0.1:${port}/graphql`;
    },
    get wsUrl() {
      return `ws://127.0.0.1:${port}/graphql`;
    },
    get run() {
      return current;
    },
    dataDir,
    stop,
    start,
    async remove() {
      await stop('SIGKILL');
      await backEnds?.stop();
      await removeFolder(dataDir);
    },
  };
}
