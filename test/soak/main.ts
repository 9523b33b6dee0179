/**
 * Whether a service that runs for long grows, and whether what it tells stays right: people come and go on two nodes for as long as is
 * asked, then all leave. See docs/testing.md and docs/performance.md#a-long-life.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { randomFrom } from '../support/unit/random.js';
import { checkOutside, checkWatchers } from './checker.js';
import { createCrowd } from './crowd.js';
import { prepare } from './host.js';
import { readOptions } from './options.js';
import { leaveAll } from './people.js';
import { cpuOf, type Figures, type Reading, readFigures } from './readings.js';
import { createRelations } from './relations.js';
import { createRequests } from './requests.js';
import { openStage, RETENTION_S } from './stage.js';
import { tokenOf } from './tokens.js';
import { isLevel, rowsOf, tableOf } from './verdict.js';
import type { World } from './world.js';

const MINUTE_MS = 60_000;
/** What is still under way after a restart of a node. */
const RESTART_MS = 20_000;
/** Between two comparisons, on average. */
const CHECK_EVERY_MINUTES = 2;
/** Sockets that were left silently are found after 45 s, sessions over HTTP end after a minute, and what is kept is swept each minute. */
const LEVEL_WITHIN_MS = (RETENTION_S + 4 * 60) * 1_000;
const LEVEL_EVERY_MS = 10_000;
const MOST_FAILURES = 50;

const options = readOptions(process.argv.slice(2));
const random = randomFrom(options.seed);
const began = performance.now();
const say = (text: string) =>
  process.stdout.write(`${((performance.now() - began) / MINUTE_MS).toFixed(1).padStart(5)} min  ${text}\n`);

const failures: string[] = [];
const counts = new Map<string, number>();
const failed = (what: string) => {
  failures.push(what);
  if (failures.length <= MOST_FAILURES) say(`FAILED: ${what}`);
};

