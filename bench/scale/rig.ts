/** Nodes of a build of Rollcall without sockets, over a Redis of the benchmark's own, and what they and that Redis spend. */
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Keys } from '../../src/adapters/redis/keys.js';
import type { PresenceRecord } from '../../src/presence/types.js';
import { startRedis } from '../../test/support/cluster/redis.js';

const TIMINGS = {
  heartbeatTimeoutMs: 45_000,
  heartbeatIntervalMs: 30_000,
  sessionTtlMs: 300_000,
  idleAfterMs: 300_000,
  graceMs: 0,
  typingTimeoutMs: 5_000,
};
/** What a write into the journal takes; its rows are counted. */
const JOURNAL_MS = 10;

const modulesOf = async (root: string) => {
  const dist = resolve(root, process.env.ROLLCALL_DIST ?? 'dist');
  const load = <M>(file: string): Promise<M> => import(pathToFileURL(join(dist, file)).href);
  return {
    ...(await load<typeof import('../../src/adapters/redis/codec.js')>('adapters/redis/codec.js')),
    ...(await load<typeof import('../../src/adapters/redis/keys.js')>('adapters/redis/keys.js')),
    ...(await load<typeof import('../../src/adapters/redis/redisBus.js')>('adapters/redis/redisBus.js')),
    ...(await load<typeof import('../../src/adapters/redis/redisConnection.js')>('adapters/redis/redisConnection.js')),
    ...(await load<typeof import('../../src/adapters/redis/redisStore.js')>('adapters/redis/redisStore.js')),
    ...(await load<typeof import('../../src/adapters/redis/scripts.js')>('adapters/redis/scripts.js')),
    ...(await load<typeof import('../../src/node/departures.js')>('node/departures.js')),
    ...(await load<typeof import('../../src/node/node.js')>('node/node.js')),
    ...(await load<typeof import('../../src/node/recentCommits.js')>('node/recentCommits.js')),
    ...(await load<typeof import('../../src/node/recordReader.js')>('node/recordReader.js')),
    ...(await load<typeof import('../../src/node/recordWriter.js')>('node/recordWriter.js')),
    ...(await load<typeof import('../../src/node/sweeper.js')>('node/sweeper.js')),
    ...(await load<typeof import('../../src/node/writeBehind.js')>('node/writeBehind.js')),
    ...(await load<typeof import('../../src/presence/record.js')>('presence/record.js')),
  };
};

const cpuMsNow = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** Watches how much CPU time passes between two timers of a millisecond. */
const watchBlocks = () => {
  let [last, most] = [cpuMsNow(), 0];
  const timer = setInterval(() => {
    const now = cpuMsNow();
    most = Math.max(most, now - last);
    last = now;
  }, 1);
  return {
    async stop(): Promise<number> {
      // What ran last is seen by the next timer.
      await wait(5);
      clearInterval(timer);
      return most;
    },
  };
};

/** What something cost. */
export interface Cost {
  /** CPU time of this process, in ms. */
  readonly cpuMs: number;
  /** The most CPU time that it spent without a turn of the event loop, in ms: unlike the clock it knows of no other processes. */
  readonly blockMs: number;
  readonly wallMs: number;
  /** Commands that Redis was sent: scripts count once. */
  readonly commands: number;
  readonly scripts: number;
  /** CPU time of Redis, in ms, and its longest command. */
  readonly redisCpuMs: number;
  readonly longestMs: number;
  /** What Redis sent, in KiB. */
  readonly sentKiB: number;
}

