/** A Redis Cluster for a test: three masters, each with a replica, on free ports, stopped by process id. */
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './freePort.js';
import { startRedis, type TestRedis } from './redis.js';

const MASTERS = 3;
const SLOTS = 16_384;
/** After so long without an answer the others consider a master failed; longer than a busy machine delays an answer. */
const NODE_TIMEOUT_MS = 3_000;

/** A master and the replica that takes over from it. */
export interface TestPair {
  readonly master: TestRedis;
  readonly replica: TestRedis;
}

export interface TestRedisCluster {
  /** The value of `REDIS_URL`: the masters, comma-separated. */
  readonly url: string;
  readonly urls: readonly string[];
  readonly nodes: readonly TestRedis[];
  /** The pair that serves a key as it was at the start. */
  pairOf(key: string): Promise<TestPair>;
  /** Empties every node that is a master now. */
  flush(): Promise<void>;
  /** Cuts the replica off from its master, which goes on serving. */
  separate(pair: TestPair): Promise<void>;
  /** Kills a master (SIGKILL) and resolves when every node knows that its replica has taken over, and serves all slots. */
  failOver(pair: TestPair): Promise<void>;
  /** The same, but the replica takes over at once, without a vote of the others. */
  takeOver(pair: TestPair): Promise<void>;
  /** Moves the slot of a key, with all that is in it, to the master of another pair while it is used. */
  moveSlot(key: string, to: TestPair): Promise<void>;
  stop(): Promise<void>;
}

/** How long gossip may take on a busy machine. */
const KNOWN_WITHIN_MS = 60_000;

/** Polls: nothing reports that gossip has arrived. */
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  const endsAt = performance.now() + KNOWN_WITHIN_MS;
  while (!(await holds())) {
    if (performance.now() > endsAt) throw new Error(`after ${KNOWN_WITHIN_MS} ms the Cluster is not so: ${holds}`);
    await wait(20);
  }
};

const infoOf = async (redis: TestRedis, section: 'cluster' | 'replication'): Promise<string> =>
  String(await (section === 'cluster' ? redis.admin.cluster('INFO') : redis.admin.info('replication')));

const idOf = async (redis: TestRedis): Promise<string> => String(await redis.admin.cluster('MYID'));

const isMaster = async (redis: TestRedis) => (await infoOf(redis, 'replication')).includes('role:master');

const servesAll = async (redis: TestRedis) => {
  const info = await infoOf(redis, 'cluster');
  return info.includes('cluster_state:ok') && info.includes(`cluster_slots_ok:${SLOTS}`);
};

/** At which ports a node says that slots are served. */
const portsOf = async (redis: TestRedis): Promise<readonly number[]> => {
  const ranges = await redis.admin.cluster('SLOTS');
  return ranges.map(([, , master]) => Number(master?.[1]));
};

const startNode = async (): Promise<TestRedis> => {
  // The bus between the nodes has a port of its own; the usual one, 10,000 above, may be no port at all.
  const busPort = await freePort();
  return startRedis([
    ...['--cluster-enabled', 'yes', '--cluster-port', String(busPort)],
    ...['--cluster-announce-ip', '127.0.0.1', '--cluster-node-timeout', String(NODE_TIMEOUT_MS)],
    // A replica takes over however long it received nothing from its master, as on a machine under load.
    ...['--cluster-replica-validity-factor', '0', '--repl-diskless-sync-delay', '0'],
  ]);
};

