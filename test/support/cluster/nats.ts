/** A NATS for a test: on a free port, in a folder of its own, stopped by process id; and who listens and tells there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { createInbox, type Inbox } from '../unit/inbox.js';
import { removeFolder } from './folders.js';
import { freePort } from './freePort.js';

export interface TestNats {
  readonly url: string;
  readonly port: number;
  /** Kills it, and waits for its end. */
  kill(): Promise<void>;
  /** Starts it on its port, the first time or after `kill`. */
  start(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** A message as it came. */
export interface Heard {
  readonly subject: string;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the JSON says.
  readonly body: any;
}

/** Somebody at a NATS. */
export interface Peer {
  readonly heard: Inbox<Heard>;
  /** Publishes, and waits until the server has it. A string is sent as it is. */
  tell(subject: string, body: unknown): Promise<void>;
  close(): Promise<void>;
}

const started = (child: ChildProcess): Promise<void> => {
  let printed = '';
  return new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('Server is ready')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`nats-server ended with ${code}: ${printed}`)));
  });
};

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', () => resolve()));

/** One that is started, unless `later` says otherwise, with further arguments of `nats-server`. */
export const startNats = async ({
  later = false,
  args = [],
}: {
  readonly later?: boolean;
  readonly args?: readonly string[];
} = {}): Promise<TestNats> => {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-nats-'));
  let child: ChildProcess | undefined;
  const start = async () => {
    child = spawn('nats-server', ['--addr', '127.0.0.1', '--port', String(port), ...args], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await started(child);
  };
  const kill = async () => {
    if (!child) return;
    child.kill('SIGKILL');
    await ended(child);
  };
  if (!later) await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    start,
    kill,
    signal: (signal) => void child?.kill(signal),
    async stop() {
      await kill();
      await removeFolder(folder);
    },
  };
};

/** Somebody who hears all that is published under `subject`, from now on. */
export const openPeer = async ({ url }: Pick<TestNats, 'url'>, subject = 'presence.>'): Promise<Peer> => {
  const connection: NatsConnection = await connect({ servers: url.replace('nats://', ''), maxReconnectAttempts: 0 });
  const heard = createInbox<Heard>(`NATS ${subject}`);
  connection.subscribe(subject, {
    callback(_, message) {
      heard.push({
        subject: message.subject,
        id: message.headers?.get('Nats-Msg-Id') ?? '',
        body: JSON.parse(message.string()),
      });
    },
  });
  await connection.flush();
  return {
    heard,
    async tell(to, body) {
      connection.publish(to, typeof body === 'string' ? body : JSON.stringify(body));
      await connection.flush();
    },
    close: () => connection.close(),
  };
};
