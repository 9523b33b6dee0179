/** A PgBouncer of one's own, in front of a PostgreSQL server. */
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './freePort.js';

export interface TestPgBouncer {
  /** The same database as the server's URL names, through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it on a free port with the settings of its package, but for those given. As root it runs as `postgres`. */
export const startPgBouncer = async (
  postgresUrl: string,
  settings: Readonly<Record<string, string>>,
): Promise<TestPgBouncer> => {
  const { hostname, port: serverPort, username, password, pathname } = new URL(postgresUrl);
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-pgbouncer-'));
  await chmod(folder, 0o755);
  const port = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  const lines = [
    '[databases]',
    `* = host=${hostname} port=${serverPort} user=${username} password=${password}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    // The user of the line above is taken, whoever asks.
    'auth_type = any',
    ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
  ];
  await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o644 });
  const asRoot = process.getuid?.() === 0;
  const child = spawn('pgbouncer', [...(asRoot ? ['-u', 'postgres'] : []), file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // Not everybody's path has the folder of daemons.
    env: { PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin` },
  });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => reject(new Error(`pgbouncer ended:\n${said}`)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('process up')) resolve();
    });
  });
  return {
    url: `postgres://${username}@127.0.0.1:${port}${pathname}`,
    async stop() {
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
};
