import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sql } from 'drizzle-orm';
import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPglite } from '../../src/adapters/sql/pglite.js';
import { removeFolder } from '../support/cluster/folders.js';
import { freePort } from '../support/cluster/freePort.js';
import { post } from '../support/http/http.js';
import { openRaw } from '../support/http/raw.js';
import { serve } from '../support/http/rollcall.js';
import { built, copyPreparedData, type Environment, QUIET, run } from '../support/http/server.js';
import { connectSocket } from '../support/http/socket.js';
import { TEST_SECRET } from '../support/http/tokens.js';

const ME = '{ me { userId } }';

/** Runs the server with settings that it should refuse, and gives what it said. */
async function refused(env: Environment): Promise<{ code: number | null; output: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-e2e-'));
  onTestFinished(() => removeFolder(folder));
  const process = run('main.js', [], { NODE_ENV: 'production', PORT: '0', DATA_DIR: join(folder, 'data'), ...env });
  onTestFinished(async () => {
    process.child.kill('SIGKILL');
    await process.exited;
  });
  const { code } = await process.exited;
  return { code, output: process.output() };
}

describe('the server refuses to start', () => {
  it('in production with neither a secret nor keys', async () => {
    const { code, output } = await refused({});
    expect(code).not.toBe(0);
    expect(code).not.toBeNull();
    expect(output).toContain('AUTH_JWT_SECRET');
    expect(output).toContain('AUTH_JWKS_URL');
  });

  it('with settings that make no sense, and names all of them at once', async () => {
    const { code, output } = await refused({
      AUTH_JWT_SECRET: TEST_SECRET,
      PORT: 'eighty',
      HEARTBEAT_TIMEOUT: '-1s',
      TYPING_TIMEOUT: '0',
      RATE_PRESENCE: 'often',
      SESSION_TTL: 'a while',
      RELATIONS_BY_USERS: 'perhaps',
    });
    expect(code).not.toBe(0);
    expect(code).not.toBeNull();
    for (const name of [
      'PORT',
      'HEARTBEAT_TIMEOUT',
      'TYPING_TIMEOUT',
      'RATE_PRESENCE',
      'SESSION_TTL',
      'RELATIONS_BY_USERS',
    ]) {
      expect(output).toContain(name);
    }
  });
});

describe('the command line', () => {
  /** What a command prints, and its exit code. */
  async function ran(...args: string[]): Promise<{ code: number | null; output: string }> {
    const process = run('main.js', args, {});
    const { code } = await process.exited;
    return { code, output: process.output() };
  }

  it('tells its commands and settings, and its version', async () => {
    expect(await ran('--help')).toEqual({ code: 0, output: expect.stringContaining('Usage: rollcall') });
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await ran('--version')).toEqual({ code: 0, output: `${version}\n` });
  });

  it('prints a token', async () => {
    const process = run('main.js', ['token', 'ada'], { AUTH_JWT_SECRET: TEST_SECRET });
    expect((await process.exited).code).toBe(0);
    expect(process.output()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  });

  it('starts nothing by a word that is no command', async () => {
    expect(await ran('--port', '80')).toEqual({
      code: 1,
      output: expect.stringMatching(/^"--port" is no command\. .*\n$/),
    });
  });
});

it('at a terminal a start that fails says why in a plain sentence', async () => {
  const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-e2e-'));
  onTestFinished(() => removeFolder(folder));
  const env = { ...process.env, NODE_ENV: 'production', AUTH_JWT_SECRET: TEST_SECRET, DATA_DIR: '/sys/rollcall' };
  const terminal = (settings: object) =>
    spawnSync('script', ['-qec', `${process.execPath} ${main}`, '/dev/null'], {
      env: { ...env, ...settings },
      encoding: 'utf8',
    });
  const plain = terminal({});
  expect(plain.status).toBe(1);
  expect(plain.stdout.replaceAll('\r', '')).toMatch(/^\nDATA_DIR \(\/sys\/rollcall\) .*[^\n]\n\n$/);
  const settings = terminal({ PORT: 'x', GRAPHIQL: 'yes' });
  expect(settings.stdout.replaceAll('\r', '')).toMatch(/^\nPORT must .*\nGRAPHIQL must .*\n\n$/);
});

it('Ctrl-C while the first database is made ends the start in one line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-e2e-'));
  onTestFinished(() => removeFolder(folder));
  const dataDir = join(folder, 'data');
  const starting = run('main.js', [], { PORT: '0', DATA_DIR: dataDir }, { detached: true });
  await expect.poll(() => existsSync(join(dataDir, 'pglite.new')), { timeout: 30_000 }).toBe(true);
  process.kill(-starting.pid, 'SIGINT');
  expect(await starting.exited).toEqual({ code: 0, signal: null });
  expect(starting.output().trim().split('\n')).toEqual([
    expect.stringMatching(/"signal":"SIGINT","msg":"stopped before the start was over"/),
  ]);
});

