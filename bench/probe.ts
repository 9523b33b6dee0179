/**
 * Loaded into every server before its own code, alike: tells the parent how much memory is in use after a collection
 * (`--expose-gc`), that of its workers included; and, from the first time that it is asked, how long its event loop stalled.
 */
import cluster from 'node:cluster';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Memory } from './process.js';

const own = (): Memory => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
};

const isMemory = (message: unknown): message is Memory =>
  typeof message === 'object' && message !== null && 'heap' in message && 'rss' in message;

const ofWorkers = (): Promise<readonly Memory[]> =>
  Promise.all(
    Object.values(cluster.workers ?? {}).map(
      (worker) =>
        new Promise<Memory>((resolve) => {
          const received = (message: unknown) => {
            if (!isMemory(message)) return;
            worker?.off('message', received);
            resolve(message);
          };
          worker?.on('message', received);
          worker?.send('memory');
        }),
    ),
  );

const STALL_RESOLUTION_MS = 10;
let delays: ReturnType<typeof monitorEventLoopDelay> | null = null;

/** The longest since the last time, in ms. */
const longestStall = (): number => {
  const stallMs = delays === null ? 0 : Math.max(0, delays.max / 1e6 - STALL_RESOLUTION_MS);
  delays ??= monitorEventLoopDelay({ resolution: STALL_RESOLUTION_MS });
  delays.enable();
  delays.reset();
  return stallMs;
};

process.on('message', async (message) => {
  if (message === 'stall') process.send?.({ stallMs: longestStall() });
  if (message !== 'memory') return;
  const all = [own(), ...(await ofWorkers())];
  const sum = (of: (memory: Memory) => number) => all.reduce((total, each) => total + of(each), 0);
  process.send?.({ heap: sum(({ heap }) => heap), rss: sum(({ rss }) => rss) });
});
// The server ends when it would without this.
process.channel?.unref();
