/** A server in a process of its own, and a client in another. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ClientOrder } from './client/main.js';
import type { Reading } from './measure.js';
import { processesOf } from './processTree.js';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** What a server keeps of its output for the case that it ends. */
const LAST_OUTPUT = 4_000;

export interface Memory {
  readonly heap: number;
  readonly rss: number;
}

export interface Server {
  readonly pid: number;
  readonly port: number;
  /** Of `METRICS_PORT`; -1 without. */
  readonly metricsPort: number;
  /** After a collection. */
  memory(): Promise<Memory>;
  /** The longest stall of its event loop since this was last asked, in ms; 0 the first time. */
  stall(): Promise<number>;
  /** At once, with its workers. */
  stop(): Promise<void>;
  /** As an operator stops it, with what it has to write. */
  end(): Promise<void>;
}

/** One workload takes a minute or two at the slowest server. */
const CLIENT_WITHIN_MS = 15 * 60_000;

/** None of these outlives this process. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a process of the benchmarks, which does not outlive this one. `output` has the last of what it printed. */
export const launch = (
  file: string,
  args: readonly string[],
  execArgv: readonly string[],
  env: Record<string, string>,
) => {
  const child = fork(file, args, {
    execArgv: [...execArgv],
    env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  running.add(child);
  const ended = new Promise<string>((resolve) => child.once('exit', (code, signal) => resolve(`${signal ?? code}`)));
  void ended.then(() => running.delete(child));
  let output = '';
  const keep = (chunk: string) => {
    output = (output + chunk).slice(-LAST_OUTPUT);
  };
  child.stdout?.setEncoding('utf8').on('data', keep);
  child.stderr?.setEncoding('utf8').on('data', keep);
  return { child, ended, output: () => output };
};

/** The ports in the first line of JSON on stdout that has one. */
const announcedPorts = (child: ChildProcess): Promise<Pick<Server, 'port' | 'metricsPort'>> =>
  new Promise((resolve) => {
    let rest = '';
    child.stdout?.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (!line.startsWith('{')) continue;
        const { port, metricsPort = -1 } = JSON.parse(line) as { port?: number; metricsPort?: number };
        if (port !== undefined) resolve({ port, metricsPort });
      }
    });
  });

/** Where each server leaves a CPU profile when it ends; null: nowhere. */
const PROFILES = process.env.BENCH_PROFILES ?? null;

/** Starts a server with nothing in its environment but what is given, on a port that it chooses. */
export const startServer = async (file: string, env: Record<string, string> = {}): Promise<Server> => {
  const { child, ended, output } = launch(
    file,
    [],
    ['--expose-gc', ...(PROFILES ? ['--cpu-prof', '--cpu-prof-dir', PROFILES] : []), '--import', here('probe.js')],
    { PORT: '0', ...env },
  );
  const ports = await Promise.race([
    announcedPorts(child),
    ended.then((how): never => {
      throw new Error(`${file} ended (${how}) before it listened:\n${output()}`);
    }),
  ]);
  return {
    ...ports,
    pid: child.pid ?? -1,
    memory: () =>
      new Promise((resolve) => {
        child.once('message', (answer) => resolve(answer as Memory));
        child.send('memory');
      }),
    stall: () =>
      new Promise((resolve) => {
        child.once('message', (answer) => resolve((answer as { readonly stallMs: number }).stallMs));
        child.send('stall');
      }),
    async stop() {
      // A profile is written at an end of the server's own.
      if (PROFILES) child.kill('SIGTERM');
      // Workers would stop gracefully, beside the next server.
      else for (const each of processesOf(child.pid ?? -1)) process.kill(each, 'SIGKILL');
      await ended;
    },
    async end() {
      child.kill('SIGTERM');
      await ended;
    },
  };
};

/** Runs one workload in a client of its own. Throws with what the client said where it failed. */
export const runClient = async (
  server: Server,
  order: Omit<ClientOrder, 'pid' | 'port'>,
): Promise<readonly Reading[]> => {
  const whole: ClientOrder = { ...order, pid: server.pid, port: server.port };
  const { child, ended, output } = launch(here('client/main.js'), [JSON.stringify(whole)], [], {});
  let readings: readonly Reading[] | null = null;
  child.on('message', (message) => {
    if (message === 'memory') void server.memory().then((memory) => child.send(memory));
    else readings = (message as { readings: readonly Reading[] }).readings;
  });
  const late = setTimeout(() => child.kill('SIGKILL'), CLIENT_WITHIN_MS);
  const how = await ended;
  clearTimeout(late);
  if (readings === null) throw new Error(`The client ended (${how}):\n${output()}`);
  return readings;
};