const readings: Reading[] = [];
const numbered = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name}-${at}`);

const run = async (): Promise<void> => {
  const warnings = new Map<string, number>();
  const stage = await openStage({
    random,
    onLine(name, { level, msg, err }) {
      // `error` is a bug of Rollcall, `fatal` an end.
      if (level >= 50) failed(`${name} logged: ${msg} ${err?.stack ?? ''}`.trim());
      else warnings.set(msg, (warnings.get(msg) ?? 0) + 1);
    },
  });
  const requests = createRequests();
  const [talks, halls, posts] = [numbered('talk', 12), numbered('hall', 4), numbered('post', 8)];
  const world: World = {
    nodes: stage.nodes,
    requests,
    relations: createRelations(),
    bus: stage.bus,
    hostToken: tokenOf('the-host', { service: true }),
    ids: numbered('p', options.people),
    circles: numbered('circle', 6),
    talks,
    halls,
    posts,
    objects: [...talks, ...halls, ...posts],
    random,
    failed,
    count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
  };
  // Nothing that was started outlives this.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      say(`stopped by ${signal}`);
      void stage.stop().finally(() => process.exit(1));
    });
  let crowdCame = performance.now();
  const take = async (phase: Reading['phase'], counting = false): Promise<Reading> => {
    const minute = (performance.now() - crowdCame) / MINUTE_MS;
    const reading = {
      minute,
      phase,
      pids: stage.nodes.map(({ pid }) => pid),
      figures: await readFigures(stage, counting),
    };
    readings.push(reading);
    return reading;
  };
  try {
    say(`seed ${options.seed}, ${options.people} people, ${stage.bus ? 'with' : 'without'} NATS`);
    await prepare(world);
    await wait(5_000);
    await take('before', true);

    let restartedAt = Number.NEGATIVE_INFINITY;
    const crowd = createCrowd(world, {
      actsASecond: options.actsASecond,
      isRestarting: () => performance.now() - restartedAt < RESTART_MS,
    });
    const cpuBefore = [process.pid, ...stage.nodes.map(({ pid }) => pid), stage.redis.pid].map(cpuOf);
    crowdCame = performance.now();
    crowd.start();
    let nextCheck = 1;
    let nextReading = 1;
    let nextRestart = options.restartEvery || Number.POSITIVE_INFINITY;
    let restarts = 0;
    for (let minute = 0; minute < options.minutes; ) {
      minute = (performance.now() - crowdCame) / MINUTE_MS;
      if (minute >= nextReading) {
        nextReading += 1;
        // One that cannot be taken is left out.
        const figures = await take('crowd').then(
          (reading) => reading.figures,
          () => ({}) as Figures,
        );
        const heaps = stage.nodes.map(({ name }) => `${((figures[`${name}: heap, KiB`] ?? 0) / 1_024).toFixed(1)} MiB`);
        say(
          `${crowd.open} tabs, heaps ${heaps.join(' and ')}, load ${loadavg()[0]!.toFixed(1)}, ${failures.length} failures`,
        );
      }
      if (minute >= nextCheck) {
        nextCheck += CHECK_EVERY_MINUTES * (0.5 + random());
        await crowd.hold();
        await checkWatchers(world, crowd.people);
        await checkOutside(world, stage);
        crowd.start();
      }
      if (minute >= nextRestart && minute < options.minutes / 2) {
        nextRestart += options.restartEvery;
        restarts += 1;
        const signal = restarts % 2 === 1 ? 'SIGTERM' : 'SIGKILL';
        say(`node 2 is restarted by ${signal}`);
        restartedAt = performance.now();
        await stage.nodes[1]!.restart(signal);
        // What a killed node has not told over NATS yet is lost with it.
        if (signal === 'SIGKILL') for (const id of world.ids) stage.bus?.forget(id);
        restartedAt = performance.now();
      }
      await wait(500);
    }
    await crowd.hold();
    await checkWatchers(world, crowd.people);
    const cpu = [process.pid, ...stage.nodes.map(({ pid }) => pid), stage.redis.pid].map((pid, at) =>
      // A node that was restarted begins anew.
      Math.max(0, cpuOf(pid) - (at === 2 && restarts > 0 ? 0 : cpuBefore[at]!)),
    );
    const seconds = (performance.now() - crowdCame) / 1_000;
    const shares = cpu.map((each) => `${((each / seconds) * 100).toFixed(1)} %`);
    say(`of one processor: the crowd ${shares[0]}, the nodes ${shares[1]} and ${shares[2]}, Redis ${shares[3]}`);

    say('everybody leaves');
    stage.receiver.failNoMore();
    await leaveAll(world, crowd.people);
    await checkOutside(world, stage);
    requests.close();
    const endsAt = performance.now() + LEVEL_WITHIN_MS;
    /** The last one alone counts. */
    const takeAfter = async (counting: boolean) => {
      if (readings.at(-1)?.phase === 'after') readings.pop();
      await take('after', counting);
    };
    do {
      await wait(LEVEL_EVERY_MS);
      await takeAfter(false);
    } while (!isLevel(readings) && performance.now() < endsAt);
    await takeAfter(true);
    say(`what was received outside: ${JSON.stringify({ ...stage.receiver.counts, nats: stage.bus?.counts })}`);
    if (stage.receiver.counts.forged > 0) failed(`${stage.receiver.counts.forged} requests of the webhook were forged`);
    say(`warnings of the nodes: ${JSON.stringify(Object.fromEntries(warnings))}`);
  } catch (error) {
    failed(`The run ended: ${error instanceof Error ? error.stack : error}`);
  } finally {
    requests.close();
    await stage.stop();
  }
};

await run();

const rows = rowsOf(readings);
const wrong = rows.filter(({ grows, stays }) => grows || stays);
const done = Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
await mkdir(dirname(options.json), { recursive: true });
await writeFile(options.json, JSON.stringify({ options, failures, counts: done, rows, readings }, null, 1));
say(`what happened: ${JSON.stringify(done)}`);
process.stdout.write(`\n${tableOf(rows)}\n\n`);
const grown = rows.some(({ growth }) => growth !== null) ? '' : ' The run was too short for a fit.';
const isRight = failures.length === 0 && wrong.length === 0;
process.stdout.write(
  `${isRight ? 'FLAT AND RIGHT' : 'FAILED'}: ${failures.length} failures, ${wrong.length} figures that grow or stay.${grown}\n`,
);
process.exit(isRight ? 0 : 1);
