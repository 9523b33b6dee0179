/** The command line. */
import { parseArgs } from 'node:util';
import { SERVER_NAMES, type ServerName } from './contenders.js';
import { WORKLOAD_NAMES, type WorkloadName } from './workloads/all.js';

export interface Options {
  readonly rounds: number;
  readonly workloads: readonly WorkloadName[];
  readonly servers: readonly ServerName[];
  readonly quick: boolean;
  readonly writeDocs: boolean;
}

export const USAGE = `npm run bench -- [options]
  --rounds N       how often everything is measured (5)
  --only A,B       these workloads: ${WORKLOAD_NAMES.join(', ')}
  --servers A,B    these servers: ${SERVER_NAMES.join(', ')}
  --quick          200 users and one round: whether all of it works, in a few minutes; the figures mean nothing
  --write-docs     puts the report into docs/performance.md`;

const listed = <T extends string>(text: string | undefined, all: readonly T[]): readonly T[] => {
  if (text === undefined) return all;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !all.some((known) => known === name));
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}; there are ${all.join(', ')}.`);
  return all.filter((known) => names.includes(known));
};

/** Throws with a sentence for whoever typed it. */
export const readOptions = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      only: { type: 'string' },
      servers: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'write-docs': { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1.');
  if (values.quick && values['write-docs']) throw new Error('What --quick measures is not for the documentation.');
  return {
    rounds,
    workloads: listed(values.only, WORKLOAD_NAMES),
    servers: listed(values.servers, SERVER_NAMES),
    quick: values.quick,
    writeDocs: values['write-docs'],
  };
};
