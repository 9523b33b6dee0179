/** A start that cannot go on logs one line, which names a setting and what to do. */
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/cluster/database.js';
import { removeFolder } from '../support/cluster/folders.js';
import { freePort } from '../support/cluster/freePort.js';
import { startRedis } from '../support/cluster/redis.js';
import { copyPreparedData, type Environment, QUIET, type Run, run, runServer } from '../support/http/server.js';

const PATIENTLY = { timeout: 30_000 };

/** Run after all tests, the latest first: some tests run concurrently. */
const cleaningUp: (() => unknown)[] = [];
afterAll(async () => {
  for (const clean of cleaningUp.reverse()) await clean();
});

const tempFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-start-'));
  cleaningUp.push(() => removeFolder(folder));
  return folder;
};

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  cleaningUp.push(() => database.drop());
});

/** As it is installed, where how code is loaded may tell; all else starts from one file, in half the CPU time. */
const installed = async (env: Environment): Promise<Run> => run('main.js', [], { ...QUIET, ...env });

const start = async (env: Environment, from = runServer): Promise<Run> => {
  const base = {
    DATA_DIR: join(await tempFolder(), 'data'),
    // Opens sooner than an embedded database is created.
    DATABASE_URL: 'DATA_DIR' in env ? undefined : database.url,
  };
  const process = await from({ ...base, ...env });
  cleaningUp.push(async () => {
    process.child.kill('SIGKILL');
    await process.exited;
  });
  return process;
};

/** The last line that a failed start logged; everything printed has to be lines of the log. */
const faultOf = async (env: Environment, from = runServer): Promise<{ level: number; msg: string }> => {
  const process = await start(env, from);
  expect(await process.exited).toEqual({ code: 1, signal: null });
  const lines = process
    .output()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const fatal = lines.filter(({ level }) => level === 60);
  for (const line of lines) expect(line).not.toHaveProperty('err.stack');
  expect(fatal).toHaveLength(1);
  expect(fatal[0]).not.toHaveProperty('err');
  expect(fatal[0].msg).not.toContain('\n');
  return fatal[0];
};

