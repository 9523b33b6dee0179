/**
 * A rolling deploy: three nodes under a crowd are replaced one after the other, each stopped with SIGTERM once its successor is ready.
 * Fails where a watcher saw somebody offline who came back. See docs/performance.md.
 */
import type { ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createBackEnds } from './backEnds.js';
import { DIALECTS } from './client/dialects.js';
import type { Order, Report } from './client/returning.js';
import { createTally } from './client/tally.js';
import { userIdsOf } from './client/userIds.js';
import { openWire, type Wire } from './client/wire.js';
import { introduce, ROOT, startReady } from './contenders.js';
import { machineText, openFiles } from './machine.js';
import { replaceBetween, tableOf } from './measure.js';
import { launch, type Server } from './process.js';
import { tokenOf } from './tokens.js';

const PAGE = join(ROOT, 'docs', 'performance.md');
const NODES = 3;
/** Others than the crowd, so that nobody's coming is an event to it. */
const WATCHED = 1_000;
/** How many of one client come at once, at first. */
const WIDTH = 32;
/** A balancer asks so often who is ready. */
const BALANCER_MS = 500;
const LOOK_MS = 250;
/** Nobody is away for longer in a deploy that goes well. */
const BACK_WITHIN_MS = 5 * 60_000;
/** What one subscription of the watcher lists, and how many its connections have each. */
const LISTED = 1_000;
const LISTS = 5;
/** Files of a node beside its sockets. */
const OTHER_FILES = 1_000;
const CLIENT = fileURLToPath(new URL('client/returning.js', import.meta.url));

const say = (text: string) => process.stderr.write(`${text}\n`);

/** What a node answers to a balancer: a status, or why there is none. */
const readiness = (port: number): Promise<string> =>
  fetch(`http://127.0.0.1:${port}/ready`, {
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(2_000),
  }).then(
    ({ status }) => `${status}`,
    (error: Error) => (error.name === 'TimeoutError' ? 'no answer in time' : 'no connection'),
  );

interface Clients {
  send(order: Order): void;
  /** What all of them report, since the last time. */
  report(): Promise<Report>;
  stop(): void;
}

/** A process for each node's share of the crowd. */
const startClients = (count: number): Clients => {
  const children: ChildProcess[] = Array.from({ length: count }, () => {
    const { child, ended, output } = launch(CLIENT, [], [], {});
    void ended.then((how) => {
      if (how !== 'SIGKILL') throw new Error(`A client ended (${how}):\n${output()}`);
    });
    return child;
  });
  const ask = (child: ChildProcess): Promise<Report> =>
    new Promise((resolve) => {
      child.once('message', (report) => resolve(report as Report));
      child.send({ kind: 'report' } satisfies Order);
    });
  return {
    send(order) {
      children.forEach((child, index) => {
        child.send(
          order.kind === 'come' ? { ...order, userIds: order.userIds.filter((_, i) => i % count === index) } : order,
        );
      });
    },
    async report() {
      const reports = await Promise.all(children.map(ask));
      const ends: Record<string, number> = {};
      for (const report of reports) {
        for (const [how, times] of Object.entries(report.ends)) ends[how] = (ends[how] ?? 0) + times;
      }
      return {
        live: reports.reduce((sum, each) => sum + each.live, 0),
        waiting: reports.reduce((sum, each) => sum + each.waiting, 0),
        absences: reports.flatMap((each) => each.absences),
        ends,
      };
    },
    stop() {
      for (const child of children) child.kill('SIGKILL');
    },
  };
};

