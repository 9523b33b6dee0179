/** Faults of a Redis that comes back: as it was, as it was earlier, or empty. */
import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Cluster } from './cluster.js';
import { openProxy } from './proxy.js';
import { startRedis, type TestRedis } from './redis.js';

export interface ArmedFault {
  /** What is written from now on is lost with the fault. */
  mark(): Promise<void>;
  /** Resolves when Redis serves again, to its port; null where no connection was cut. */
  happen(): Promise<number | null>;
}

export interface RedisFault {
  /** Completes the sentence "a Redis that is …". */
  readonly name: string;
  readonly redisArgs?: readonly string[];
  /** Prepares the fault. */
  arm(cluster: Cluster): Promise<ArmedFault>;
}

const APPENDING = ['--appendonly', 'yes', '--appendfsync', 'everysec'];
const nothing = async () => {};

/** The offset of replication: of a master what was written, of a replica what it has. */
const offsetOf = async ({ admin }: TestRedis, which: 'master_repl_offset' | 'slave_repl_offset'): Promise<number> =>
  Number(new RegExp(`${which}:(\\d+)`).exec(await admin.info('replication'))?.[1] ?? Number.NaN);

/** A replica of the cluster's Redis, over a proxy that can be held. */
const startReplica = async ({ redis }: Cluster) => {
  const link = await openProxy(redis.port);
  const replica = await startRedis(['--replicaof', '127.0.0.1', String(link.port), '--repl-diskless-sync-delay', '0']);
  onTestFinished(async () => {
    await replica.stop();
    await link.close();
  });
  // Redis does not report how far a replica is: poll.
  while (!(await replica.admin.info('replication')).includes('master_link_status:up')) await wait(20);
  /** Resolves when the replica has what was written by now. */
  const even = async () => {
    const written = await offsetOf(redis, 'master_repl_offset');
    while ((await offsetOf(replica, 'slave_repl_offset')) < written) await wait(5);
  };
  await even();
  const takeOver = async () => {
    redis.signal('SIGKILL');
    await replica.admin.replicaof('NO', 'ONE');
    return replica.port;
  };
  return { link, even, takeOver };
};

/** The file to which Redis appends its commands. */
const appended = async ({ folder }: TestRedis): Promise<string> => {
  const files = await readdir(join(folder, 'appendonlydir'));
  const name = files.findLast((file) => file.endsWith('.incr.aof'));
  if (!name) throw new Error(`no file is appended to among ${files.join()}`);
  return join(folder, 'appendonlydir', name);
};

export const PROMOTED: RedisFault = {
  name: 'replaced by a replica that was behind',
  async arm(cluster) {
    const { link, takeOver } = await startReplica(cluster);
    return { mark: async () => link.hold(), happen: takeOver };
  },
};

export const PROMOTED_EVEN: RedisFault = {
  name: 'replaced by a replica that has all of it',
  async arm(cluster) {
    const { even, takeOver } = await startReplica(cluster);
    return {
      mark: nothing,
      async happen() {
        await even();
        return takeOver();
      },
    };
  },
};

export const SNAPSHOT: RedisFault = {
  name: 'restarted from an old snapshot',
  async arm({ redis }) {
    return {
      async mark() {
        await redis.admin.save();
      },
      async happen() {
        await redis.restart();
        return redis.port;
      },
    };
  },
};

/** As in a power failure: the last second of what was appended is not on the disk. */
export const APPEND_ONLY_CUT: RedisFault = {
  name: 'killed with the last of its append-only file not on the disk',
  redisArgs: APPENDING,
  async arm({ redis }) {
    let length = 0;
    return {
      async mark() {
        length = (await stat(await appended(redis))).size;
      },
      async happen() {
        await redis.restart(async () => truncate(await appended(redis), length));
        return redis.port;
      },
    };
  },
};

/** As when the process alone is killed: everything that was appended is there. */
export const APPEND_ONLY: RedisFault = {
  name: 'killed and started with its append-only file',
  redisArgs: APPENDING,
  async arm({ redis }) {
    return {
      mark: nothing,
      async happen() {
        await redis.restart();
        return redis.port;
      },
    };
  },
};

export const FLUSHED: RedisFault = {
  name: 'flushed',
  async arm({ redis }) {
    return {
      mark: nothing,
      async happen() {
        await redis.admin.flushall();
        return null;
      },
    };
  },
};

export const RESTARTED_EMPTY: RedisFault = {
  name: 'restarted empty',
  async arm({ redis }) {
    return {
      mark: nothing,
      async happen() {
        await redis.restartEmpty();
        return redis.port;
      },
    };
  },
};

/** Makes the fault happen to all nodes; those of `late` find Redis so many ms later, and receive nothing meanwhile. */
export const inflict = async (
  cluster: Cluster,
  fault: ArmedFault,
  late: ReadonlyMap<number, number> = new Map(),
): Promise<void> => {
  const all = cluster.nodes.map(({ index }) => index);
  for (const index of late.keys()) cluster.way(index).hold();
  const port = await fault.happen();
  const findsIt = (index: number) => {
    const way = cluster.way(index);
    if (port !== null) way.leadTo(port);
    way.release();
    if (port !== null || late.has(index)) way.cut();
  };
  for (const index of all) if (!late.has(index)) findsIt(index);
  await Promise.all(
    [...late].map(async ([index, ms]) => {
      await wait(ms);
      findsIt(index);
    }),
  );
};
