/** A node of several workers: its log, and the processes that it names. */
import { vi } from 'vitest';
import type { Environment, Run } from '../http/server.js';
import { type Cluster, type Node, startCluster } from './cluster.js';

/** What takes longer on a busy machine. */
export const PATIENTLY = { timeout: 60_000, interval: 50 };

/** The whole lines of a log. All that is printed has to be such lines. */
export const linesOf = (run: Run): Record<string, unknown>[] =>
  run
    .stdout()
    .split('\n')
    .slice(0, -1)
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** The process ids of a worker, in the order in which they began to listen. */
export const pidsOf = ({ run }: Pick<Node, 'run'>, worker: number): number[] =>
  linesOf(run)
    .filter((line) => line.msg === 'worker listening' && line.worker === worker)
    .map(({ pid }) => Number(pid));

/** Whether a process of that id is there. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Resolves when none of the processes is there. */
export const allGone = (pids: readonly number[]): Promise<boolean> =>
  vi.waitUntil(() => !pids.some(isAlive), PATIENTLY);

/** A cluster of one node of two workers. */
export const startWorkers = async (env: Environment = {}): Promise<{ cluster: Cluster; node: Node }> => {
  const cluster = await startCluster({ nodes: 1, env: { WORKERS: '2', ...env } });
  return { cluster, node: cluster.node(0) };
};
