/**
 * What grows with the crowd: a minute of idle connections, of marking who is live, of the drain, a lost node, and an emptied Redis, with simulated clients
 * (records and connections without sockets) and without PostgreSQL. See docs/performance.md#what-grows-with-the-crowd.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { ROOT } from './contenders.js';
import { machineText } from './machine.js';
import { tableOf } from './measure.js';
import { drainBy } from './scale/drain.js';
import { emptyStore } from './scale/emptied.js';
import { idleMinute } from './scale/idle.js';
import { loseNode } from './scale/lost.js';
import { markMinute } from './scale/marks.js';
import { createRig } from './scale/rig.js';

const USAGE = `npm run bench:scale -- [options]
  --only A,B            of idle, marks, drain, lost, emptied (all)
  --connections A,B     connections of a node (1000,10000,100000)
  --live A,B            live users of a shard (1000,10000,100000,1000000)
  --nodes A,B           nodes, survivors (1,2,4,8)
  --marks N             marked records that are drained from 64 shards (20000)
  --lost N              users of the lost node (2000)
ROLLCALL_DIST names another build than dist/.`;

const numbersOf = (text: string): readonly number[] =>
  text.split(',').map((each) => {
    const number = Number(each);
    if (!Number.isInteger(number) || number < 1) throw new Error(`${each} is no whole number from 1.\n${USAGE}`);
    return number;
  });

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'idle,marks,drain,lost,emptied' },
    connections: { type: 'string', default: '1000,10000,100000' },
    live: { type: 'string', default: '1000,10000,100000,1000000' },
    nodes: { type: 'string', default: '1,2,4,8' },
    marks: { type: 'string', default: '20000' },
    lost: { type: 'string', default: '2000' },
  },
});
const isWanted = (name: string) => values.only.split(',').includes(name);
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const fine = (value: number): string => (value < 10 ? value.toFixed(1) : whole(value));

const rig = await createRig(ROOT);
const print = (title: string, head: readonly string[], rows: readonly (readonly string[])[]) =>
  console.log(`\n${title}\n\n${tableOf(head, rows)}`);
try {
  console.log(`${machineText()}; load ${loadavg()[0]!.toFixed(1)}.`);
  if (isWanted('idle')) {
    const rows = [];
    for (const connections of numbersOf(values.connections)) {
      const { reconciled, heartbeat, isWhole } = await idleMinute(rig, connections);
      rows.push([
        whole(connections),
        isWhole ? 'yes' : 'no, timed out',
        whole(reconciled.scripts),
        whole(reconciled.sentKiB),
        whole(reconciled.cpuMs),
        whole(reconciled.blockMs),
        fine(reconciled.longestMs),
        whole(heartbeat.cpuMs),
      ]);
    }
    const head = [
      'scripts',
      'Redis sends, KiB',
      'CPU, ms',
      'longest block, ms',
      'longest command, ms',
      'heartbeats CPU, ms',
    ];
    print('A minute of idle connections', ['connections', 'reconciled', ...head], rows);
  }
  if (isWanted('marks')) {
    const rows = [];
    for (const live of numbersOf(values.live)) {
      const { cost, marked } = await markMinute(rig, live);
      rows.push([whole(live), whole(marked), fine(cost.longestMs), whole(cost.redisCpuMs)]);
    }
    print(
      'A minute of marking who is live, in one shard',
      ['live', 'marked', 'longest command, ms', 'Redis CPU, ms'],
      rows,
    );
  }
  if (isWanted('drain')) {
    const rows = [];
    const marks = Number(values.marks);
    for (const nodes of numbersOf(values.nodes)) {
      const { cost, rows: written } = await drainBy(rig, nodes, marks);
      rows.push([
        whole(nodes),
        fine(written / marks),
        fine(cost.sentKiB / marks),
        fine((1_000 * cost.cpuMs) / marks),
        fine((1_000 * cost.redisCpuMs) / marks),
        whole(cost.wallMs),
      ]);
    }
    const head = ['rows written a mark', 'KiB a mark', 'CPU of all, µs a mark', 'Redis CPU, µs a mark', 'time, ms'];
    print(`${whole(marks)} marks drained from 64 shards`, ['nodes', ...head], rows);
  }
  if (isWanted('lost')) {
    const rows = [];
    const users = Number(values.lost);
    for (const nodes of numbersOf(values.nodes)) {
      const { taken, ticked, ticks } = await loseNode(rig, nodes, users);
      rows.push([
        whole(nodes),
        fine(taken.scripts / users),
        whole(taken.wallMs),
        fine(ticks / users),
        fine(ticked.scripts / users),
        whole(ticked.wallMs),
      ]);
    }
    const head = ['scripts a user', 'time, ms', 'ticks a due user', 'scripts a due user', 'time, ms'];
    print(`A lost node with ${whole(users)} users`, ['survivors', ...head], rows);
  }
  if (isWanted('emptied')) {
    const rows = [];
    for (const connections of numbersOf(values.connections)) {
      const { cost, back, failures } = await emptyStore(rig, connections);
      rows.push([
        whole(connections),
        whole(back),
        whole(cost.wallMs),
        whole(failures),
        whole(cost.cpuMs),
        whole(cost.blockMs),
        fine(cost.longestMs),
      ]);
    }
    const head = ['restored', 'time, ms', 'failures', 'CPU, ms', 'longest block, ms', 'longest command, ms'];
    print('A Redis that came back empty', ['connections', ...head], rows);
  }
} finally {
  await rig.stop();
}
