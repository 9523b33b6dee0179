/** Starts of several workers that cannot go on, and what is said once. */
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Cluster } from '../support/cluster/cluster.js';
import { removeFolder } from '../support/cluster/folders.js';
import { freePort } from '../support/cluster/freePort.js';
import { linesOf, PATIENTLY, startWorkers } from '../support/cluster/workers.js';
import { type Environment, type Run, runServer } from '../support/http/server.js';

/** Starts a server on the back-ends of a cluster, which need not get so far as to listen. */
const startBeside = async (cluster: Cluster, env: Environment): Promise<Run> => {
  const run = await runServer({
    DATABASE_URL: cluster.databaseUrl,
    REDIS_URL: cluster.redis.url,
    WORKERS: '2',
    ...env,
  });
  onTestFinished(async () => {
    run.child.kill('SIGKILL');
    await run.exited;
  });
  return run;
};

/** The one line that says why a start failed. */
const faultOf = async (run: Run): Promise<string> => {
  expect(await run.exited).toEqual({ code: 1, signal: null });
  const fatal = linesOf(run).filter(({ level }) => level === 60);
  expect(fatal).toHaveLength(1);
  expect(linesOf(run).filter(({ level }) => level === 50)).toEqual([]);
  return String(fatal[0]?.msg);
};

describe('a start of several workers', () => {
  it('says once why it cannot go on, and ends', async () => {
    const { cluster } = await startWorkers({ WORKERS: '1' });
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await vi.waitUntil(() => taken.address() !== null);
    const { port } = taken.address() as { port: number };
    const nowhere = `redis://127.0.0.1:${await freePort()}`;
    const faults: [Environment, RegExp][] = [
      [{ PORT: `${port}` }, /^PORT \d+ is in use on 127.0.0.1/],
      [{ METRICS_PORT: `${port}` }, /^METRICS_PORT \d+ is in use on 127.0.0.1/],
      [{ REDIS_URL: nowhere }, /^Redis cannot be used at REDIS_URL/],
      [{ REDIS_URL: undefined }, /^WORKERS must be 1, or left out, where REDIS_URL is not set/],
      [{ REDIS_URL: undefined, WORKERS: 'auto' }, /^WORKERS must be 1, or left out, where REDIS_URL is not set/],
    ];
    for (const [env, sentence] of faults) expect(await faultOf(await startBeside(cluster, env))).toMatch(sentence);
  });

  it('is given up where workers die at once, again and again', async () => {
    const { cluster } = await startWorkers({ WORKERS: '1' });
    const dies = encodeURIComponent('if (process.env.ROLLCALL_WORKER) process.exit(7)');
    const run = await startBeside(cluster, { NODE_OPTIONS: `--import=data:text/javascript,${dies}` });
    expect(await run.exited).toEqual({ code: 1, signal: null });
    const lines = linesOf(run);
    const restarts = lines.filter(({ msg }) => msg === 'worker ended; it is started again');
    expect(restarts).toHaveLength(5);
    for (const line of restarts) expect(line).toMatchObject({ worker: 1, code: 7, level: 50 });
    expect(lines.filter(({ level }) => level === 60)).toMatchObject([
      { msg: expect.stringMatching(/^A worker ended 6 times in a row, .* no other worker serves/) },
    ]);
  });

  it('stops at once, gracefully, while a worker still loads', async () => {
    const { cluster } = await startWorkers({ WORKERS: '1' });
    const loads = encodeURIComponent(
      `if (process.env.ROLLCALL_WORKER === '2') { console.log('{"msg":"loading"}'); await new Promise((go) => setTimeout(go, 600_000)); }`,
    );
    const run = await startBeside(cluster, { NODE_OPTIONS: `--import=data:text/javascript,${loads}` });
    await run.logged('loading');
    run.child.kill('SIGTERM');
    expect(await run.exited).toEqual({ code: 0, signal: null });
    expect(linesOf(run).filter(({ level }) => Number(level) > 30)).toEqual([]);
  });

  it('prints what development prints once, and its tokens are good at all workers', async () => {
    const { cluster } = await startWorkers({ WORKERS: '1' });
    const DATA_DIR = await mkdtemp(join(tmpdir(), 'rollcall-workers-'));
    onTestFinished(() => removeFolder(DATA_DIR));
    const run = await startBeside(cluster, { NODE_ENV: undefined, AUTH_JWT_SECRET: undefined, DATA_DIR });
    const { port } = await run.logged('listening');
    await vi.waitUntil(() => run.output().includes("The host's back end"), PATIENTLY);
    expect(run.output().match(/Development mode/g)).toHaveLength(1);
    const token = /back end .*\n\s+(\S+)/.exec(run.output())?.[1];
    for (let call = 0; call < 4; call += 1) {
      const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify({ query: '{ __typename }' }),
      });
      expect(answer.status).toBe(200);
    }
  });
});
