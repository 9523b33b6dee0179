/** Nodes as the server makes them, over one Redis; the test runs their lease heartbeats. */
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { LeaseOptions } from '../../../src/adapters/redis/shardRenewal.js';
import { startWriteBehind } from '../../../src/node/writeBehind.js';
import { isUnavailable } from '../../../src/presence/errors.js';
import type { Timings } from '../../../src/presence/types.js';
import type { Caller } from '../../../src/service/contract.js';
import { assemblePresence } from '../unit/assemblePresence.js';
import { timings } from '../unit/builders.js';
import { createFakePeople } from '../unit/fakePeople.js';
import { createFakeJournal, createFakeRateLimits } from '../unit/fakes.js';
import { openLive } from './live.js';
import type { TestRedis } from './redis.js';

const NEVER_MS = 100_000_000;
/** How long a store that lost something recovers at the least, by default. */
export const SETTLE_MS = 150;
/** Longer than any recovery takes. */
const SETTLED_WITHIN_MS = 20_000;

/** Between two rounds of heartbeats: without, a test that waits keeps a whole core busy. */
export const breathe = (): Promise<void> => wait(10);

/** The answer, or 'refused' where it is UNAVAILABLE. */
export const orRefused = async <T>(answer: Promise<T>): Promise<T | 'refused'> => {
  try {
    return await answer;
  } catch (error) {
    if (isUnavailable(error)) return 'refused';
    throw error;
  }
};

export const callerOf = (userId: string, connectionId: string | null = null): Caller => ({
  viewer: { kind: 'user', userId },
  connectionId,
});

export const createTeam = (
  redis: TestRedis,
  {
    users,
    shards = 4,
    leases = {},
    ...changes
  }: {
    readonly users: readonly string[];
    readonly shards?: number;
    readonly leases?: Partial<LeaseOptions>;
  } & Partial<Timings>,
) => {
  const journal = createFakeJournal(users);
  const { people, conversations } = createFakePeople({ userIds: users });
  let made = 0;

  const startNode = async () => {
    made += 1;
    const name = `node-${made}`;
    let incarnations = 0;
    const live = openLive([redis.url], shards, { settleMs: SETTLE_MS, leaseMs: 10_000, quietMs: 200, ...leases });
    const presence = assemblePresence({
      store: live.store,
      bus: live.bus,
      people,
      journal: journal.journal,
      rateLimits: createFakeRateLimits().rateLimits,
      timings: timings({ heartbeatIntervalMs: 200, ...changes }),
      newId: () => `${name}-new`,
      newIncarnation: () => `${name}.${++incarnations}`,
      onReady: () => void live.store.reindexPlaces(presence.recentCommits.liveUsers()).catch(() => {}),
      onJournalFailure: () => {},
    });
    const writeBehind = startWriteBehind({
      store: live.store,
      journal: journal.journal,
      recentCommits: presence.recentCommits,
      everyMs: NEVER_MS,
      liveEveryMs: NEVER_MS,
      onError: () => {},
    });
    const stop = async () => {
      await writeBehind.stop().catch(() => {});
      await live.close();
    };
    onTestFinished(stop);
    await presence.node.start();
    await presence.node.leaseHeartbeat();
    const connections = new Map<string, string>();
    const silent = new Set<string>();
    return {
      ...live,
      presence,
      writeBehind,
      stop,
      /** How many connections were opened, successfully or not. */
      get made() {
        return connections.size;
      },
      turn: () => presence.node.leaseHeartbeat(),
      async open(userId: string, sessionId = 'tab') {
        const connectionId = String(connections.size + 1);
        connections.set(connectionId, userId);
        await presence.connect({ userId, connectionId, sessionId, device: 'WEB' });
        return connectionId;
      },
      close: (connectionId: string) =>
        presence.disconnect({ userId: connections.get(connectionId)!, connectionId, lastReceivedMsAgo: 0 }),
      /** All connections answer their pings, except those that fell silent. */
      answer() {
        for (const connectionId of connections.keys())
          if (!silent.has(connectionId)) presence.node.answered(connectionId);
      },
      fallSilent: (connectionId: string) => void silent.add(connectionId),
      records: async (userIds = users) => orRefused(presence.readRecords(userIds)),
      async record(userId: string) {
        const { records } = await presence.readRecords([userId]);
        return records.get(userId)!;
      },
      /** Ticks every user who is due, once. */
      async sweep() {
        for (const userId of await live.store.dueUsers(1_000)) await presence.tick(userId);
      },
    };
  };
  type TeamNode = Awaited<ReturnType<typeof startNode>>;

  return {
    journal,
    people,
    conversations,
    startNode,
    /** Starts nodes, and waits until they can read. */
    async start(count: number): Promise<TeamNode[]> {
      const nodes: TeamNode[] = [];
      while (nodes.length < count) nodes.push(await startNode());
      await this.settled(nodes);
      return nodes;
    },
    /**
     * Runs heartbeats and answers of all nodes until each can read the store. Resolves to the longest time, in ms, that one round of
     * them took. Rejects after `withinMs`.
     */
    async settled(nodes: readonly TeamNode[], withinMs = SETTLED_WITHIN_MS): Promise<number> {
      const endsAt = performance.now() + withinMs;
      let longestMs = 0;
      while (performance.now() < endsAt) {
        const beganAt = performance.now();
        for (const node of nodes) {
          await node.turn().catch(() => {});
          node.answer();
        }
        const readings = await Promise.all(nodes.map((node) => node.records()));
        longestMs = Math.max(longestMs, performance.now() - beganAt);
        if (!readings.includes('refused')) return longestMs;
        await breathe();
      }
      throw new Error(`the store has not recovered after ${withinMs} ms`);
    },
  };
};

const DUMP_ALL = `
  local all = {}
  for _, key in ipairs(redis.call('KEYS', '*')) do
    all[#all + 1] = key
    all[#all + 1] = redis.call('DUMP', key)
  end
  return all`;

/**
 * Copies a database of Redis. Returns what brings it back in one step, as the same server had it at the time of the copy; the
 * shards whose keys are in `elsewhere` then seem to have been held by another server.
 */
export const takeCopy = async (
  { admin }: Pick<TestRedis, 'admin'>,
  elsewhere: readonly string[] = [],
): Promise<() => Promise<unknown>> => {
  const dump = (await admin.callBuffer('EVAL', DUMP_ALL, 0)) as readonly Buffer[];
  return async () => {
    const back = admin.multi().flushdb();
    for (let i = 0; i < dump.length; i += 2) back.restore(dump[i]!, 0, dump[i + 1]!);
    for (const shard of elsewhere) back.hset(shard, 'server', 'another');
    return back.exec();
  };
};
