/**
 * Memory and Redis give the same transcript for the same commands (invariant 17): random lives of a few users through
 * the service of presence, over both stores, on one clock that the test moves. Redis takes part by the highest clock that
 * it ever gave, which it never falls behind.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../src/adapters/memory/memoryBus.js';
import { createMemoryStore } from '../../src/adapters/memory/memoryStore.js';
import { createKeys } from '../../src/adapters/redis/keys.js';
import { createRedisBus } from '../../src/adapters/redis/redisBus.js';
import { openRedis } from '../../src/adapters/redis/redisConnection.js';
import { createRedisStore } from '../../src/adapters/redis/redisStore.js';
import { createRedises } from '../../src/adapters/redis/scripts.js';
import type { Bus } from '../../src/presence/ports/bus.js';
import type { LiveStore } from '../../src/presence/ports/stores.js';
import { type PresenceStatus, STATUSES } from '../../src/presence/types.js';
import type { Caller } from '../../src/service/contract.js';
import { startRedis, type TestRedis } from '../support/cluster/redis.js';
import { rounds } from '../support/cluster/rounds.js';
import { assemblePresence } from '../support/unit/assemblePresence.js';
import { activity, message, timings } from '../support/unit/builders.js';
import { createFakePeople, NO_LIMITS } from '../support/unit/fakePeople.js';

const USERS = ['ana', 'bo:*', 'cy'] as const;
const ROOM = 'a {room}';
/** Where users are: those of the room may use that, and everybody the others, of which a session has three at the most. */
const PLACES = [ROOM, 'plaza', 'a:post', '%'];
const TIMINGS = timings({
  graceMs: 50,
  sessionTtlMs: 200,
  idleAfterMs: 150,
  typingTimeoutMs: 40,
  heartbeatIntervalMs: 100,
});
/** Far ahead of any real clock, so that the test's alone counts. */
const START = Date.UTC(2100, 0, 1);
const NEVER_MS = 1_000_000_000;

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

interface Stores {
  readonly store: LiveStore;
  readonly bus: Bus;
  setClock(now: number): Promise<void>;
  close(): Promise<void>;
}

const inMemory = async (): Promise<Stores> => {
  let now = START;
  const bus = createMemoryBus();
  const store = createMemoryStore({ bus, clock: () => now });
  return {
    store,
    bus,
    async setClock(at) {
      now = at;
    },
    close: () => store.close(),
  };
};

const inRedis = (shards: number) => async (): Promise<Stores> => {
  await redis.admin.flushall();
  const connection = openRedis([redis.url], { onError: () => {} });
  const keys = createKeys(shards);
  const bus = createRedisBus({ connection, keys, probe: randomUUID() });
  let clock = START;
  const store = createRedisStore({
    monotonicMs: () => clock,
    redises: createRedises(connection.client),
    keys,
    publish: connection.publish,
    leaseMs: NEVER_MS,
    settleMs: 0,
    quietMs: 0,
    gapMs: NEVER_MS,
  });
  const setClock = async (now: number) => {
    clock = now;
    for (let shard = 0; shard < shards; shard += 1)
      await redis.admin.hset(keys.of(shard).shard, { clock: now, swept: now });
  };
  await store.renewLease('here');
  await setClock(START);
  return {
    store,
    bus,
    setClock,
    async close() {
      await store.close();
      await bus.close();
      await connection.close();
    },
  };
};

type Command =
  | { readonly kind: 'connect'; readonly user: number; readonly session: string }
  | { readonly kind: 'disconnect'; readonly which: number; readonly lastReceivedMsAgo: number }
  | {
      readonly kind: 'set';
      readonly user: number;
      readonly which: number | null;
      readonly status: PresenceStatus | null;
      readonly text: string | null | undefined;
      readonly playing: number;
      readonly expiresIn: number | null;
    }
  | { readonly kind: 'beat'; readonly user: number; readonly session: string | null; readonly idle: boolean }
  | { readonly kind: 'end'; readonly user: number; readonly session: string }
  | { readonly kind: 'host'; readonly user: number; readonly count: number }
  | { readonly kind: 'type'; readonly user: number; readonly isTyping: boolean }
  | { readonly kind: 'enter' | 'leave'; readonly user: number; readonly which: number | null; readonly place: number }
  | { readonly kind: 'tray'; readonly which: number; readonly isOpen: boolean }
  /** Of the first so many users; `missed`: the node hears nothing of it but that it missed something. */
  | { readonly kind: 'members'; readonly count: number; readonly missed: boolean }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'drain' }
  | { readonly kind: 'delete'; readonly user: number; readonly again: boolean };

