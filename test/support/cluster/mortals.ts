/** Two nodes over one Redis whose clock the test moves, and which can come to an end at any of their calls. */
import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import { createRedisStore } from '../../../src/adapters/redis/redisStore.js';
import { startWriteBehind } from '../../../src/node/writeBehind.js';
import { isUnavailable } from '../../../src/presence/errors.js';
import type { AccessChange, Bus } from '../../../src/presence/ports/bus.js';
import type { Journal } from '../../../src/presence/ports/journal.js';
import { assemblePresence } from '../unit/assemblePresence.js';
import { timings } from '../unit/builders.js';
import { createCuts } from '../unit/cuts.js';
import { createFakePeople } from '../unit/fakePeople.js';
import { createFakeJournal, createFakeRateLimits } from '../unit/fakes.js';
import { type LiveUnderTest, openLive } from './live.js';
import type { TestRedis } from './redis.js';
import { takeCopy } from './team.js';

export const TIMINGS = timings({ heartbeatIntervalMs: 200 });
export const LEASE_MS = 10_000;
const SHARDS = 1;
const NEVER_MS = 100_000_000;

/** Moves the clocks of all shards. */
const ADVANCE = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  for _, shard in ipairs(KEYS) do
    local clock = math.max(now, tonumber(redis.call('HGET', shard, 'clock') or 0))
    redis.call('HSET', shard, 'clock', string.format('%.0f', clock + ARGV[1]))
  end`;

type Shared = {
  readonly bus: Bus;
  readonly journal: Journal;
  readonly people: ReturnType<typeof createFakePeople>['people'];
  readonly monotonicMs: () => number;
};

/** The first command that is asked for. */
const nameOf = (command: unknown): string => /client\.(\w+)/.exec(String(command))?.[1] ?? 'a command';

const startNode = async (name: string, line: LiveUnderTest, shared: Shared) => {
  const cuts = createCuts();
  let incarnations = 0;
  const { keys, connection } = line;
  const store = createRedisStore({
    redises: {
      run: cuts.through((script) => script, line.redises.run),
      ask: cuts.through(nameOf, line.redises.ask) as typeof line.redises.ask,
    },
    keys,
    publish: connection.publish,
    monotonicMs: shared.monotonicMs,
    leaseMs: LEASE_MS,
    settleMs: 0,
    quietMs: 0,
    gapMs: NEVER_MS,
  });
  const journal: Journal = {
    read: cuts.through('journal read', shared.journal.read),
    write: cuts.through('journal write', shared.journal.write),
  };
  const alive =
    <M>(listener: (message: M) => void) =>
    (message: M) => {
      if (!cuts.isDead) listener(message);
    };
  const bus: Bus = {
    ...shared.bus,
    subscribeEnded: (listener) => shared.bus.subscribeEnded(alive(listener)),
    publishEnded: cuts.through('bus', shared.bus.publishEnded),
  };
  /** The connections of clients, and those whose connect failed: the edge releases them. */
  const clients = new Map<string, string>();
  const failed = new Map<string, string>();
  const presence = assemblePresence({
    store,
    bus,
    people: shared.people,
    journal,
    rateLimits: createFakeRateLimits().rateLimits,
    timings: TIMINGS,
    newId: () => `new of ${name}`,
    newIncarnation: () => `${name}.${++incarnations}`,
    onRevived: (emptied) => {
      // Clients answer as soon as they are asked, and not before.
      setImmediate(() => {
        for (const local of clients.keys()) presence.node.answered(local);
      });
      if (emptied) void writeBehind.rescue().catch(() => {});
    },
    onJournalFailure: () => {},
  });
  const writeBehind = startWriteBehind({
    store,
    journal,
    recentCommits: presence.recentCommits,
    everyMs: NEVER_MS,
    liveEveryMs: NEVER_MS,
    onError: () => {},
  });
  await shared.bus.subscribeAccessChanges(alive((change: AccessChange) => void presence.accessChanged(change)));
  await presence.node.start();
  await presence.node.leaseHeartbeat();
  let made = 0;
  const node = {
    name,
    cuts,
    store,
    presence,
    writeBehind,
    clients,
    failed,
    turn: () => presence.node.leaseHeartbeat(),
    async open(userId: string, sessionId: string) {
      const local = `${++made}`;
      failed.set(local, userId);
      await presence.connect({ userId, connectionId: local, sessionId, device: 'WEB' });
      failed.delete(local);
      clients.set(local, userId);
      return local;
    },
    async close(local: string) {
      const userId = clients.get(local) ?? failed.get(local)!;
      clients.delete(local);
      failed.set(local, userId);
      try {
        await presence.disconnect({ userId, connectionId: local, lastReceivedMsAgo: 0 });
      } catch (error) {
        if (isUnavailable(error)) throw error;
      }
      failed.delete(local);
    },
    /** Releases what could not be released before. */
    async release() {
      for (const local of failed.keys()) await node.close(local);
    },
    async closeAll() {
      await node.release();
      for (const local of clients.keys()) await node.close(local);
    },
    async sweep() {
      for (const userId of await store.dueUsers(1_000)) await presence.tick(userId);
      await store.expireTyping();
      await store.indexPlaces();
    },
    stop() {
      // Of a node that is dead it never ends.
      void writeBehind.stop().catch(() => {});
    },
  };
  return node;
};

export type Mortal = Awaited<ReturnType<typeof startNode>>;

/** The connections to one database of a Redis, with which worlds are made one after the other. */
export const openLines = (redis: TestRedis, database: number) => {
  const open = () => openLive([`${redis.url}/${database}`], SHARDS);
  const lines = [open(), open()] as const;
  const [{ keys, connection }] = lines;
  const admin = connection.client;
  const copier = redis.admin.duplicate({ db: database });
  const shardKeys = Array.from({ length: SHARDS }, (_, shard) => keys.of(shard).shard);

  return {
    keys,
    /** Two nodes, `a` and `b`, over an empty store. */
    async open(users: readonly string[]) {
      await admin.flushdb();
      let ahead = 0;
      const persisted = createFakeJournal(users);
      const fake = createFakePeople({ userIds: users });
      const shared: Shared = {
        bus: createMemoryBus(),
        journal: persisted.journal,
        people: fake.people,
        monotonicMs: () => performance.now() + ahead,
      };
      const a = await startNode('a', lines[0], shared);
      const b = await startNode('b', lines[1], shared);
      await a.turn();
      return {
        a,
        b,
        journal: persisted,
        bus: shared.bus,
        conversations: fake.conversations,
        startedAt: await b.store.now(),
        async wait(ms: number) {
          ahead += ms;
          await admin.eval(ADVANCE, SHARDS, ...shardKeys, ms);
        },
        empty: () => admin.flushdb(),
        /** A copy of what there is, to be brought back by another server. */
        copy: () => takeCopy({ admin: copier }, shardKeys),
        /** What there is in Redis besides what stays there for ever. */
        left: async () => {
          const names = await admin.keys('*');
          return names
            .filter((name) => !/:(shard|nodes|awaited|dirty-guard)$|:gone:|:types-in:|^rc:shards$/.test(name))
            .sort();
        },
        close() {
          a.stop();
          b.stop();
        },
      };
    },
    async close() {
      copier.disconnect();
      for (const line of lines) await line.close();
    },
  };
};

export type Lines = ReturnType<typeof openLines>;
export type MortalWorld = Awaited<ReturnType<Lines['open']>>;

/** Does `each` for all, each over lines that are free: worlds are independent of each other. */
export const inLanes = async <T>(
  lanes: readonly Lines[],
  items: readonly T[],
  each: (item: T, lines: Lines) => Promise<void>,
): Promise<void> => {
  const left = [...items];
  await Promise.all(
    lanes.map(async (lines) => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await each(item, lines);
    }),
  );
};
