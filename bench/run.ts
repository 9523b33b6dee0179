/**
 * Measures Rollcall and others side by side: for every round and workload each server is started, driven by a client
 * in a process of its own, and stopped. See docs/performance.md.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { type BackEnds, createBackEnds } from './backEnds.js';
import { type Contender, ROOT, SERVERS, type ServerName } from './contenders.js';
import { checkMachine, machineText } from './machine.js';
import { type Result, replaceBetween, short } from './measure.js';
import { type Options, readOptions, USAGE } from './options.js';
import { runClient } from './process.js';
import { reportOf } from './report.js';
import { LATENCY_WORKLOADS, NAMED_WORKLOAD, PRESENCE_WORKLOADS, type WorkloadName } from './workloads/all.js';

const PAGE = join(ROOT, 'docs', 'performance.md');
const RESULTS = join(ROOT, 'bench', 'results');

const say = (text: string) => process.stderr.write(`${text}\n`);

/** Socket.IO is no dependency of Rollcall: it is installed here, for the benchmarks alone. */
const install = (): void => {
  const folder = join(ROOT, 'bench');
  if (existsSync(join(folder, 'node_modules', 'socket.io'))) return;
  say('Installing what only the benchmarks need …');
  const { status } = spawnSync('npm', ['ci', '--prefix', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('`npm ci --prefix bench` failed.');
};

const measure = async (
  name: ServerName,
  workload: WorkloadName,
  round: number,
  { quick }: Options,
  backEnds: BackEnds,
): Promise<readonly Result[]> => {
  const contender: Contender = SERVERS[name];
  if (!contender.workloads.includes(workload)) return [];
  const server = await contender.start(backEnds, { quick, workload });
  try {
    const readings = await runClient(server, { workload, quick, dialect: contender.dialect });
    say(
      `round ${round} · ${workload} · ${name}: ${readings.map(({ figure, value }) => `${figure} ${short(value)}`).join(', ')}`,
    );
    return readings.map((reading) => ({ ...reading, round, server: name, workload }));
  } catch (error) {
    throw new Error(`${workload} at ${name} failed.`, { cause: error });
  } finally {
    await server.stop();
  }
};

/** The servers begin in another order each round, so that none always comes first. */
const rotated = <T>(all: readonly T[], by: number): readonly T[] => {
  const from = by % all.length;
  return [...all.slice(from), ...all.slice(0, from)];
};

const run = async (options: Options): Promise<void> => {
  checkMachine();
  if (options.servers.includes('socketio')) install();
  const machine = machineText();
  const load = loadavg()[0]!.toFixed(1);
  const date = new Date().toISOString().slice(0, 10);
  const backEnds = createBackEnds();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void backEnds.stop().finally(() => process.exit(130)));
  const results: Result[] = [];
  /** After each, so that a failure leaves what was read before it. */
  const save = () =>
    writeFile(join(RESULTS, 'latest.json'), JSON.stringify({ machine, date, ...options, results }, null, 1));
  await mkdir(RESULTS, { recursive: true });
  try {
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const workload of options.workloads) {
        for (const name of rotated(options.servers, round - 1)) {
          results.push(...(await measure(name, workload, round, options, backEnds)));
          await save();
        }
      }
    }
  } finally {
    await backEnds.stop();
  }

  const rounds = options.rounds === 1 ? 'one round' : `${options.rounds} rounds`;
  const about = options.quick
    ? '200 users, to see whether all of it works. The figures mean nothing.'
    : `Measured on ${date}, ${rounds}, on ${machine}, with a load of ${load} before.`;
  process.stdout.write(`${reportOf(results, about)}\n`);
  if (!options.writeDocs) return;
  const isPresence = ({ workload }: Result) =>
    [...PRESENCE_WORKLOADS, NAMED_WORKLOAD].some((each) => each === workload);
  const isLatency = ({ workload }: Result) => LATENCY_WORKLOADS.some((each) => each === workload);
  const sections = {
    bench: results.filter(isPresence),
    latency: results.filter(isLatency),
    social: results.filter((each) => !isPresence(each) && !isLatency(each)),
  };
  for (const [name, part] of Object.entries(sections)) {
    if (part.length === 0) continue;
    const page = await readFile(PAGE, 'utf8');
    await writeFile(
      PAGE,
      replaceBetween(page, `<!-- ${name}:begin -->`, `<!-- ${name}:end -->`, reportOf(part, about)),
    );
  }
};

/** An error and what led to it, in sentences. */
const sentencesOf = (error: unknown): string =>
  error instanceof Error
    ? [error.message, error.cause && sentencesOf(error.cause)].filter(Boolean).join('\n')
    : `${error}`;

const options = ((): Options => {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    say(`${sentencesOf(error)}\n\n${USAGE}`);
    return process.exit(2);
  }
})();

run(options).then(
  () => process.exit(0),
  (error: unknown) => {
    say(sentencesOf(error));
    process.exit(1);
  },
);