const user = fc.nat({ max: USERS.length - 1 });
const session = fc.constantFrom('a', 'b', '__proto__');
const which = fc.nat({ max: 5 });
const of = <K extends string>(kind: K) => fc.constant(kind);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: of('connect'), user, session }) },
  { weight: 5, arbitrary: fc.record({ kind: of('disconnect'), which, lastReceivedMsAgo: fc.constantFrom(0, 0, 20) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: of('set'),
      user,
      which: fc.option(which),
      status: fc.option(fc.constantFrom(...STATUSES)),
      text: fc.constantFrom(undefined, null, 'hi', 'there'),
      playing: fc.nat({ max: 2 }),
      expiresIn: fc.option(fc.integer({ min: 1, max: 100 })),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: of('beat'), user, session: fc.option(session), idle: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: of('end'), user, session }) },
  { weight: 1, arbitrary: fc.record({ kind: of('host'), user, count: fc.nat({ max: 2 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: of('type'), user, isTyping: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('enter' as const, 'enter' as const, 'leave' as const),
      user,
      which: fc.option(which),
      place: fc.nat({ max: PLACES.length - 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: of('tray'), which, isOpen: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: of('members'), count: fc.nat({ max: 3 }), missed: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ kind: of('wait'), ms: fc.nat({ max: 120 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: of('drain') }) },
  { weight: 1, arbitrary: fc.record({ kind: of('delete'), user, again: fc.boolean() }) },
);

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? { refused: error.code } : Promise.reject(error);

/** The service over one pair of stores, and everything that it delivers. */
const world = async (open: () => Promise<Stores>) => {
  const { store, bus, setClock, close } = await open();
  const factsBus = createMemoryBus();
  const { people, journal, conversations } = createFakePeople({ bus: factsBus });
  await people.upsertUsers(
    USERS.map((id) => ({ id, privacy: { status: 'EVERYONE', lastSeen: 'EVERYONE', activity: 'EVERYONE' } })),
  );
  await people.putConversation(ROOM, USERS.slice(0, 2), false);
  for (const place of PLACES.slice(1)) await people.putConversation(place, [], true);
  let made = 0;
  let now = START;
  const failures: unknown[] = [];
  const presence = assemblePresence({
    // Redis tells by its own clock how long ago somebody typed, which the test cannot move: the contract suite is about it.
    store: { ...store, typedMsAgo: async () => null },
    bus,
    people,
    journal,
    rateLimits: NO_LIMITS,
    timings: TIMINGS,
    newId: () => `new-${++made}`,
    newIncarnation: () => 'here',
    onJournalFailure: (error) => failures.push(error),
  });
  await factsBus.subscribeAccessChanges((change) => {
    changes.push(presence.accessChanged(change));
  });
  const changes: Promise<void>[] = [];
  await presence.node.start();

  const answered: { readonly userId: string }[] = [];
  for (const id of USERS) await bus.subscribeUser(id, (message) => answered.push(message));
  await bus.subscribeTyping(ROOM, (message) => answered.push(message));
  const comings: unknown[] = [];
  for (const place of PLACES) await bus.subscribePlace(place, (message) => comings.push(message));
  let marked: (() => void) | undefined;
  await bus.subscribeAccessChanges(() => marked?.());
  /** Resolves when everything published before was received. */
  const settle = async () => {
    const mark = new Promise<void>((resolve) => {
      marked = resolve;
    });
    await bus.publishAccessChange({ kind: 'user', userId: 'nobody', mayRevoke: false, deleted: false });
    await mark;
  };

  const connections: { readonly local: string; readonly userId: string }[] = [];
  const connectionOf = (index: number | null) => (index === null ? undefined : connections[index % connections.length]);
  const caller = (userId: string, connectionId: string | null = null): Caller => ({
    viewer: { kind: 'user', userId },
    connectionId,
  });
  const host: Caller = { viewer: { kind: 'service', userId: 'host' }, connectionId: null };

  const act = async (what: Command): Promise<unknown> => {
    const userId = 'user' in what ? USERS[what.user]! : USERS[0];
    switch (what.kind) {
      case 'connect': {
        const local = String(connections.length);
        connections.push({ local, userId });
        return presence.connect({ userId, connectionId: local, sessionId: what.session, device: 'WEB' });
      }
      case 'disconnect': {
        const connection = connectionOf(what.which);
        if (!connection) return null;
        return presence.disconnect({
          userId: connection.userId,
          connectionId: connection.local,
          lastReceivedMsAgo: what.lastReceivedMsAgo,
        });
      }
      case 'set': {
        const connection = connectionOf(what.which);
        const expiresAt = what.expiresIn === null ? null : now + what.expiresIn;
        return presence.setPresence(caller(userId, connection?.userId === userId ? connection.local : null), {
          ...(what.status && { status: what.status }),
          ...(what.text !== undefined && {
            statusMessage: what.text === null ? null : message({ text: what.text, expiresAt }),
          }),
          ...(what.playing > 0 && {
            activities: Array.from({ length: what.playing }, (_, i) => activity({ name: `game ${i}`, expiresAt })),
          }),
        });
      }
      case 'beat':
        return presence.heartbeat(caller(userId), {
          idle: what.idle,
          ...(what.session !== null && { sessionId: what.session }),
        });
      case 'end':
        return presence.endSession(caller(userId), what.session);
      case 'host':
        return presence.putActivity(
          host.viewer,
          userId,
          'calls',
          Array.from({ length: what.count }, (_, i) => activity({ name: `call ${i}` })),
        );
      case 'type':
        return presence.setTyping(caller(userId), { conversationId: ROOM, isTyping: what.isTyping });
      case 'enter':
      case 'leave': {
        const connection = connectionOf(what.which);
        const who = caller(userId, connection?.userId === userId ? connection.local : null);
        return presence[what.kind](who, { conversationId: PLACES[what.place]! });
      }
      case 'tray': {
        const connection = connectionOf(what.which);
        return connection ? presence.setTray(caller(connection.userId, connection.local), what.isOpen) : null;
      }
      case 'members': {
        const members = USERS.slice(0, what.count);
        if (what.missed) {
          conversations.set(ROOM, { open: false, members });
          return presence.accessChangesMissed();
        }
        await people.putConversation(ROOM, members, false);
        await Promise.all(changes.splice(0));
        return null;
      }
      case 'wait': {
        now += what.ms;
        await setClock(now);
        const due = [...(await store.dueUsers(100))].sort();
        for (const id of due) await presence.tick(id);
        await store.expireTyping();
        return due;
      }
      case 'drain': {
        const { records } = await store.dirty(100);
        await journal.write(records);
        await store.clean(records);
        return records.map((record) => record.userId).sort();
      }
      case 'delete': {
        const existed = await people.deleteUser(userId);
        if (what.again) await people.upsertUsers([{ id: userId, privacy: { status: 'EVERYONE' } }]);
        await Promise.all(changes.splice(0));
        return existed;
      }
    }
  };

  /** What everybody would be answered. */
  const views = async () => ({
    seen: await Promise.all(
      [...USERS, 'host'].map((id) => presence.presenceOf(id === 'host' ? host.viewer : caller(id).viewer, USERS)),
    ),
    mine: await Promise.all(USERS.map((id) => presence.me(caller(id)).catch(codeOf))),
    online: await presence.online(host.viewer, { first: 10, after: null }),
    here: await Promise.all(
      PLACES.flatMap((place) =>
        [USERS[0], USERS[2]].map((id) => presence.here(caller(id).viewer, place).catch(codeOf)),
      ),
    ),
    there: await Promise.all(PLACES.map(async (place) => [...(await store.usersAt(place, 10)).userIds].sort())),
    // In no order.
    typing: await Promise.all(
      USERS.map(async (id) => {
        const typists = await presence.typing(caller(id).viewer, ROOM).catch(codeOf);
        return Array.isArray(typists) ? typists.map((typist) => JSON.stringify(typist)).sort() : typists;
      }),
    ),
    among: [...(await presence.typingAmong(caller(USERS[0]).viewer, USERS))].sort(),
  });

  return {
    async step(what: Command) {
      const result = await act(what).catch(codeOf);
      await settle();
      // The order of messages of several users is not promised, such as of two whose typing ends at one instant.
      const told = USERS.map((id) => answered.filter(({ userId }) => userId === id));
      // Who lost sight of a room stops typing and leaves it at once, by two commits of which either may come first.
      if (what.kind === 'members' || what.kind === 'delete')
        for (const messages of told) messages.sort((a, b) => Number('record' in a) - Number('record' in b));
      answered.length = 0;
      return { result: result ?? null, views: await views(), told, comings: comings.splice(0) };
    },
    failures,
    close,
  };
};

describe('memory and Redis', () => {
  it.each([1, 4])(
    'tell the same of the same commands (%i shards)',
    async (shards) => {
      await fc.assert(
        fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 30 }), async (commands) => {
          const worlds = [await world(inMemory), await world(inRedis(shards))] as const;
          try {
            for (const what of commands) {
              const [memory, live] = [await worlds[0].step(what), await worlds[1].step(what)];
              expect(live).toEqual(memory);
            }
            expect(worlds.map(({ failures }) => failures)).toEqual([[], []]);
          } finally {
            await Promise.all(worlds.map(({ close }) => close()));
          }
        }),
        { numRuns: rounds(25, 200) },
      );
    },
    rounds(120_000, 600_000),
  );
});
