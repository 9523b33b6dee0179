/**
 * Runs the tests that need nothing beside npm, and a start of the server, on each release of Node.js that is supported:
 * `npm run test:nodes`, or `npm run test:nodes -- 22 24` for some of them. The releases are npm's packages of Node.js, in
 * a temporary folder. One that cannot be had is named, and is no failure; the exit code is 1 where another fails.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
/** The oldest of package.json's `engines`, and the newest of each later even release. */
const RELEASES = ['20.19', '22', '24', '26'];
/** For how long a server may take to start, and then to stop, in ms. */
const START_MS = 60_000;
const STOP_MS = 20_000;

const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
};

/** Installs a release, and gives the path of its `node`; undefined where it cannot be had. */
const install = (release, folder) => {
  const prefix = join(folder, release);
  const { status } = spawnSync(
    'npm',
    ['install', '--prefix', prefix, '--no-audit', '--no-fund', '--loglevel', 'error', `node@${release}`],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const node = join(prefix, 'node_modules/node/bin/node');
  return status === 0 && existsSync(node) ? node : undefined;
};

/** Starts the server, asks for its health and one query, and stops it. Throws where any of that fails. */
const start = async (node, folder) => {
  const port = await freePort();
  const env = { PATH: process.env.PATH, PORT: String(port), HOST: '127.0.0.1', DATA_DIR: join(folder, 'data') };
  const server = spawn(node, ['dist/main.js'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(server, 'exit');
  let output = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (data) => (output += data));
  try {
    const url = `http://127.0.0.1:${port}`;
    const until = Date.now() + START_MS;
    let health;
    while (!health?.ok) {
      if (server.exitCode !== null) throw new Error('the server ended while it started');
      if (Date.now() > until) throw new Error('the server does not answer /health');
      await new Promise((wake) => setTimeout(wake, 100));
      health = await fetch(`${url}/health`).catch(() => undefined);
    }
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    const { data } = await answer.json();
    if (data?.__typename !== 'Query') throw new Error(`a query is answered with ${answer.status}`);
    server.kill('SIGTERM');
    const stopped = AbortSignal.timeout(STOP_MS);
    const [code, signal] = await Promise.race([
      exited,
      once(stopped, 'abort').then(() => {
        throw new Error('the server does not stop');
      }),
    ]);
    if (code !== 0) throw new Error(`the server ended with ${code ?? signal}`);
  } catch (error) {
    throw new Error(`${error.message}; it said:\n${output}`);
  } finally {
    server.kill('SIGKILL');
  }
};

const releases = process.argv.length > 2 ? process.argv.slice(2) : RELEASES;
const folder = mkdtempSync(join(tmpdir(), 'rollcall-nodes-'));
const [missing, failed] = [[], []];
try {
  for (const release of releases) {
    const node = install(release, folder);
    if (!node) {
      missing.push(release);
      continue;
    }
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
    console.log(`\n== Node.js ${version}`);
    const tests = spawnSync(node, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--reporter', 'dot'], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, PATH: `${join(node, '..')}:${process.env.PATH}` },
    });
    if (tests.status !== 0) failed.push(`${version}: the tests`);
    try {
      await start(node, join(folder, release));
      console.log(`starts, answers and stops on ${version}`);
    } catch (error) {
      console.error(error.message);
      failed.push(`${version}: the start`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (missing.length > 0) console.log(`Not tried, as npm does not bring it: Node.js ${missing.join(', ')}.`);
if (failed.length > 0) console.error(`Failed on ${failed.join('; ')}.`);
process.exitCode = failed.length > 0 ? 1 : 0;
