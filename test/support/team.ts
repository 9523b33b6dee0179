/** Nodes as the server makes them, over one Redis, each of which takes its turns when the test says so. */
import { onTestFinished } from 'vitest';
import { isUnavailable } from '../../src/presence/errors.js';
import { createPresence } from '../../src/presence/presence.js';
import type { Timings } from '../../src/presence/types.js';
import type { Caller } from '../../src/presence/verbs.js';
import { startWriteBehind } from '../../src/presence/writeBehind.js';
import type { LeaseOptions } from '../../src/store/redisLeases.js';
import { timings } from './builders.js';
import { createFakeJournal, createFakePeople, createFakeRateLimits } from './fakes.js';
import { openLive } from './live.js';
import type { TestRedis } from './redis.js';

const NEVER_MS = 100_000_000;
/** How long a store that lost something recovers at the least, where nothing else is said. */
export const SETTLE_MS = 150;
/** Longer than any recovery takes. */
const SETTLED_WITHIN_MS = 20_000;

/** Whoever asks is told what there is, or that it cannot be said now. */
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
  let made = 0;

  const startNode = async () => {
    made += 1;
    const name = `node-${made}`;
    let incarnations = 0;
    const live = openLive([redis.url], shards, { settleMs: SETTLE_MS, leaseMs: 10_000, quietMs: 200, ...leases });
    const presence = createPresence({
      store: live.store,
      bus: live.bus,
      people: createFakePeople(users).people,
      journal: journal.journal,
      rateLimits: createFakeRateLimits().rateLimits,
      timings: timings({ heartbeatIntervalMs: 200, ...changes }),
      newId: () => `${name}-new`,
      newIncarnation: () => `${name}.${++incarnations}`,
      onJournalFailure: () => {},
    });
    const writeBehind = startWriteBehind({
      store: live.store,
      journal: journal.journal,
      remembered: presence.remembered,
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
    await presence.node.turn();
    const connections = new Map<string, string>();
    const silent = new Set<string>();
    return {
      ...live,
      presence,
      writeBehind,
      stop,
      /** How many connections were opened, whether or not they could be. */
      get made() {
        return connections.size;
      },
      turn: () => presence.node.turn(),
      async open(userId: string, sessionId = 'tab') {
        const connectionId = String(connections.size + 1);
        connections.set(connectionId, userId);
        await presence.connect({ userId, connectionId, sessionId, device: 'WEB' });
        return connectionId;
      },
      close: (connectionId: string) =>
        presence.disconnect({ userId: connections.get(connectionId)!, connectionId, lastHeardMsAgo: 0 }),
      /** All connections answer, but those that fell silent. */
      answer() {
        for (const connectionId of connections.keys()) if (!silent.has(connectionId)) presence.node.heard(connectionId);
      },
      fallSilent: (connectionId: string) => void silent.add(connectionId),
      records: async (userIds = users) => orRefused(presence.readRecords(userIds)),
      async record(userId: string) {
        const { records } = await presence.readRecords([userId]);
        return records.get(userId)!;
      },
      /** What is due is done, once. */
      async sweep() {
        for (const userId of await live.store.dueUsers(1_000)) await presence.tick(userId);
      },
    };
  };
  type TeamNode = Awaited<ReturnType<typeof startNode>>;

  return {
    journal,
    startNode,
    /** Nodes that have settled. */
    async start(count: number): Promise<TeamNode[]> {
      const nodes: TeamNode[] = [];
      while (nodes.length < count) nodes.push(await startNode());
      await this.settled(nodes);
      return nodes;
    },
    /** Turns of all, and answers of all, until all can read the store. Rejects after so many ms. */
    async settled(nodes: readonly TeamNode[], withinMs = SETTLED_WITHIN_MS): Promise<void> {
      const endsAt = performance.now() + withinMs;
      while (performance.now() < endsAt) {
        for (const node of nodes) {
          await node.turn().catch(() => {});
          node.answer();
        }
        const readings = await Promise.all(nodes.map((node) => node.records()));
        if (!readings.includes('refused')) return;
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
 * Everything in a database of Redis as it is now, to be brought back in one step: what the same server had some time ago. With the keys
 * of shards in `elsewhere` it is as if another server held them by then.
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
