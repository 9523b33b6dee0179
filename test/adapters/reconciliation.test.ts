/** A node and the store that differ after the store lost its last second, as a promoted replica does. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inBatches } from '../../src/async/batches.js';
import { unavailable } from '../../src/presence/errors.js';
import type { LostNode, Renewal } from '../../src/presence/ports/leases.js';
import type { LiveStore } from '../../src/presence/ports/stores.js';
import { DEFAULT_TIMINGS } from '../../src/presence/types.js';
import { openLiveInTest } from '../support/cluster/live.js';
import { startRedis, type TestRedis } from '../support/cluster/redis.js';
import { assemblePresence } from '../support/unit/assemblePresence.js';
import { message, timings } from '../support/unit/builders.js';
import { createFakePeople } from '../support/unit/fakePeople.js';
import { createFakeJournal, createFakeRateLimits } from '../support/unit/fakes.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => redis.admin.flushall());

const SHARDS = 4;

const ana = { viewer: { kind: 'user', userId: 'ana' }, connectionId: null } as const;

/** A node as the server makes it, over the shared Redis. `deaf`: it receives no message of ended sessions. */
const startNode = async ({
  deaf = false,
  users = [],
  store = {},
  graceMs = DEFAULT_TIMINGS.graceMs,
}: {
  deaf?: boolean;
  /** Beside ana. */
  users?: readonly string[];
  store?: Partial<LiveStore>;
  graceMs?: number;
} = {}) => {
  const live = openLiveInTest([redis.url], SHARDS, { settleMs: 0 });
  const bus = deaf ? { ...live.bus, subscribeEnded: async () => () => {} } : live.bus;
  const name = randomUUID();
  let incarnations = 0;
  const revived: boolean[] = [];
  let held: Promise<void> | undefined;
  let changes = 0;
  const lost: LostNode[] = [];
  let renewing = (renew: () => Promise<Renewal>) => renew();
  const presence = assemblePresence({
    store: {
      ...live.store,
      lostNodes: async () => lost,
      ...store,
      renewLease: (...args) => renewing(() => live.store.renewLease(...args)),
      async update(...args) {
        const until = held;
        held = undefined;
        await until;
        return live.store.update(...args).finally(() => {
          changes += 1;
        });
      },
    },
    bus,
    people: createFakePeople({ userIds: ['ana', ...users] }).people,
    journal: createFakeJournal(['ana', ...users]).journal,
    rateLimits: createFakeRateLimits().rateLimits,
    timings: timings({ graceMs }),
    newId: () => 'new',
    newIncarnation: () => `${name}.${++incarnations}`,
    onRevived: (emptied) => revived.push(emptied),
    onJournalFailure: () => {},
  });
  await presence.node.start();
  await presence.node.leaseHeartbeat();
  const sessions = async () => (await live.store.read(['ana'])).records.get('ana')?.sessions ?? [];
  return {
    ...live,
    presence,
    sessions,
    revived,
    /** How many changes of records are over. */
    get changes() {
      return changes;
    },
    /** Replaces the renewals of the node's lease. */
    whenRenewing(between: typeof renewing) {
      renewing = between;
    },
    /** The lease of that node ran out. */
    lose(incarnation: string) {
      lost.push({ incarnation, aliveAt: 0 });
    },
    /** Holds the next change. Returns what lets it go on. */
    holdNextChange() {
      let goOn = () => {};
      held = new Promise((resolve) => {
        goOn = resolve;
      });
      return () => goOn();
    },
    open: (connectionId: string, sessionId: string) =>
      presence.connect({ userId: 'ana', connectionId, sessionId, device: 'WEB' }),
    close: (connectionId: string, returnsWithinMs = 0) =>
      presence.disconnect({ userId: 'ana', connectionId, lastReceivedMsAgo: 0, returnsWithinMs }),
    /** Whether the store lists the user among those on the node. */
    isOn: async () => (await live.store.usersOn(presence.node.nameOf('').slice(0, -1))).includes('ana'),
  };
};

/** Copies everything in Redis. Returns what brings it back. */
const takeCopy = async () => {
  const names = await redis.admin.keys('*');
  const dumps = await Promise.all(names.map((name) => redis.admin.dumpBuffer(name)));
  return async () => {
    await redis.admin.flushall();
    for (const [i, name] of names.entries()) await redis.admin.restore(name, 0, dumps[i]!);
  };
};

