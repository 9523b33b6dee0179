/** A Redis of one's own: a free port, a folder of its own, stopped by process id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** A client of the test's own. */
  readonly admin: Redis;
  signal(signal: NodeJS.Signals): void;
  /** Kills it and starts it again on the same port, empty. */
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
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await started(child);
    return child;
  };
  let child = await run();
  const admin = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  admin.on('error', () => {});
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return child.pid!;
    },
    admin,
    signal: (signal) => process.kill(child.pid!, signal),
    async restartEmpty() {
      child.kill('SIGKILL');
      await ended(child);
      child = await run();
    },
    async stop() {
      admin.disconnect();
      child.kill('SIGKILL');
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
