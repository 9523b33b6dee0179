/** Several processes behind one port (docs/operations.md, "Several processes on one machine"). */
import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Cluster, type Node, startCluster } from '../support/cluster/cluster.js';
import { gather } from '../support/cluster/crowd.js';
import { removeFolder } from '../support/cluster/folders.js';
import { freePort } from '../support/cluster/freePort.js';
import { isLive, isOffline, observe } from '../support/http/observer.js';
import { built, type Environment, type Run, runServer } from '../support/http/server.js';

const PATIENTLY = { timeout: 60_000, interval: 50 };
/** For whom a busy machine lets come back late. */
const GRACE_MS = 10_000;

const linesOf = (run: Run): Record<string, unknown>[] =>
  run
    .stdout()
    .split('\n')
    .slice(0, -1)
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** The process ids of a worker, in the order in which they began to listen. */
const pidsOf = ({ run }: Node, worker: number): number[] =>
  linesOf(run)
    .filter((line) => line.msg === 'worker listening' && line.worker === worker)
    .map(({ pid }) => Number(pid));

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** One node of two workers; all of its processes are gone after the test. */
const startWorkers = async (env: Environment = {}): Promise<{ cluster: Cluster; node: Node }> => {
  const cluster = await startCluster({ nodes: 1, env: { WORKERS: '2', ...env } });
  return { cluster, node: cluster.node(0) };
};

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