/** How many scripts and commands Redis has run since, by name; of scripts those that they ran too. */
const countCalls = async () => {
  await redis.admin.config('RESETSTAT');
  return async () =>
    Object.fromEntries(
      [...(await redis.admin.info('commandstats')).matchAll(/cmdstat_(\w+):calls=(\d+)/g)].map(([, name, count]) => [
        name!,
        Number(count),
      ]),
    );
};

describe('reconciliation', () => {
  it('of users who are idle takes few commands, and reads the beginnings of their records alone', async () => {
    const users = Array.from({ length: 600 }, (_, place) => `user ${place}`);
    const node = await startNode({ users });
    await inBatches(users, (userId) =>
      node.presence.connect({ userId, connectionId: userId, sessionId: 'tab', device: 'WEB' }),
    );
    const calls = await countCalls();
    await node.presence.node.reconcile();
    const { eval: evals = 0, evalsha = 0, mget = 0, get = 0, smembers = 0, getrange = 0, sscan = 0 } = await calls();
    // Two pieces in four shards, and the clock.
    expect(evals + evalsha).toBeLessThanOrEqual(10);
    expect([mget, smembers]).toEqual([0, 0]);
    expect(get).toBeLessThanOrEqual(2);
    expect(getrange).toBe(users.length);
    expect(sscan).toBe(SHARDS);
    expect(await node.sessions()).toEqual([]);
  });

  it('reads the records of those whom another node changed', async () => {
    const [node, other] = [await startNode(), await startNode()];
    await node.open('1', 'tab');
    await other.open('1', 'phone');
    const calls = await countCalls();
    await node.presence.node.reconcile();
    expect(await calls()).toMatchObject({ mget: 1 });
  });

  it('restores a connection whose opening was lost', async () => {
    const node = await startNode();
    await node.open('1', 'tab');
    const goBack = await takeCopy();
    await node.open('2', 'phone');
    const before = await node.sessions();
    await goBack();
    expect((await node.sessions()).map(({ id }) => id)).toEqual(['tab']);
    await node.presence.node.reconcile();
    expect(await node.sessions()).toMatchObject(
      before.map(({ id, startedAt, connections }) => ({ id, startedAt, connections, graceUntil: null })),
    );
    expect(await node.isOn()).toBe(true);
  });

  it('restores it also where another node changed the record since', async () => {
    const [node, other] = [await startNode(), await startNode()];
    await node.open('1', 'tab');
    const goBack = await takeCopy();
    await node.open('2', 'phone');
    await goBack();
    await other.open('1', 'desk');
    expect((await node.sessions()).map(({ id }) => id)).toEqual(['tab', 'desk']);
    await node.presence.node.reconcile();
    // In the order in which they started, whichever was restored last.
    expect((await node.sessions()).map(({ id, connections }) => [id, connections.length])).toEqual([
      ['tab', 1],
      ['phone', 1],
      ['desk', 1],
    ]);
  });

  it('restores a user whose whole record was lost', async () => {
    const node = await startNode();
    const goBack = await takeCopy();
    await node.open('1', 'tab');
    await goBack();
    expect(await node.sessions()).toEqual([]);
    await node.presence.node.reconcile();
    expect(await node.sessions()).toMatchObject([{ id: 'tab', graceUntil: null }]);
  });

  it('ends a connection whose closing was lost: its grace begins', async () => {
    const node = await startNode();
    await node.open('1', 'tab');
    const goBack = await takeCopy();
    await node.close('1');
    await goBack();
    expect(await node.sessions()).toMatchObject([{ id: 'tab', graceUntil: null }]);
    await node.presence.node.reconcile();
    const [session] = await node.sessions();
    expect(session?.connections).toEqual([]);
    expect(session?.graceUntil).toBeGreaterThan(0);
    expect(await node.isOn()).toBe(false);
  });

  it('leaves alone the connections of other nodes, and its own where nothing was lost', async () => {
    const [node, other] = [await startNode(), await startNode()];
    await node.open('1', 'tab');
    await other.open('1', 'phone');
    const before = await node.sessions();
    await node.presence.node.reconcile();
    await other.presence.node.reconcile();
    expect(await node.sessions()).toEqual(before);
  });

  it('does not restore a session that was ended on another node, with or without the message of it', async () => {
    const [node, other] = [await startNode(), await startNode()];
    await node.open('1', 'tab');
    expect(await other.presence.endSession(ana, 'tab')).toBe(true);
    await node.presence.node.reconcile();
    await node.presence.node.reconcile();
    expect(await node.sessions()).toEqual([]);
  });

  it.each([[[]], [['phone']]])(
    'does not put back a session that was ended on another node and not heard of (beside %s)',
    async (others: readonly string[]) => {
      const [node, other] = [await startNode({ deaf: true }), await startNode()];
      await node.open('1', 'tab');
      for (const id of others) await other.open('2', id);
      expect(await other.presence.endSession(ana, 'tab')).toBe(true);
      await other.presence.setPresence(ana, { sessionId: 'phone', statusMessage: message() });
      await node.presence.node.reconcile();
      await node.presence.node.reconcile();
      expect((await node.sessions()).map(({ id }) => id)).toEqual(['phone']);
      expect(node.presence.node.connections).toBe(0);
    },
  );

  it('does not restore a session that was replaced by the twenty-first, without the message of it', async () => {
    const [node, other] = [await startNode({ deaf: true }), await startNode()];
    await node.open('1', 'tab');
    for (let place = 0; place < 20; place += 1) await other.open(`${place}`, `session-${place}`);
    await node.presence.node.reconcile();
    expect((await node.sessions()).map(({ id }) => id)).not.toContain('tab');
    expect(await node.sessions()).toHaveLength(20);
  });

  it('does not restore a session that it ended itself, without the message of it', async () => {
    for (const others of [[], ['phone']]) {
      await redis.admin.flushall();
      const node = await startNode({ deaf: true });
      await node.open('1', 'tab');
      for (const other of others) await node.open('2', other);
      expect(await node.presence.endSession(ana, 'tab')).toBe(true);
      await node.presence.node.reconcile();
      await node.presence.node.reconcile();
      expect((await node.sessions()).map(({ id }) => id)).toEqual(others);
    }
  });

  it('goes on serving a connection that is just opening its session', async () => {
    const [node, other] = [await startNode(), await startNode()];
    await node.open('1', 'tab');
    await other.open('1', 'phone');
    const goOn = node.holdNextChange();
    const opening = node.open('2', 'tablet');
    await node.presence.node.reconcile();
    goOn();
    await opening;
    await node.presence.node.reconcile();
    expect((await node.sessions()).map(({ id, connections }) => [id, connections.length])).toEqual([
      ['tab', 1],
      ['phone', 1],
      ['tablet', 1],
    ]);
    expect(node.presence.node.connections).toBe(2);
  });

  it('looks at those behind users who cannot be read, each time', async () => {
    const users = Array.from({ length: 1_100 }, (_, place) => `user ${place}`);
    const heads: LiveStore['heads'] = async (userIds) => {
      if (!userIds.includes('ana')) throw unavailable('Of these alone.');
      return node.store.heads(userIds);
    };
    // In three pieces, of which hers is the second.
    const usersOn = async () => users.toSpliced(700, 0, 'ana');
    const node = await startNode({ users, store: { heads, usersOn } });
    await node.open('1', 'tab');
    const goBack = await takeCopy();
    await node.close('1');
    await goBack();
    await expect(node.presence.node.reconcile()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await node.sessions()).toMatchObject([{ id: 'tab', connections: [] }]);
  });

  it('goes over all once more after several gaps, however many there were meanwhile', async () => {
    let rounds = 0;
    let atOnce = 0;
    let most = 0;
    const users = Array.from({ length: 1_100 }, (_, place) => `user ${place}`);
    const usersOn = async () => {
      rounds += 1;
      return users;
    };
    const heads: LiveStore['heads'] = async (userIds) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      return node.store.heads(userIds).finally(() => {
        atOnce -= 1;
      });
    };
    const node = await startNode({ users, store: { heads, usersOn } });
    await Promise.all(Array.from({ length: 5 }, () => node.presence.node.reconcile()));
    expect([rounds, most]).toEqual([2, 1]);
    await node.presence.node.reconcile();
    expect(rounds).toBe(3);
  });

  it('leaves a connection that is closing to its close, and to the grace of who is sent away', async () => {
    const node = await startNode();
    await node.open('1', 'tab');
    const goOn = node.holdNextChange();
    const closing = node.close('1', 20_000);
    await node.presence.node.reconcile();
    goOn();
    await closing;
    const [session] = await node.sessions();
    expect(session).toMatchObject({ id: 'tab', connections: [] });
    expect(session!.graceUntil! - (await node.store.now())).toBeGreaterThan(15_000);
  });

  it('holds no connection that was refused its session', async () => {
    const node = await startNode();
    const refused = node.presence.connect({ userId: 'nobody', connectionId: '1', sessionId: 'tab', device: null });
    await expect(refused).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(node.presence.node.connections).toBe(0);
  });
});

