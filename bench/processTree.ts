import { readFileSync } from 'node:fs';

/** A process and its children: the server's workers, where it has some. */
export const processesOf = (pid: number): readonly number[] => [
  pid,
  ...readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
];
