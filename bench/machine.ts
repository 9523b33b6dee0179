/** What the figures were measured on, and whether it is up to it. */
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

/** 5,000 sockets in each of server and client, with room for files, and for twice as many. */
const OPEN_FILES = 16_384;

/** Processor, memory, system and Node, in one line. */
export const machineText = (): string => {
  const processors = cpus();
  const model = processors[0]?.model.trim() || 'unknown processor';
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} × ${model}, ${gib} GiB, Linux ${release()}, Node ${process.version}`;
};

/** How many files a process may have open. */
export const openFiles = (): number => {
  const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return line === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line);
};

/** Throws with a sentence for the operator where this machine cannot run the benchmarks. */
export const checkMachine = (): void => {
  if (process.platform !== 'linux') throw new Error('The benchmarks read CPU time from /proc, which only Linux has.');
  const allowed = openFiles();
  if (allowed < OPEN_FILES)
    throw new Error(
      `5,000 sockets take ${OPEN_FILES} open files, and ${allowed} are allowed: run \`ulimit -n ${OPEN_FILES}\` first.`,
    );
};