/** Starts six processes and makes them one Cluster. */
export const startRedisCluster = async (): Promise<TestRedisCluster> => {
  const nodes: TestRedis[] = [];
  const killed = new Set<TestRedis>();
  const running = () => nodes.filter((node) => !killed.has(node));
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    const startOne = async () => nodes.push(await startNode());
    await Promise.all(Array.from({ length: 2 * MASTERS }, startOne));
    const masters = nodes.slice(0, MASTERS);
    const pairs = masters.map((master, i) => ({ master, replica: nodes[MASTERS + i]! }));
    const first = masters[0]!;
    // Left to themselves the nodes settle who has which epoch when they meet, and those that are replicas by then never
    // do: one that has its master's own takes over, and no other node believes it.
    for (const [i, node] of nodes.entries()) await node.admin.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
    for (const node of nodes.slice(1)) {
      const [, busPort] = (await node.admin.config('GET', 'cluster-port')) as string[];
      await first.admin.call('CLUSTER', 'MEET', '127.0.0.1', node.port, busPort!);
    }
    const from = (i: number) => Math.floor((i * SLOTS) / MASTERS);
    for (const [i, master] of masters.entries()) {
      await master.admin.call('CLUSTER', 'ADDSLOTSRANGE', from(i), from(i + 1) - 1);
    }
    for (const node of nodes) {
      await until(async () => (await infoOf(node, 'cluster')).includes(`cluster_known_nodes:${nodes.length}`));
    }
    for (const { master, replica } of pairs) {
      await replica.admin.cluster('REPLICATE', await idOf(master));
    }
    for (const { master, replica } of pairs) {
      await until(async () => (await infoOf(replica, 'replication')).includes('master_link_status:up'));
      await until(async () => (await infoOf(master, 'replication')).includes('state=online'));
    }
    // Every node has to know every replica: only then can one be elected.
    for (const node of nodes) {
      await until(async () => String(await node.admin.cluster('NODES')).match(/\bslave\b/g)?.length === MASTERS);
      await until(() => servesAll(node));
    }
    const urls = masters.map(({ url }) => url);
    const slotOf = async (key: string) => Number(await nodes[MASTERS]!.admin.cluster('KEYSLOT', key));
    /** Those that were masters at the start; a moved slot is elsewhere. */
    const pairOf = async (key: string) => {
      const slot = await slotOf(key);
      return pairs[pairs.findIndex((_, i) => slot < from(i + 1))]!;
    };
    const kill = ({ master }: TestPair) => {
      master.signal('SIGKILL');
      killed.add(master);
    };
    /** Until a node notices that its master is gone, it reports all slots as served by the killed one. */
    const knowsThat = async (node: TestRedis, { master, replica }: TestPair) => {
      const ports = await portsOf(node);
      return ports.includes(replica.port) && !ports.includes(master.port);
    };
    const servedByReplica = async (pair: TestPair) => {
      await until(() => isMaster(pair.replica));
      for (const node of running()) {
        await until(() => knowsThat(node, pair));
        await until(() => servesAll(node));
      }
    };
    return {
      url: urls.join(','),
      urls,
      nodes,
      pairOf,
      async flush() {
        for (const node of running()) if (await isMaster(node)) await node.admin.flushall();
      },
      async separate({ master }) {
        await master.admin.config('SET', 'requirepass', 'unknown to the replica');
        await master.admin.client('KILL', 'TYPE', 'replica');
      },
      async failOver(pair) {
        kill(pair);
        await servedByReplica(pair);
      },
      async takeOver(pair) {
        kill(pair);
        await pair.replica.admin.cluster('FAILOVER', 'TAKEOVER');
        await servedByReplica(pair);
      },
      async moveSlot(key, { master: target }) {
        const slot = await slotOf(key);
        const { master: source } = await pairOf(key);
        await target.admin.cluster('SETSLOT', slot, 'IMPORTING', await idOf(source));
        await source.admin.cluster('SETSLOT', slot, 'MIGRATING', await idOf(target));
        for (;;) {
          const keys = (await source.admin.cluster('GETKEYSINSLOT', slot, 10)) as string[];
          if (keys.length === 0) break;
          await source.admin.migrate('127.0.0.1', target.port, '', 0, 5_000, 'KEYS', ...keys);
        }
        // The new owner first: no other may think the slot is nobody's.
        const owner = await idOf(target);
        for (const node of [target, source, ...masters]) await node.admin.cluster('SETSLOT', slot, 'NODE', owner);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