describe('two workers', () => {
  it('serve one port, and are one service: a change at one is heard at the other', async () => {
    const { cluster, node } = await startWorkers();
    const ids = await cluster.followed('watcher', 'user', 6);
    const workerOf = async (userId: string) => {
      const started = () => linesOf(node.run).find((line) => line.msg === 'session started' && line.userId === userId);
      return (await vi.waitUntil(started, PATIENTLY)).worker;
    };
    const watcher = await cluster.person('watcher').connect();
    const observer = observe(watcher);
    const workers = new Set<unknown>();
    for (const id of ids) {
      const socket = await cluster.person(id).connect();
      await socket.setPresence({ statusMessage: { text: `from ${id}` } });
      workers.add(await workerOf(id));
    }
    expect(workers).toEqual(new Set([1, 2]));
    await observer.until(ids, ({ userId, statusMessage }) => statusMessage?.text === `from ${userId}`);

    // What concerns all of them is said once, and every other line says whose it is.
    const lines = linesOf(node.run);
    expect(lines.filter(({ msg }) => msg === 'listening')).toEqual([
      expect.objectContaining({ workers: 2, url: node.origin }),
    ]);
    expect(lines.filter(({ worker, msg }) => worker === undefined && msg !== 'listening')).toEqual([]);
  });

  it('one that is killed is started again, and nobody who returns within the grace is seen offline', async () => {
    const { cluster, node } = await startWorkers({ PRESENCE_OFFLINE_DEBOUNCE: `${GRACE_MS}ms` });
    const watching = await cluster.add({ WORKERS: '1' });
    const ids = await cluster.followed('watcher', 'user', 40);
    const [returning, gone] = [ids.slice(0, 30), ids.slice(30)];
    const observer = observe(await cluster.person('watcher', watching).connect({ presence: false }));
    const back = await gather({ ids: returning, at: () => node });
    const away = await gather({ ids: gone, at: () => node, returns: false });
    await observer.until(ids, isLive);
    observer.forget();

    const [victim] = pidsOf(node, 1);
    process.kill(victim!, 'SIGKILL');
    await back.allLive();
    expect(await node.run.logged('worker ended; it is started again')).toMatchObject({
      worker: 1,
      pid: victim,
      signal: 'SIGKILL',
      level: 50,
    });
    await vi.waitUntil(() => pidsOf(node, 1).length === 2, PATIENTLY);

    // Those who do not return show when the grace is over for all who were there.
    const lost = away.closes.map(({ id }) => id);
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThan(gone.length);
    await observer.until(lost, isOffline);
    expect(new Set(observer.offline.map(({ userId }) => userId))).toEqual(new Set(lost));
    expect(back.closes.length).toBeGreaterThan(0);
    expect(back.closes.length).toBeLessThan(returning.length);
    expect(await node.readiness()).toBe(200);

    // The new one takes its part.
    await vi.waitUntil(async () => {
      await (await cluster.person('watcher', node).connect()).close();
      const pid = pidsOf(node, 1)[1];
      return (
        pid !== undefined && linesOf(node.run).some(({ msg, worker }) => msg === 'session started' && worker === 1)
      );
    }, PATIENTLY);
  });

  it('a client whose connection was being handed to a worker that died is not left waiting', async () => {
    const { node } = await startWorkers();
    const [victim] = pidsOf(node, 1);
    process.kill(victim!, 'SIGSTOP');
    const { port } = new URL(node.origin);
    const open = () => {
      const socket = connect(Number(port), '127.0.0.1');
      const over = new Promise<string>((resolve) => {
        socket.once('data', () => resolve('answered'));
        socket.once('close', () => resolve('closed'));
        socket.on('error', () => {});
      });
      onTestFinished(() => void socket.destroy());
      socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
      return over;
    };
    // One is handed to the worker that hangs, and the others to the one that does not.
    const waiting = Array.from({ length: 8 }, open);
    let answered = 0;
    for (const over of waiting) void over.then(() => answered++);
    await vi.waitUntil(() => answered === 7, PATIENTLY);
    process.kill(victim!, 'SIGKILL');
    const ends = await Promise.all(waiting);
    expect(ends.filter((end) => end === 'answered')).toHaveLength(7);
  });

  it('stop side by side, gracefully: no process is left, and nobody is online after the grace', async () => {
    const { cluster, node } = await startWorkers();
    const watching = await cluster.add({ WORKERS: '1' });
    const ids = await cluster.followed('watcher', 'user', 20);
    const observer = observe(await cluster.person('watcher', watching).connect({ presence: false }));
    const crowd = await gather({ ids, at: () => node, returns: false });
    await observer.until(ids, isLive);
    expect(await node.stop()).toEqual({ code: 0, signal: null });
    expect(new Set(crowd.closes.map(({ code }) => code))).toEqual(new Set([1012]));
    expect(crowd.closes).toHaveLength(ids.length);
    await observer.until(ids, isOffline);
    for (const pid of [...pidsOf(node, 1), ...pidsOf(node, 2)]) expect(isAlive(pid)).toBe(false);

    const lines = linesOf(node.run);
    const stopping = lines.filter(({ msg }) => msg === 'stopping');
    expect(stopping).toMatchObject([{ signal: 'SIGTERM' }, { signal: 'SIGTERM' }, { signal: 'SIGTERM' }]);
    const own = lines.filter(({ msg, worker }) => msg === 'stopped' && worker !== undefined);
    expect(new Set(own.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
    // Neither waited for the other.
    const order = lines.filter(({ msg }) => msg === 'stopping' || msg === 'stopped').map(({ msg }) => msg);
    expect(order).toEqual(['stopping', 'stopping', 'stopping', 'stopped', 'stopped', 'stopped']);
  });

  it('end when the primary is killed, gracefully', async () => {
    const { cluster, node } = await startWorkers();
    const ids = await cluster.followed('watcher', 'user', 6);
    const crowd = await gather({ ids, at: () => node, returns: false });
    process.kill(node.run.pid, 'SIGKILL');
    await crowd.allGone();
    expect(new Set(crowd.closes.map(({ code }) => code))).toEqual(new Set([1012]));
    // The end of whatever writes to the log.
    expect(await node.run.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const lines = linesOf(node.run);
    expect(lines.filter(({ msg }) => msg === 'stopped').map(({ worker }) => worker)).toHaveLength(2);
    await vi.waitUntil(() => ![...pidsOf(node, 1), ...pidsOf(node, 2)].some(isAlive), PATIENTLY);
  });

  it('are killed by a second signal', async () => {
    const { node } = await startWorkers();
    const [paused] = pidsOf(node, 2);
    process.kill(paused!, 'SIGSTOP');
    node.signal('SIGTERM');
    // Together with the first it would be the same: a terminal sends Ctrl-C to npm too, which passes it on.
    node.signal('SIGTERM');
    await node.run.logged('stopping');
    let ended = false;
    const exited = node.run.exited.finally(() => {
      ended = true;
    });
    while (!ended) {
      await wait(300);
      if (!ended) node.signal('SIGINT');
    }
    expect(await exited).toEqual({ code: 1, signal: null });
    expect(linesOf(node.run).filter(({ msg }) => msg === 'a second signal; workers are killed')[0]).toMatchObject({
      signal: 'SIGINT',
    });
    expect(linesOf(node.run).some(({ msg }) => msg === 'stopping takes too long; workers are killed')).toBe(false);
    expect(isAlive(paused!)).toBe(false);
  });

  it('count into one page of metrics, which goes on when one of them dies', async () => {
    const { cluster, node } = await startWorkers({ METRICS_PORT: '0' });
    const { metricsPort } = await node.run.logged('listening');
    const samples = async (): Promise<ReadonlyMap<string, number>> => {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      return new Map(
        lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
      );
    };
    const ids = await cluster.followed('watcher', 'user', 10);
    await gather({ ids, at: () => node });
    const before = await samples();
    expect(Object.fromEntries(before)).toMatchObject({
      'rollcall_connections{transport="websocket"}': 10,
      rollcall_sessions: 10,
      rollcall_store_ready: 1,
      rollcall_workers: 2,
      rollcall_worker_deaths_total: 0,
    });
    const started = 'rollcall_transitions_total{kind="session_started"}';
    expect(before.get(started)).toBe(10);

    process.kill(pidsOf(node, 2)[0]!, 'SIGKILL');
    const died = async () => (await samples()).get('rollcall_worker_deaths_total') === 1;
    await vi.waitUntil(died, PATIENTLY);
    await vi.waitUntil(async () => (await samples()).get('rollcall_workers') === 2, PATIENTLY);
    const after = await samples();
    expect(after.get(started)).toBeGreaterThanOrEqual(10);
    const counters = [...before.keys()].filter((name) => /^rollcall_\w+(_total|_count|_sum|_bucket)\b/.test(name));
    expect(counters.length).toBeGreaterThan(20);
    expect(counters.filter((name) => (after.get(name) ?? 0) < before.get(name)!)).toEqual([]);
  });
});

describe('the log of several workers', () => {
  it('has whole lines, also where it is read slowly', async () => {
    const script = `
      const { createLog } = await import(${JSON.stringify(built('telemetry/log.js'))});
      const log = createLog({ level: 'info', worker: Number(process.env.NUMBER) });
      for (let line = 0; line < 4000; line += 1) log.info({ text: 'x'.repeat(line % 300) }, 'a line');`;
    const one = `${process.execPath} --input-type=module --eval "$SCRIPT"`;
    const writers = spawn('sh', ['-c', `NUMBER=1 ${one} & NUMBER=2 ${one} & NUMBER=3 ${one} & wait`], {
      env: { PATH: process.env.PATH, SCRIPT: script },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    // A turn of the event loop for each piece: the pipe is full most of the time.
    for await (const piece of writers.stdout.setEncoding('utf8')) {
      text += piece;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(12_000);
    const counts = new Map<number, number>();
    for (const line of lines) {
      const { worker } = JSON.parse(line);
      counts.set(worker, (counts.get(worker) ?? 0) + 1);
    }
    expect(Object.fromEntries(counts)).toEqual({ 1: 4_000, 2: 4_000, 3: 4_000 });
  });
});

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
