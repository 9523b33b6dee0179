/** One built server in a process of its own, on a port that it keeps over restarts. */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/cluster/freePort.js';
import type { Inside } from './probe.js';

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly err?: { readonly message: string; readonly stack?: string };
}

export interface SoakNode {
  readonly name: string;
  readonly port: number;
  readonly metricsPort: number;
  readonly pid: number;
  /** `counting` objects stops the node for a second. */
  inside(counting: boolean): Promise<Inside>;
  /** Ends it by that signal and starts it again. */
  restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 90_000;
const LAST_OUTPUT = 8_000;

/** None of these outlives this process. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** `onLine` is given every line of the log. An end that nobody asked for is an error of `onLine`, too. */
export const startNode = async ({
  name,
  dist,
  env,
  onLine,
}: {
  readonly name: string;
  /** The built folder. */
  readonly dist: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onLine: (name: string, line: LogLine) => void;
}): Promise<SoakNode> => {
  const [port, metricsPort] = [await freePort(), await freePort()];
  let asked = false;

  const start = async (): Promise<ChildProcess> => {
    asked = false;
    const child = fork(`${dist}/main.js`, [], {
      // SIGUSR2 leaves a snapshot of the heap in the folder in which the run was started.
      execArgv: [
        '--expose-gc',
        '--heapsnapshot-signal=SIGUSR2',
        '--import',
        fileURLToPath(new URL('probe.js', import.meta.url)),
      ],
      env: {
        PATH: process.env.PATH ?? '',
        SOAK_DIST: dist,
        HOST: '127.0.0.1',
        PORT: String(port),
        METRICS_PORT: String(metricsPort),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    running.add(child);
    let rest = '';
    let output = '';
    const read = (text: string) => {
      output = (output + text).slice(-LAST_OUTPUT);
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('{')) onLine(name, JSON.parse(line) as LogLine);
    };
    child.stdout?.setEncoding('utf8').on('data', read);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-LAST_OUTPUT);
    });
    child.once('exit', (code, signal) => {
      running.delete(child);
      if (!asked) onLine(name, { level: 60, msg: `${name} ended by itself (${signal ?? code}): ${output}` });
    });
    const endsAt = performance.now() + READY_WITHIN_MS;
    while (!(await isReady(port))) {
      if (performance.now() > endsAt || child.exitCode !== null) throw new Error(`${name} is not ready:\n${output}`);
      await wait(100);
    }
    return child;
  };
  const end = async (child: ChildProcess, signal: NodeJS.Signals) => {
    asked = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };

  let child = await start();
  return {
    name,
    port,
    metricsPort,
    get pid() {
      return child.pid ?? -1;
    },
    inside: (counting) =>
      new Promise((resolve) => {
        child.once('message', (answer) => resolve(answer as Inside));
        child.send(counting ? 'objects' : 'inside');
      }),
    async restart(signal) {
      await end(child, signal);
      child = await start();
    },
    stop: () => end(child, 'SIGTERM'),
  };
};

const isReady = async (port: number): Promise<boolean> => {
  try {
    const { status } = await fetch(`http://127.0.0.1:${port}/ready`, { signal: AbortSignal.timeout(2_000) });
    return status === 200;
  } catch {
    return false;
  }
};