export const createRig = async (root: string) => {
  const rollcall = await modulesOf(root);
  const redis = await startRedis(['--slowlog-log-slower-than', '200', '--slowlog-max-len', '4096']);
  const { admin, url } = redis;
  const opened: (() => Promise<void>)[] = [];

  /** A node with its lease, write-behind and sweeper not yet running. */
  const openNode = async (shards: number, name: string = randomUUID()) => {
    const connection = rollcall.openRedis([url], { onError: () => {} });
    const keys = rollcall.createKeys(shards);
    const redises = rollcall.createRedises(connection.client);
    const leases = { leaseMs: 45_000, settleMs: 0, quietMs: 0, gapMs: 600_000 };
    const { publish } = connection;
    const store = rollcall.createRedisStore({ redises, keys, publish, probe: name, ...leases });
    const bus = rollcall.createRedisBus({ connection, keys, probe: name });
    const rows = { written: 0 };
    const journal = {
      read: async (userIds: readonly string[]) =>
        new Map(userIds.map((userId) => [userId, { generation: 1, persisted: null }])),
      async write(written: readonly unknown[]) {
        rows.written += written.length;
        await wait(JOURNAL_MS);
      },
    } as never;
    const recentCommits = rollcall.createRecentCommits();
    const { readRecords } = rollcall.createRecordReader({ store, journal, recentCommits });
    const failures: unknown[] = [];
    const onRevived: (() => void)[] = [];
    let incarnations = 0;
    const onError = (error: unknown) => void failures.push(error);
    const records = rollcall.createRecordWriter({
      store,
      bus,
      journal,
      recentCommits,
      departures: rollcall.createDepartures({ graceMs: 0, sweepMs: 250 }),
      onTransition: () => {},
      onJournalFailure: onError,
    } as never);
    const node = rollcall.createNode({
      store,
      bus,
      records,
      readRecords,
      recentCommits,
      timings: TIMINGS as never,
      newIncarnation: () => `${name}.${++incarnations}`,
      onRevived: () => {
        for (const listener of onRevived) listener();
      },
      onReady: () => {},
      onTransition: () => {},
      onError,
    });
    await node.leaseHeartbeat();
    const close = async () => {
      await bus.close();
      await connection.close();
    };
    opened.push(close);
    return { name, keys, store, journal, rows, recentCommits, records, node, failures, onRevived };
  };
  /** The record of a user with one connection of that incarnation. */
  const recordOf = (userId: string, incarnation: string, at: number): PresenceRecord => {
    const restored = rollcall.restoreRecord(userId, { generation: 1, persisted: null });
    const opening = { connectionId: `${incarnation}/${userId}`, sessionId: 'tab', device: 'WEB' as const };
    return { ...rollcall.connect(restored, opening, at).record, revision: at };
  };

  /** Users with a connection each, stored as commits store them; `isMarked`: for the journal. */
  const addUsers = async (
    { keys }: { readonly keys: Keys },
    userIds: readonly string[],
    incarnation: string,
    isMarked = false,
  ) => {
    const at = Date.now();
    for (let from = 0; from < userIds.length; from += 2_000) {
      const pipeline = admin.pipeline();
      for (const userId of userIds.slice(from, from + 2_000)) {
        const record = recordOf(userId, incarnation, at);
        const shard = keys.ofId(userId);
        const head = [rollcall.FORMAT, 1, at, at, at, at, 1].join('|');
        pipeline.set(keys.record(userId), `${head}|${rollcall.encodeBody(record)}`);
        pipeline.zadd(shard.live, '9000000000000000', userId);
        pipeline.sadd(shard.on(incarnation), userId);
        if (isMarked) pipeline.zadd(shard.dirty, at * 1_000, userId);
      }
      await pipeline.exec();
    }
    return (userId: string) => recordOf(userId, incarnation, at);
  };

  const redisUsage = async () => {
    const [cpu, stats, commands] = await Promise.all([
      admin.info('cpu'),
      admin.info('stats'),
      admin.info('commandstats'),
    ]);
    const read = (text: string, name: string) => Number(RegExp(`${name}:(?:calls=)?([\\d.]+)`).exec(text)?.[1] ?? 0);
    return {
      cpuMs: 1_000 * (read(cpu, 'used_cpu_sys') + read(cpu, 'used_cpu_user')),
      sentKiB: read(stats, 'total_net_output_bytes') / 1_024,
      commands: read(stats, 'total_commands_processed'),
      scripts: read(commands, 'cmdstat_evalsha') + read(commands, 'cmdstat_eval'),
    };
  };

  const measure = async (act: () => Promise<unknown>): Promise<Cost> => {
    globalThis.gc?.();
    await wait(50);
    await admin.slowlog('RESET');
    const before = await redisUsage();
    const blocks = watchBlocks();
    const [cpu, startedAt] = [process.cpuUsage(), performance.now()];
    await act();
    const wallMs = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpu);
    const blockMs = await blocks.stop();
    const after = await redisUsage();
    const slow = (await admin.slowlog('GET', 4_096)) as [number, number, number, string[]][];
    return {
      cpuMs: (user + system) / 1_000,
      blockMs,
      wallMs,
      commands: after.commands - before.commands,
      scripts: after.scripts - before.scripts,
      redisCpuMs: after.cpuMs - before.cpuMs,
      longestMs: Math.max(0, ...slow.map(([, , us]) => us)) / 1_000,
      sentKiB: after.sentKiB - before.sentKiB,
    };
  };

  return {
    ...rollcall,
    admin,
    openNode,
    addUsers,
    /** A node with that many connections, each of a user of its own, as the store has them. */
    async openConnected(connections: number) {
      const here = await openNode(1, 'here');
      const userIds = Array.from({ length: connections }, (_, i) => `user-${i}`);
      const recordOf = await addUsers(here, userIds, 'here.1');
      for (const userId of userIds) {
        here.node.open({ local: userId, userId, sessionId: 'tab' });
        here.node.opened(userId);
        here.recentCommits.observed(recordOf(userId));
      }
      return { here, userIds };
    },
    measure,
    /** Closes all nodes and empties Redis. */
    async clear() {
      await Promise.all(opened.splice(0).map((close) => close()));
      await admin.flushall();
    },
    async stop() {
      await this.clear();
      await redis.stop();
    },
  };
};

export type Rig = Awaited<ReturnType<typeof createRig>>;
export type BenchNode = Awaited<ReturnType<Rig['openNode']>>;