/** The host, who sees everybody: watches all of these, and tells who was seen offline since. */
const watchAll = async (port: number, userIds: readonly string[]) => {
  const { graphql } = DIALECTS;
  const shown = new Map<string, string>();
  const offline = new Set<string>();
  const wires: Wire[] = [];
  let watches = false;
  let isOver = false;
  const lists = Array.from({ length: Math.ceil(userIds.length / LISTED) }, (_, i) =>
    userIds.slice(i * LISTED, (i + 1) * LISTED),
  );
  for (let from = 0; from < lists.length; from += LISTS) {
    await new Promise<void>((resolve) => {
      const early: string[] = [];
      let listen = (text: string): void => void early.push(text);
      void openWire({
        port,
        path: graphql.path,
        protocol: graphql.protocol,
        // No event has it: each is read.
        eventHead: '{"none of them"',
        tally: createTally(),
        onText: (text) => listen(text),
        onEvent: () => {},
        onClose(code) {
          if (!isOver) throw new Error(`The watcher was closed (${code}).`);
        },
      }).then((wire) => {
        wires.push(wire);
        const watch = (index: number) => {
          const query = 'subscription ($userIds: [ID!]) { presenceChanged(userIds: $userIds) { userId status } }';
          const variables = { userIds: lists[from + index] };
          wire.send(JSON.stringify({ id: `${index}`, type: 'subscribe', payload: { query, variables } }));
        };
        listen = (text) => {
          const pong = graphql.pong(text);
          if (pong !== null) wire.send(pong);
          else if (text.includes('"connection_ack"')) {
            lists.slice(from, from + LISTS).forEach((_, index) => void watch(index));
            resolve();
          } else {
            const { id, type, payload } = JSON.parse(text) as {
              id: string;
              type: string;
              payload?: { data?: { presenceChanged: { userId: string; status: string } } };
            };
            const seen = payload?.data?.presenceChanged;
            if (seen) {
              shown.set(seen.userId, seen.status);
              if (watches && seen.status === 'OFFLINE') offline.add(seen.userId);
            } else if (type !== 'next') {
              // The server ended it: it was UNAVAILABLE.
              setTimeout(() => watch(Number(id)), LOOK_MS);
            }
          }
        };
        wire.onText = listen;
        early.forEach(listen);
        const authorization = `Bearer ${tokenOf('the-host', { service: true })}`;
        wire.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
      });
    });
  }
  const isLive = () => shown.size === userIds.length && [...shown.values()].every((status) => status !== 'OFFLINE');
  while (!isLive()) await wait(LOOK_MS);
  watches = true;
  return {
    /** Who was seen offline since the last time. */
    take(): number {
      const { size } = offline;
      offline.clear();
      return size;
    },
    close() {
      isOver = true;
      for (const wire of wires) wire.close();
    },
    /** Resolves when nobody is shown offline. */
    async allLive() {
      while (!isLive()) await wait(LOOK_MS);
    },
  };
};

const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
};

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

interface Step {
  readonly away: number;
  readonly allBackMs: number;
  readonly absences: readonly number[];
  readonly stalls: readonly number[];
  readonly ends: Readonly<Record<string, number>>;
  readonly offline: number;
}

