/** A Redis for a test: on a free port, in a folder of its own, stopped by process id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { removeFolder } from './folders.js';
import { freePort } from './freePort.js';

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Where its files are. */
  readonly folder: string;
  /** A client for the test. */
  readonly admin: Redis;
  signal(signal: NodeJS.Signals): void;
  /** Kills it, waits for its end, does `meanwhile`, and starts it again on the same port with what is on disk. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  /** The same, empty. */
  restartEmpty(): Promise<void>;
  stop(): Promise<void>;
}

const started = async (child: ChildProcess): Promise<void> => {
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      lines.push(chunk.toString());
      if (lines.join('').includes('Ready to accept connections')) resolve();
    });
    child.stderr?.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}: ${lines.join('')}`)));
  });
};

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', () => resolve()));

/** Starts `redis-server` with further arguments, such as `--cluster-enabled yes`. */
export const startRedis = async (args: readonly string[] = []): Promise<TestRedis> => {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-redis-'));
  const run = async () => {
    const child = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no', ...args],
      // Not our own stderr: Vitest does not end while anybody holds that.
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    await started(child);
    return child;
  };
  let child = await run();
  const restart = async (meanwhile: () => Promise<void> = async () => {}) => {
    child.kill('SIGKILL');
    await ended(child);
    await meanwhile();
    child = await run();
  };
  const admin = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  admin.on('error', () => {});
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    get pid() {
      return child.pid!;
    },
    admin,
    signal: (signal) => process.kill(child.pid!, signal),
    restart,
    restartEmpty: () =>
      restart(async () => {
        for (const name of await readdir(folder)) await removeFolder(join(folder, name));
      }),
    async stop() {
      admin.disconnect();
      child.kill('SIGKILL');
      await ended(child);
      await removeFolder(folder);
    },
  };
};
