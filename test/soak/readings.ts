/** What is in use at a moment: of each node, of Redis, and of PostgreSQL. Nothing here is read through the server but its metrics. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { SoakNode } from './soakNode.js';
import type { Stage } from './stage.js';

/** Numbers by name. */
export type Figures = Readonly<Record<string, number>>;

export interface Reading {
  /** Minutes since the crowd came. */
  readonly minute: number;
  readonly phase: 'before' | 'crowd' | 'after';
  /** Of each node: a figure starts anew with another process. */
  readonly pids: readonly number[];
  readonly figures: Figures;
}

const KIB = 1_024;
const TICKS_A_SECOND = 100;

/** The gauges of a node that come and go with people. */
const GAUGES = [
  'connections{transport="websocket"}',
  'connections{transport="sse"}',
  'connected_users',
  'sessions',
  'subscriptions',
  'watched_users',
  'watched_trays',
  'webhook_marked',
  'nats_kept',
];

const addTo = (counts: Record<string, number>, name: string, count = 1): void => {
  counts[name] = (counts[name] ?? 0) + count;
};

/** The sockets of a process by who is at their other end. */
const socketsOf = (pid: number, nodePort: number, ports: Stage['ports']): Record<string, number> => {
  const ends = new Map<string, readonly [local: number, remote: number]>();
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const [, local = '', remote = '', , , , , , , inode = ''] = line.trim().split(/\s+/);
    ends.set(
      inode,
      [local, remote].map((address) => Number.parseInt(address.slice(-4), 16)) as unknown as [number, number],
    );
  }
  const peers = new Map(Object.entries(ports).map(([name, port]) => [port, name]));
  const counts: Record<string, number> = { files: 0, 'sockets of clients': 0, 'sockets to others': 0 };
  for (const name of Object.keys(ports)) counts[`sockets to ${name}`] = 0;
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    addTo(counts, 'files');
    let target = '';
    try {
      target = readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      // Closed since.
    }
    const [local, remote = 0] = ends.get(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '') ?? [];
    if (local === undefined || remote === 0) continue;
    const peer = peers.get(remote);
    if (local === nodePort) addTo(counts, 'sockets of clients');
    else addTo(counts, peer ? `sockets to ${peer}` : 'sockets to others');
  }
  return counts;
};

const residentOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

/** CPU time of a process so far, in s. */
export const cpuOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
};

const metricsOf = async (node: SoakNode): Promise<Record<string, number>> => {
  const text = await (await fetch(`http://127.0.0.1:${node.metricsPort}/metrics`)).text();
  const read = new Map(
    [...text.matchAll(/^(?:rollcall_)(\S+) (\S+)$/gm)].map(
      ([, name = '', value = '']) => [name, Number(value)] as const,
    ),
  );
  const failed = [...read].filter(([name]) => name.includes('_count{') && name.includes('outcome="failed"'));
  return {
    ...Object.fromEntries(
      GAUGES.flatMap((name) => (read.has(name) ? [[name.replaceAll('"', ''), read.get(name)!]] : [])),
    ),
    'failed calls': failed.reduce((sum, [, count]) => sum + count, 0),
  };
};

const ofNode = async (node: SoakNode, ports: Stage['ports']): Promise<Record<string, number>> => {
  const { heap, code, external, resources } = await node.inside(false);
  const { Timeout = 0, ...handles } = resources;
  return {
    'heap, KiB': heap / KIB,
    'compiled code, KiB': code / KIB,
    'external, KiB': external / KIB,
    'resident, KiB': residentOf(node.pid),
    handles: Object.values(handles).reduce((sum, count) => sum + count, 0),
    timers: Timeout,
    ...socketsOf(node.pid, node.port, ports),
    ...(await metricsOf(node)),
  };
};

/** The third word of a name such as `rc:{0}:record:ada`. */
const kindOf = (name: string): string => name.split(':')[2] ?? name;

const ofRedis = async ({ redis: { admin } }: Stage): Promise<Record<string, number>> => {
  const figures: Record<string, number> = {};
  const once: string[] = [];
  let cursor = '0';
  do {
    const [next, keys] = await admin.scan(cursor, 'COUNT', 1_000);
    cursor = next;
    for (const key of keys) {
      addTo(figures, `keys ${kindOf(key)}`);
      if (key.split(':').length === 3) once.push(key);
    }
  } while (cursor !== '0');
  for (const key of once)
    if ((await admin.type(key)) === 'zset') figures[`entries ${kindOf(key)}`] = await admin.zcard(key);
  for (const channel of (await admin.pubsub('CHANNELS', '*')) as string[])
    addTo(figures, `channels ${kindOf(channel)}`);
  const info = await admin.info();
  const number = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
  return {
    ...figures,
    'memory, KiB': number('used_memory') / KIB,
    clients: number('connected_clients'),
    scripts: number('number_of_cached_scripts'),
  };
};

const ofPostgres = async ({ sql }: Stage): Promise<Record<string, number>> => {
  const tables = await sql<
    { name: string }[]
  >`select tablename as name from pg_tables where schemaname = 'public' order by 1`;
  const counts = tables
    .map(({ name }) => `select '${name}' as name, count(*)::int as rows from "${name}"`)
    .join(' union all ');
  const rows = await sql.unsafe<{ name: string; rows: number }[]>(counts);
  const [connections] = await sql<{ count: number }[]>`
    select count(*)::int from pg_stat_activity where backend_type = 'client backend' and application_name <> 'soak'`;
  const [size] = await sql<{ kib: number }[]>`select (pg_database_size(current_database()) / 1024)::int as kib`;
  return {
    connections: connections?.count ?? 0,
    'size, KiB': size?.kib ?? 0,
    ...Object.fromEntries(rows.map(({ name, rows: count }) => [`rows ${name}`, count])),
  };
};

const named = (prefix: string, figures: Figures): [string, number][] =>
  Object.entries(figures).map(([name, value]) => [`${prefix}: ${name}`, value]);

/** Reads all of it. `counting` objects stops the nodes for a second. */
export const readFigures = async (stage: Stage, counting: boolean): Promise<Figures> => {
  const all: [string, number][] = [];
  for (const node of stage.nodes) all.push(...named(node.name, await ofNode(node, stage.ports)));
  all.push(...named('redis', await ofRedis(stage)), ...named('postgres', await ofPostgres(stage)));
  // Last: a node that stops makes its connections anew.
  if (counting)
    for (const { name, inside } of stage.nodes) all.push(...named(`${name}: objects`, (await inside(true)).objects));
  return Object.fromEntries(all);
};
