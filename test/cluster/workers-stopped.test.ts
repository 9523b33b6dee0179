/** The ends of several workers: a stop, a second signal, and the death of the primary. */
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { gather } from '../support/cluster/crowd.js';
import { allGone, isAlive, linesOf, pidsOf, startWorkers } from '../support/cluster/workers.js';
import { isLive, isOffline, observe } from '../support/http/observer.js';

describe('workers', () => {
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
    await allGone([...pidsOf(node, 1), ...pidsOf(node, 2)]);
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
});
