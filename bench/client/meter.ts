/** CPU time of the server and of this client, over a stretch of work. */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Reading } from '../measure.js';
import { processesOf } from '../processTree.js';

/** Linux counts CPU time in hundredths of a second for whoever reads it (USER_HZ). */
const TICK_US = 10_000;
const LOOK_EVERY_MS = 100;
const IDLE_AT_MOST_US = TICK_US;
const IDLE_WITHIN_MS = 20_000;

/** User and system time of a process and its children so far, in µs. */
export const cpuOf = (pid: number): number => processesOf(pid).reduce((sum, each) => sum + cpuOfOne(each), 0);

/** The same of one process with all its threads: `utime` and `stime` of /proc/PID/stat. */
const cpuOfOne = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the process, in parentheses, may hold anything; what follows starts with the third field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
};

/** Waits until the server has next to nothing to do, so that one stretch of work does not pay for the one before. */
export const untilIdle = async (pid: number): Promise<void> => {
  const until = Date.now() + IDLE_WITHIN_MS;
  let inferredIdle = 0;
  for (let last = cpuOf(pid); inferredIdle < 3 && Date.now() < until; ) {
    await wait(LOOK_EVERY_MS);
    const now = cpuOf(pid);
    inferredIdle = now - last <= IDLE_AT_MOST_US ? inferredIdle + 1 : 0;
    last = now;
  }
};

/**
 * Starts to measure. `stop` says what was spent since, for `count` pieces of work. What the server put off until after
 * the work belongs to it: its CPU time is read once it is idle again.
 */
export const startMeter = (pid: number) => {
  const processes = new Map(processesOf(pid).map((each) => [each, cpuOfOne(each)]));
  const client = process.cpuUsage();
  const at = performance.now();
  return {
    async stop(figure: string, count: number): Promise<Reading> {
      const spent = process.cpuUsage(client);
      const wallMs = performance.now() - at;
      await untilIdle(pid);
      const spentBy = [...processes].map(([each, before]) => cpuOfOne(each) - before);
      const serverUs = spentBy.reduce((sum, us) => sum + us, 0);
      return {
        figure,
        count,
        value: serverUs / count,
        serverMs: serverUs / 1_000,
        busiestMs: Math.max(...spentBy) / 1_000,
        clientMs: (spent.user + spent.system) / 1_000,
        wallMs,
      };
    },
  };
};