it('a start that warms up serves clients of its own, of whom nothing is left', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-e2e-'));
  onTestFinished(() => removeFolder(folder));
  const DATA_DIR = join(folder, 'data');
  await copyPreparedData(DATA_DIR);
  const server = run('main.js', [], { ...QUIET, DATA_DIR, WARM_UP: '10s', LOG_LEVEL: 'debug', METRICS_PORT: '0' });
  const { clients, ms } = await server.logged('warmed up');
  expect(clients).toBeGreaterThan(0);
  expect(ms).toBeGreaterThan(0);
  const { metricsPort } = await server.logged('listening');
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const counted =
    /^rollcall_(?:deliveries|sign_ins|subscriptions|sessions|connected|connections|watched|bus)\S* (?!0$)/;
  const happened = /^rollcall_transitions_total\{kind="(?!store_settled)/;
  expect(metrics.split('\n').filter((line) => counted.test(line) || happened.test(line))).toEqual([]);
  server.child.kill('SIGTERM');
  expect(await server.exited).toEqual({ code: 0, signal: null });
  expect(server.output()).not.toMatch(/"userId"|"level":[4-6]0/);
  const { db, close } = await openPglite({ dataDir: DATA_DIR });
  onTestFinished(close);
  const tables = ['users', 'presence_journal', 'follows', 'fact_log'];
  const counts = tables.map((table) => sql`(select count(*)::int from ${sql.identifier(table)})`);
  const written = await db.run((orm) =>
    orm.select({ rows: sql<number>`${sql.join(counts, sql` + `)}` }).from(sql`(select 1) as one`),
  );
  expect(written).toEqual([{ rows: 0 }]);
});

describe('the code of a door', () => {
  /** Every module that a server had loaded by its end, as V8 lists them. */
  async function modulesOf(env: Environment): Promise<readonly string[]> {
    const folder = await mkdtemp(join(tmpdir(), 'rollcall-e2e-'));
    onTestFinished(() => removeFolder(folder));
    const DATA_DIR = join(folder, 'data');
    await copyPreparedData(DATA_DIR);
    const coverage = join(folder, 'coverage');
    const server = run('main.js', [], { ...QUIET, DATA_DIR, NODE_V8_COVERAGE: coverage, ...env });
    await server.logged('listening');
    server.child.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    const lists = await Promise.all((await readdir(coverage)).map((file) => readFile(join(coverage, file), 'utf8')));
    return lists.flatMap((list) => (JSON.parse(list) as { result: { url: string }[] }).result.map(({ url }) => url));
  }

  it('is not loaded while the door is closed', async () => {
    const modules = await modulesOf({});
    expect(modules).toContain(pathToFileURL(built('openDoors.js')).href);
    const isOfDoor = (url: string) => /\/dist\/(?:doors|server\/(?:rest|ws\/dialects))\/|\/@nats-io\//.test(url);
    expect(modules.filter(isOfDoor)).toEqual([]);
  });

  it('is loaded where the door is open', async () => {
    const STREAM_URL = `http://127.0.0.1:${await freePort()}`;
    const modules = await modulesOf({ NODE_ENV: undefined, STREAM_URL, STREAM_KEY: 'key', STREAM_SECRET: 'secret' });
    expect(modules).toContain(pathToFileURL(built('doors/stream/streamDoor.js')).href);
  });
});