const run = async (sockets: number): Promise<readonly Step[]> => {
  const backEnds = createBackEnds();
  const env = { METRICS_PORT: '0', REDIS_URL: await backEnds.redis(), DATABASE_URL: await backEnds.postgres() };
  const nodes: Server[] = [];
  const start = async () => {
    const node = await startReady(env);
    nodes.push(node);
    return node;
  };
  const clients = startClients(NODES);
  let watcher: Awaited<ReturnType<typeof watchAll>> | undefined;
  let balancing = true;
  let serving: Server[] = [];
  let probes: Record<string, number> = {};
  const balance = async () => {
    while (balancing) {
      const asked = [...serving];
      const answers = await Promise.all(asked.map(({ metricsPort }) => readiness(metricsPort)));
      for (const answer of answers) probes[answer] = (probes[answer] ?? 0) + 1;
      clients.send({ kind: 'serving', ports: asked.flatMap(({ port }, i) => (answers[i] === '200' ? [port] : [])) });
      await wait(BALANCER_MS);
    }
  };
  try {
    const users = userIdsOf('fan', sockets);
    const watched = userIdsOf('star', WATCHED);
    const watching = await start();
    await introduce(watching.port, [...users, ...watched]);
    serving = [await start(), await start(), await start()];
    const balancer = balance();
    await wait(BALANCER_MS);
    say(`${sockets} come to ${NODES} nodes …`);
    clients.send({ kind: 'come', userIds: users, watched, width: WIDTH });
    while ((await clients.report()).live < sockets) await wait(LOOK_MS);
    watcher = await watchAll(watching.port, users);

    const steps: Step[] = [];
    for (const old of [...serving]) {
      const successor = await start();
      serving = serving.map((each) => (each === old ? successor : each)).concat(old);
      await wait(2 * BALANCER_MS);
      const staying = serving.filter((each) => each !== old);
      await Promise.all(staying.map((node) => node.stall()));
      await clients.report();
      probes = {};
      const startedAt = performance.now();
      const stopping = old.end();
      const absences: number[] = [];
      const ends: Record<string, number> = {};
      let hasStopped = false;
      void stopping.then(() => {
        hasStopped = true;
      });
      let allBackMs = 0;
      for (;;) {
        await wait(LOOK_MS);
        const report = await clients.report();
        absences.push(...report.absences);
        for (const [how, times] of Object.entries(report.ends)) ends[how] = (ends[how] ?? 0) + times;
        if (hasStopped && report.live === sockets) break;
        if (report.live < sockets) allBackMs = performance.now() - startedAt;
        if (performance.now() - startedAt > BACK_WITHIN_MS) {
          const stopped = hasStopped ? 'has stopped' : 'has not stopped';
          throw new Error(
            `${report.live} of ${sockets} are there, ${report.waiting} wait before another attempt, and the node ${stopped}: ${JSON.stringify({ ends, probes })}`,
          );
        }
      }
      serving = staying;
      const stalls = await Promise.all(staying.map((node) => node.stall()));
      await watcher.allLive();
      const step = { away: ends['1012'] ?? 0, allBackMs, absences, stalls, ends, offline: watcher.take() };
      say(
        `${step.away} sent away: all back after ${seconds(allBackMs)} s, ${step.offline} seen offline, stalls ${stalls.map((ms) => Math.round(ms)).join(', ')} ms, ${JSON.stringify({ ends, probes })}`,
      );
      steps.push(step);
    }
    balancing = false;
    await balancer;
    return steps;
  } finally {
    balancing = false;
    watcher?.close();
    clients.stop();
    for (const node of nodes) await node.stop().catch(() => {});
    await backEnds.stop();
  }
};

const { values } = parseArgs({
  options: {
    sockets: { type: 'string', default: '20000' },
    quick: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
  },
});
const sockets = values.quick ? 300 : Number(values.sockets);
// Who comes back is spread over all nodes: the one that is replaced last has three fifths of the crowd by then.
const most = Math.floor((openFiles() - OTHER_FILES) / 0.6);
if (!Number.isInteger(sockets) || sockets < NODES || sockets > most) {
  say(`--sockets takes a whole number from ${NODES} to ${most}, as many as the open files of this machine allow.`);
  process.exit(2);
}
run(sockets).then(
  async (steps) => {
    const rows = steps.map(({ away, allBackMs, absences, stalls, offline, ends }) => [
      `${away}`,
      seconds(allBackMs),
      `${seconds(percentile(absences, 0.5))} / ${seconds(percentile(absences, 0.99))} / ${seconds(Math.max(...absences))}`,
      `${Math.round(Math.max(...stalls))}`,
      `${Object.entries(ends).reduce((sum, [how, times]) => (how === '1012' ? sum : sum + times), 0)}`,
      `${offline}`,
    ]);
    const head = [
      'sent away',
      'all back after, s',
      'away (half, 99 of 100, most), s',
      'longest stall of an event loop, ms',
      'attempts that failed',
      'seen offline',
    ];
    const date = new Date().toISOString().slice(0, 10);
    const about = `Measured on ${date}: ${sockets} sockets on ${NODES} nodes with default settings, on ${machineText()}.`;
    const text = `${about}\n\n${tableOf(head, rows)}`;
    process.stdout.write(`${text}\n`);
    if (values['write-docs'])
      await writeFile(
        PAGE,
        replaceBetween(await readFile(PAGE, 'utf8'), '<!-- rolling:begin -->', '<!-- rolling:end -->', text),
      );
    process.exit(steps.some(({ offline }) => offline > 0) ? 1 : 0);
  },
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : `${error}`);
    process.exit(1);
  },
);