describe('a node that was declared lost', () => {
  const lostOnce = (node: Awaited<ReturnType<typeof startNode>>) => {
    let told = false;
    node.whenRenewing(async (renew) => {
      const renewal = await renew();
      const lost = !told;
      told = true;
      return { ...renewal, lost };
    });
  };

  it('does not restore a session that was ended meanwhile, with or without the message of it', async () => {
    const [node, other] = [await startNode({ deaf: true }), await startNode()];
    await node.open('1', 'tab');
    await other.open('1', 'phone');
    await other.presence.endSession(ana, 'tab');
    lostOnce(node);
    await node.presence.node.leaseHeartbeat();
    node.presence.node.answered('1');
    while (node.presence.node.connections > 0) await node.presence.node.leaseHeartbeat();
    expect((await node.sessions()).map(({ id }) => id)).toEqual(['phone']);
  });

  it('gives who is sent away while being restored the grace of that', async () => {
    const node = await startNode();
    await node.open('1', 'tab');
    lostOnce(node);
    await node.presence.node.leaseHeartbeat();
    const goOn = node.holdNextChange();
    node.presence.node.answered('1');
    await node.close('1', 20_000);
    goOn();
    // It opened, closed, was restored, and closed once more.
    await expect.poll(() => node.changes).toBe(4);
    const [session] = await node.sessions();
    expect(session).toMatchObject({ id: 'tab', connections: [] });
    expect(session!.graceUntil! - (await node.store.now())).toBeGreaterThan(15_000);
  });

  it('restores its sessions also where, without a grace, others ended them at once', async () => {
    const [node, other] = [await startNode({ graceMs: 0 }), await startNode({ graceMs: 0 })];
    await node.open('1', 'tab');
    await other.open('1', 'phone');
    const incarnation = node.presence.node.nameOf('').slice(0, -1);
    other.lose(incarnation);
    await other.presence.node.leaseHeartbeat();
    while ((await node.sessions()).length > 1) await other.presence.node.leaseHeartbeat();
    lostOnce(node);
    await node.presence.node.leaseHeartbeat();
    node.presence.node.answered('1');
    while ((await node.sessions()).length === 1) await node.presence.node.leaseHeartbeat();
    // Sessions of one moment stand in either order.
    expect((await node.sessions()).map(({ id }) => id).sort()).toEqual(['phone', 'tab']);
  });
});