describe('in development with no secret', async () => {
  const rollcall = await serve({ NODE_ENV: undefined, AUTH_JWT_SECRET: undefined }, { fromScratch: true });

  /** The tokens of the links that were printed. */
  async function printedTokens(): Promise<string[]> {
    const found = () => [...rollcall.run.output().matchAll(/#token=([\w.-]+)/g)].map((match) => match[1] ?? '');
    await expect.poll(() => found().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(4);
    return [...new Set(found())];
  }

  it('demo users, who know each other, get tokens and links', async () => {
    const tokens = await printedTokens();
    const names = new Set<string>();
    for (const token of tokens) {
      const { body } = await post(
        rollcall.url,
        token,
        '{ me { userId } roster { edges { node { id user { name } } } } }',
      );
      const { me, roster } = body.data as { me: { userId: string }; roster: { edges: unknown[] } };
      names.add(me.userId);
      expect(roster.edges.length).toBeGreaterThan(0);
    }
    expect(names.size).toBeGreaterThanOrEqual(4);
  });

  it('two demo users see each other live', async () => {
    const [first, second] = await printedTokens();
    const one = await connectSocket(rollcall.wsUrl, { authorization: `Bearer ${first}`, presence: false });
    const two = await connectSocket(rollcall.wsUrl, { authorization: `Bearer ${second}`, device: 'WEB' });
    const { userId } = await two.me();
    const watching = one.watch([userId]);
    expect((await watching.next()).status).toBe('ONLINE');
    await two.say('hello');
    expect((await watching.next()).statusMessage?.text).toBe('hello');
  });

  it('GraphiQL is served, with nothing loaded from outside', async () => {
    const page = await fetch(rollcall.url, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    // What scripts hold may look like tags, and is no tag.
    const html = (await page.text()).replaceAll(/(<script\b[^>]*>)[\s\S]*?<\/script>/g, '$1');
    const loaded = [...html.matchAll(/<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=["']?([^"'\s>]+)/gi)].map(
      (match) => match[1] ?? '',
    );
    expect(loaded.filter((address) => /^(?:https?:)?\/\//.test(address))).toEqual([]);
    expect(html).not.toMatch(/url\(["']?(?:https?:)?\/\/|@import/);
    for (const address of loaded.filter((one) => !one.startsWith('data:'))) {
      expect((await fetch(new URL(address, rollcall.url))).status).toBe(200);
    }
  });

  it('introspection needs no token, and anything else does', async () => {
    const introspected = await post(rollcall.url, null, getIntrospectionQuery());
    expect(introspected.body.errors).toBeUndefined();
    expect(introspected.body.data?.__schema).toBeDefined();
    expect((await post(rollcall.url, null, ME)).status).toBe(401);
  });

  it('any loopback origin may connect, and no other', async () => {
    for (const origin of ['http://localhost:3000', 'http://127.0.0.1:5173', 'http://[::1]:8080']) {
      (await openRaw(rollcall.wsUrl, { headers: { origin } })).terminate();
    }
    await expect(openRaw(rollcall.wsUrl, { headers: { origin: 'https://evil.example.test' } })).rejects.toMatchObject({
      status: 403,
    });
  });
});

describe('in production', async () => {
  const rollcall = await serve();

  it('there is no GraphiQL, and introspection is for signed-in users', async () => {
    const page = await fetch(rollcall.url, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type') ?? '').not.toContain('text/html');
    const introspection = getIntrospectionQuery();
    expect((await post(rollcall.url, null, introspection)).status).toBe(401);
    const { body } = await rollcall.host.ask(introspection);
    expect(body.errors).toBeUndefined();
    expect(body.data?.__schema).toBeDefined();
    const socket = await rollcall.host.lurk();
    expect(await socket.execute(introspection)).toHaveProperty('__schema');
  });

  it('faults suggest nothing and show no stack', async () => {
    const socket = await rollcall.host.lurk();
    const wrong = [
      '{ me { userIdd } }',
      '{ mee { userId } }',
      'mutation { folow(userId: "x") }',
      '{ me(',
      '{ typing }',
    ];
    for (const document of wrong) {
      const { text } = await rollcall.host.ask(document);
      const overSocket: unknown = await socket.execute(document).catch((error: { errors: unknown }) => error.errors);
      for (const said of [text, JSON.stringify(overSocket)]) {
        expect(said).toContain('message');
        expect(said).not.toMatch(/did you mean/i);
        expect(said).not.toMatch(/\bat .*:\d+:\d+|node_modules|stack/);
      }
    }
  });

  it('a second process refuses to start on the same data, and the first goes on', async () => {
    const second = await refused({ AUTH_JWT_SECRET: TEST_SECRET, DATA_DIR: join(rollcall.dataDir, 'data') });
    expect(second.code).not.toBe(0);
    expect(second.code).not.toBeNull();
    expect(second.output).toContain('DATA_DIR');
    const [bob] = await rollcall.strangers('bob');
    expect((await bob.me()).userId).toBe(bob.id);
  });

  it('a token made by the command is taken', async () => {
    const made = run('cli/token.js', ['bob'], { NODE_ENV: 'production', AUTH_JWT_SECRET: TEST_SECRET });
    expect((await made.exited).code).toBe(0);
    const { body } = await post(rollcall.url, made.stdout().trim(), ME);
    expect(body.data).toEqual({ me: { userId: 'bob' } });
    expect((await post(rollcall.url, made.stdout().trim(), '{ online { totalCount } }')).body.errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);

    const service = run('cli/token.js', ['back-end', '--service'], {
      NODE_ENV: 'production',
      AUTH_JWT_SECRET: TEST_SECRET,
    });
    expect((await service.exited).code).toBe(0);
    const online = await post(rollcall.url, service.stdout().trim(), '{ online { totalCount } }');
    expect(online.body.errors).toBeUndefined();
  });
});