/** A server on 127.0.0.1 that gives every Redis command the same answer. */
const listening = async (answer = '') => {
  const server = createServer((socket) => {
    socket.setEncoding('latin1').on('data', (text: string) => {
      for (const _ of text.matchAll(/^\*\d+\r\n/gm)) socket.write(answer);
    });
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleaningUp.push(() => server.close());
  return (server.address() as AddressInfo).port;
};

describe('a start that cannot listen names the setting', () => {
  it.each(['PORT', 'METRICS_PORT'])('%s is in use', async (setting) => {
    const port = await listening();
    const { msg } = await faultOf({ [setting]: String(port) }, setting === 'PORT' ? installed : runServer);
    expect(msg).toMatch(new RegExp(`^${setting} ${port} is in use on 127.0.0.1. .* set ${setting} to another`));
  });

  it.each([
    ['192.0.2.1', /^HOST 192.0.2.1 is no address of this machine/],
    ['nowhere.invalid', /^HOST nowhere.invalid is a name that has no address/],
  ])('HOST is %s', async (HOST, sentence) => {
    expect((await faultOf({ HOST })).msg).toMatch(sentence);
  });
});

describe('a start without a folder for its data names DATA_DIR', () => {
  it.each([
    ['a file', ''],
    ['below a file', 'data'],
  ])('which is %s', async (_, below) => {
    const file = join(await tempFolder(), 'file');
    await writeFile(file, '');
    const { msg } = await faultOf({ DATA_DIR: join(file, below) });
    expect(msg).toMatch(/^DATA_DIR \(.*\) is no folder, or lies in a file .* set DATA_DIR to another folder/);
  });

  it('which may not be written, also by the secret of development', async () => {
    const refused = /^DATA_DIR \(\/sys\/rollcall\) (may not be written|is on a file system that may only be read)/;
    expect((await faultOf({ DATA_DIR: '/sys/rollcall' })).msg).toMatch(refused);
    const development = { DATA_DIR: '/sys/rollcall', NODE_ENV: undefined, AUTH_JWT_SECRET: undefined };
    expect((await faultOf(development)).msg).toMatch(refused);
  });

  it('which another server uses', async () => {
    const DATA_DIR = join(await tempFolder(), 'data');
    await copyPreparedData(DATA_DIR);
    const first = await start({ DATA_DIR });
    await first.logged('listening');
    expect((await faultOf({ DATA_DIR })).msg).toMatch(/^DATA_DIR .* is in use by another server \(process \d+\)/);
  });

  it('which holds a database of another version, or a broken one', async () => {
    const DATA_DIR = join(await tempFolder(), 'data');
    await mkdir(join(DATA_DIR, 'pglite'), { recursive: true });
    await writeFile(join(DATA_DIR, 'pglite', 'PG_VERSION'), '17\n');
    expect((await faultOf({ DATA_DIR })).msg).toMatch(/^DATA_DIR .* holds a database of version 17, and this release/);
    await writeFile(join(DATA_DIR, 'pglite', 'PG_VERSION'), '18\n');
    expect((await faultOf({ DATA_DIR }, installed)).msg).toMatch(
      /^DATA_DIR .* holds a database that cannot be opened: /,
    );
  });
});

// Concurrently: a start waits for seconds for a Redis that does not answer.
describe.concurrent('a start without its back-ends names their URL, and not their password', () => {
  const urlWith = (parts: Partial<Record<'port' | 'password' | 'pathname' | 'hostname', string>>) =>
    Object.assign(new URL(database.url), parts).href;

  it('PostgreSQL that is not there', async () => {
    const port = String(await freePort());
    for (const hostname of ['127.0.0.1', 'localhost']) {
      const { msg } = await faultOf({ DATABASE_URL: urlWith({ port, hostname }) });
      expect(msg).toMatch(/^The database of DATABASE_URL could not be opened: connect ECONNREFUSED .* can be reached/);
      expect(msg).not.toContain('rollcall');
    }
  });

  it('PostgreSQL that refuses the password', async () => {
    const { msg } = await faultOf({ DATABASE_URL: urlWith({ password: 'hunter2' }) });
    expect(msg).toMatch(/DATABASE_URL .*password authentication failed .*Correct the user and the password/);
    expect(msg).not.toContain('hunter2');
  });

  it('PostgreSQL without the database', async () => {
    const { msg } = await faultOf({ DATABASE_URL: urlWith({ pathname: '/nowhere' }) });
    expect(msg).toMatch(/DATABASE_URL .*database "nowhere" does not exist. Make that database/);
  });

  it('PostgreSQL that lets the user make no tables', async () => {
    const admin = postgres(database.url, { max: 1, onnotice: () => {} });
    cleaningUp.push(() => admin.end());
    const guest = `guest_of_${new URL(database.url).pathname.slice(1)}`;
    await admin.unsafe(`create user ${guest} password 'guest'`);
    cleaningUp.push(() => admin.unsafe(`drop user ${guest}`));
    const { msg } = await faultOf({
      DATABASE_URL: database.url.replace('//rollcall:rollcall@', `//${guest}:guest@`),
    });
    expect(msg).toMatch(/DATABASE_URL .*permission denied for database rollcall_\w+. Let that user create/);
  });

  it('Redis that is not there', async () => {
    const REDIS_URL = `redis://localhost:${await freePort()}`;
    const { msg } = await faultOf({ REDIS_URL });
    expect(msg).toMatch(/^Redis cannot be used at REDIS_URL: connect ECONNREFUSED .* can be reached from here\.$/);
  });

  it('Redis that wants another password, or any', async () => {
    const redis = await startRedis();
    cleaningUp.push(() => redis.stop());
    await redis.admin.config('SET', 'requirepass', 'rollcall');
    const urls = ['', ':hunter2@'].map((credentials) => redis.url.replace('//', `//${credentials}`));
    for (const { msg } of await Promise.all(urls.map((REDIS_URL) => faultOf({ REDIS_URL })))) {
      expect(msg).toMatch(/REDIS_URL: (NOAUTH|WRONGPASS) .*Correct the user and the password in REDIS_URL/);
      expect(msg).not.toContain('hunter2');
    }
  });

  it('Redis that reads its data', async () => {
    const port = await listening('-LOADING Redis is loading the dataset in memory\r\n');
    const { msg } = await faultOf({ REDIS_URL: `redis://127.0.0.1:${port}` });
    expect(msg).toMatch(/REDIS_URL: LOADING .* Start again when it has read its data/);
  });

  it('development makes no demo users in a database that is not its own', async () => {
    const { logged, output, child, exited } = await start({
      NODE_ENV: undefined,
      AUTH_JWT_SECRET: undefined,
    });
    await logged('listening');
    await vi.waitUntil(() => output().includes('back end'), PATIENTLY);
    expect(output()).not.toContain('#token=');
    const admin = postgres(database.url, { max: 1 });
    expect(await admin`select * from users`).toEqual([]);
    await admin.end();
    child.kill();
    await exited;
  });
});

describe('uncaught failures and warnings', () => {
  /** Starts a server in which the code runs once it listens. */
  const startWith = async (code: string, from = runServer): Promise<Run> => {
    const script = encodeURIComponent(`process.once("SIGUSR2", () => { ${code} })`);
    const process = await start({ NODE_OPTIONS: `--import=data:text/javascript,${script}` }, from);
    await process.logged('listening');
    process.child.kill('SIGUSR2');
    return process;
  };

  it.each([
    ['an exception', 'throw new TypeError("oops")'],
    ['a rejection', 'Promise.reject(new TypeError("oops"))'],
  ])('%s is a line of the log, and ends the process', async (_, code) => {
    const process = await startWith(code);
    expect(await process.exited).toEqual({ code: 1, signal: null });
    const lines = process
      .output()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ level: 60, err: { type: 'TypeError', message: 'oops' } });
  });

  it('a warning of Node.js is a line of the log', async () => {
    const process = await startWith('process.emitWarning("careful")', installed);
    expect(await process.logged('a warning of Node.js')).toMatchObject({ level: 40, err: { message: 'careful' } });
    expect(process.output()).not.toMatch(/^[^{]/m);
  });

  it('each setting that cannot be used is one line', async () => {
    const process = await start({ PORT: 'x', GRAPHIQL: 'yes', LOG_LEVEL: 'silent' }, installed);
    expect((await process.exited).code).toBe(1);
    const lines = process
      .output()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { level: 60, msg: expect.stringMatching(/^PORT must/) },
      { level: 60, msg: expect.stringMatching(/^GRAPHIQL must/) },
    ]);
  });

  it('a variable that looks misspelt is a line at `warn`, and the start goes on', async () => {
    const process = await start({ RATE_WRITES: '5,5s' });
    expect(await process.logged('RATE_WRITES is no setting, and is passed over; the nearest is RATE_READS.')).toEqual(
      expect.objectContaining({ level: 40 }),
    );
    await process.logged('listening');
  });
});
