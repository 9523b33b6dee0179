/** Several processes behind one port (docs/operations.md, "Several processes on one machine"). */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { gather } from '../support/cluster/crowd.js';
import { linesOf, PATIENTLY, pidsOf, startWorkers } from '../support/cluster/workers.js';
import { isLive, isOffline, observe } from '../support/http/observer.js';

/** For whom a busy machine lets come back late. */
const GRACE_MS = 10_000;

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

  it('are ready when all of those that listen are', async () => {
    const { node } = await startWorkers({ METRICS_PORT: '0' });
    const { metricsPort } = await node.run.logged('listening');
    const ready = async () => (await fetch(`http://127.0.0.1:${metricsPort}/ready`)).status;
    expect(await ready()).toBe(200);
    const [hanging] = pidsOf(node, 2);
    const goOn = () => void process.kill(hanging!, 'SIGCONT');
    onTestFinished(goOn);
    process.kill(hanging!, 'SIGSTOP');
    expect(await ready()).toBe(503);
    goOn();
    await vi.waitUntil(async () => (await ready()) === 200, PATIENTLY);

    // One that stops alone takes no connections, and the others serve.
    const answers = new Set<number>();
    process.kill(pidsOf(node, 1)[0]!, 'SIGTERM');
    await vi.waitUntil(async () => {
      answers.add(await ready());
      return linesOf(node.run).some(({ msg }) => msg === 'worker ended; it is started again');
    }, PATIENTLY);
    expect(answers).toEqual(new Set([200]));
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