describe('a node that takes care of many lost ones', () => {
  it('goes on renewing its own lease', async () => {
    const node = await startNode({ store: { lostNodes: () => new Promise(() => {}) } });
    let renewals = 0;
    node.whenRenewing((renew) => {
      renewals += 1;
      return renew();
    });
    await node.presence.node.leaseHeartbeat();
    await node.presence.node.leaseHeartbeat();
    expect(renewals).toBe(2);
  });
});

describe('a node whose store came back empty and was gone again at once', () => {
  it('pings its connections all the same, and restores them as they answer', async () => {
    const node = await startNode();
    await node.open('1', 'tab');
    await redis.admin.flushall();
    let renewals = 0;
    node.whenRenewing(async (renew) => {
      renewals += 1;
      if (renewals === 2) throw unavailable('It went away again.');
      return renew();
    });
    await node.presence.node.leaseHeartbeat();
    expect(node.revived).toEqual([true]);
    node.presence.node.answered('1');
    // Nothing is read before it has recovered.
    const isBack = async () => (await node.sessions().catch(() => [])).length > 0;
    while (!(await isBack())) await node.presence.node.leaseHeartbeat();
    expect(await node.sessions()).toMatchObject([{ id: 'tab', graceUntil: null }]);
    expect(await node.isOn()).toBe(true);
  });
});
