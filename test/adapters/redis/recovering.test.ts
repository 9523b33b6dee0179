/** A Redis that comes back with less than it had recovers from what nodes, the journal and its own remains know. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { unavailable } from '../../../src/presence/errors.js';
import { isSeenLive } from '../../../src/presence/status.js';
import { startRedis, type TestRedis } from '../../support/cluster/redis.js';
import { breathe, callerOf, createTeam, orRefused, SETTLE_MS, takeCopy } from '../../support/cluster/team.js';
import { activity, message } from '../../support/unit/builders.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => redis.admin.flushall());

const MANY = Array.from({ length: 200 }, (_, i) => `user-${i}`);

/** Many users, each live on one of the nodes. */
const crowd = async (nodeCount: number) => {
  const team = createTeam(redis, { users: MANY });
  const nodes = await team.start(nodeCount);
  await Promise.all(MANY.map((userId, i) => nodes[i % nodeCount]!.open(userId)));
  for (const node of nodes) await node.turn();
  return { ...team, nodes };
};
type Node = Awaited<ReturnType<typeof crowd>>['nodes'][number];

/** How many users a reading shows live, or that it was refused. */
const liveOf = async (node: Node) => {
  const reading = await node.records();
  return reading === 'refused' ? reading : [...reading.records.values()].filter(isSeenLive).length;
};

/** Heartbeats of the nodes until the least time of a recovery is long over; all that their readings showed. */
const turnsPast = async (nodes: readonly Node[]) => {
  const seen = new Set<number | 'refused'>();
  const endsAt = performance.now() + 3 * SETTLE_MS;
  while (performance.now() < endsAt) {
    for (const node of nodes) {
      await node.turn();
      node.answer();
      seen.add(await liveOf(node));
    }
    await breathe();
  }
  return seen;
};

/** Heartbeats of the nodes until the store can be read again; how many users the first reading shows live. */
const firstShown = async (nodes: readonly Node[]): Promise<number> => {
  for (;;) {
    for (const node of nodes) {
      await node.turn();
      node.answer();
      const live = await liveOf(node);
      if (live !== 'refused') return live;
    }
  }
};

const losses: readonly (readonly [string, () => Promise<() => Promise<unknown>>])[] = [
  ['empty', async () => () => redis.admin.flushall()],
  ['a little older than it was', () => takeCopy(redis)],
];

describe.each(losses)('a store that comes back %s', (_, prepare) => {
  const lose = async (nodes: readonly Node[]) => {
    const happen = await prepare();
    for (const node of nodes) await node.turn();
    await happen();
  };

  it('recovers until the last node has found out, and shows nobody offline', async () => {
    const { nodes } = await crowd(3);
    const [late, ...others] = nodes as [Node, ...Node[]];
    await lose(nodes);
    expect(await turnsPast(others)).toEqual(new Set(['refused']));
    await late.turn();
    late.answer();
    expect(await firstShown(nodes)).toBe(MANY.length);
  });

  it('recovers until connections have answered, however long their node hangs', async () => {
    const { nodes } = await crowd(2);
    const [hangs, other] = nodes as [Node, Node];
    await lose(nodes);
    await hangs.turn();
    expect(await turnsPast([other])).toEqual(new Set(['refused']));
    hangs.answer();
    expect(await firstShown(nodes)).toBe(MANY.length);
  });

  it('recovers for as long as the journal is unavailable, without which nothing can be restored', async () => {
    const { nodes, journal } = await crowd(2);
    await lose(nodes);
    journal.failure = unavailable('PostgreSQL is away.');
    expect(await turnsPast(nodes)).toEqual(new Set(['refused']));
    journal.failure = undefined;
    expect(await firstShown(nodes)).toBe(MANY.length);
  });

  it('waits one lease for a node that does not come back', async () => {
    const team = createTeam(redis, { users: MANY, leases: { leaseMs: 1_500 } });
    const nodes = await team.start(2);
    await Promise.all(MANY.map((userId, i) => nodes[i % 2]!.open(userId)));
    await lose(nodes);
    const at = performance.now();
    await team.settled([nodes[0]!]);
    expect(performance.now() - at).toBeGreaterThan(1_000);
    expect(await liveOf(nodes[0]!)).toBe(MANY.length / 2);
  });

  it('does not wait for silent connections, and restores them', async () => {
    const team = createTeam(redis, { users: ['ana'] });
    const [node] = (await team.start(1)) as [Node];
    await node.open('ana');
    await lose([node]);
    while ((await node.records()) === 'refused') {
      await node.turn();
      await breathe();
    }
    expect((await node.record('ana')).sessions).toMatchObject([{ id: 'tab', graceUntil: null }]);
  });

  it.each([0, 1])('keeps the latest choice and message, whichever node restores first (%i)', async (first) => {
    const team = createTeam(redis, { users: ['ana'] });
    const nodes = await team.start(2);
    const [took, other] = nodes as [Node, Node];
    await took.open('ana', 'tab');
    await other.open('ana', 'phone');
    await took.presence.setPresence(callerOf('ana'), { status: 'AWAY', statusMessage: message({ text: 'Before' }) });
    await took.writeBehind.flush();
    const happen = await prepare();
    // Not in the journal yet, and on two nodes: each knows the latest of one thing.
    await took.presence.setPresence(callerOf('ana'), { status: 'DO_NOT_DISTURB' });
    await other.presence.setPresence(callerOf('ana'), { statusMessage: message({ text: 'After' }) });
    for (const node of nodes) await node.turn();
    await happen();
    const order = first === 0 ? nodes : [...nodes].reverse();
    for (const node of order) {
      await node.turn();
      node.answer();
      await wait(50);
    }
    await team.settled(nodes);
    const record = await took.record('ana');
    expect([record.chosen, record.message?.text]).toEqual(['DO_NOT_DISTURB', 'After']);
    await other.writeBehind.flush();
    expect(team.journal.rows.get('ana')?.persisted).toMatchObject({
      chosen: 'DO_NOT_DISTURB',
      message: { text: 'After' },
    });
  });

  it("merges what a node knew of another node's session, though it finds out last", async () => {
    const team = createTeam(redis, { users: ['ana'] });
    const nodes = await team.start(2);
    const [other, late] = nodes as [Node, Node];
    await late.open('ana', 'tab');
    const happen = await prepare();
    await other.presence.putActivity({ kind: 'service', userId: 'host' }, 'ana', 'calls', [activity({ name: 'Call' })]);
    await other.presence.setPresence(callerOf('ana'), { sessionId: 'tab', activities: [activity({ name: 'Chess' })] });
    for (const node of nodes) await node.turn();
    await happen();
    expect(await turnsPast([other])).toEqual(new Set(['refused']));
    await late.turn();
    late.answer();
    await team.settled([late, other]);
    const record = await other.record('ana');
    const names = (from: readonly { readonly activities: readonly { readonly name: string }[] }[]) =>
      from.flatMap(({ activities }) => activities.map(({ name }) => name));
    expect(names(record.sessions)).toEqual(['Chess']);
    expect(names(record.hostProvided)).toEqual(['Call']);
  });

  it.each([0, 1])('keeps a user offline who was shown offline, whichever node finds out last (%i)', async (last) => {
    const team = createTeam(redis, { users: ['ana'], graceMs: 1_000, heartbeatIntervalMs: 60_000 });
    const nodes = await team.start(2);
    const [held, ended] = nodes as [Node, Node];
    const tab = await held.open('ana', 'tab');
    const happen = await prepare();
    await held.close(tab);
    // The latest that one node knows is the session in its grace; the other node ended it.
    await held.turn();
    expect((await held.record('ana')).sessions).toMatchObject([{ id: 'tab', graceUntil: expect.any(Number) }]);
    while ((await ended.record('ana')).sessions.length > 0) {
      await ended.turn();
      await ended.sweep();
      await breathe();
    }
    await happen();
    // Who subscribes again does not receive what was published before.
    for (const { bus } of nodes) vi.spyOn(bus, 'publishEnded').mockResolvedValue();
    const [late, other] = last === 0 ? [held, ended] : [ended, held];
    expect(await turnsPast([other])).toEqual(new Set(['refused']));
    await team.settled([late, other]);
    expect((await other.record('ana')).sessions).toEqual([]);
  });

  it('keeps what the last node to find out knows, though it drains what another restored first', async () => {
    const team = createTeam(redis, { users: ['ana'] });
    const nodes = await team.start(2);
    const [other, late] = nodes as [Node, Node];
    await other.open('ana', 'tab');
    for (const node of nodes) await node.writeBehind.flush();
    const happen = await prepare();
    await late.presence.setPresence(callerOf('ana'), { statusMessage: message({ text: 'Last' }) });
    for (const node of nodes) await node.turn();
    await happen();
    expect(await turnsPast([other])).toEqual(new Set(['refused']));
    await late.writeBehind.flush();
    await team.settled(nodes);
    expect((await other.record('ana')).message?.text).toBe('Last');
    for (const node of nodes) await node.writeBehind.flush();
    expect(team.journal.rows.get('ana')?.persisted?.message?.text).toBe('Last');
  });

  it('does not lose from the journal what one node wrote by what another restored without it', async () => {
    const team = createTeam(redis, { users: ['ana'] });
    const nodes = await team.start(2);
    const [other, says] = nodes as [Node, Node];
    await other.open('ana', 'tab');
    for (const node of nodes) await node.writeBehind.flush();
    const happen = await prepare();
    await says.presence.setPresence(callerOf('ana'), { statusMessage: message({ text: 'Last' }) });
    for (const node of nodes) await node.turn();
    await happen();
    expect(await turnsPast([other])).toEqual(new Set(['refused']));
    await says.writeBehind.rescue();
    await other.writeBehind.flush();
    expect(team.journal.rows.get('ana')?.persisted?.message?.text).toBe('Last');
  });

  it('shares with every node what one alone remembers of a user who had left', async () => {
    const team = createTeam(redis, { users: ['ana'] });
    const nodes = await team.start(2);
    const [took, other] = nodes as [Node, Node];
    await took.open('ana');
    const happen = await prepare();
    // Not in the journal yet.
    await took.presence.setPresence(callerOf('ana'), { status: 'DO_NOT_DISTURB' });
    await took.presence.endSession(callerOf('ana'), 'tab');
    for (const node of nodes) await node.turn();
    await happen();
    await team.settled([other, took]);
    expect(await other.record('ana')).toMatchObject({ chosen: 'DO_NOT_DISTURB', sessions: [] });
  });

  it('keeps what a node knows that has not found out yet, whatever it is asked to change meanwhile', async () => {
    const team = createTeam(redis, { users: ['ana'] });
    const nodes = await team.start(2);
    const [late, other] = nodes as [Node, Node];
    await other.open('ana', 'tab');
    const happen = await prepare();
    await late.presence.heartbeat(callerOf('ana'), { idle: false, sessionId: 'app' });
    for (const node of nodes) await node.turn();
    await happen();
    await other.turn();
    other.answer();
    const restored = async () => (await other.store.usersOn('node-2.2')).length > 0;
    while (!(await restored())) await wait(5);
    expect(await orRefused(late.open('ana', 'phone'))).toBe('refused');
    await team.settled([other, late]);
    const there = (await other.record('ana')).sessions.map(({ id }) => id);
    expect(there).toEqual(expect.arrayContaining(['app', 'tab']));
  });

  it.each(['is held', 'closes', 'is plain HTTP'])(
    'does not wait for a user whose record a newer release wrote, and whose session %s',
    async (kind) => {
      const team = createTeam(redis, { users: ['ana', 'bo'] });
      const [node] = (await team.start(1)) as [Node];
      await node.open('bo');
      const anas = kind === 'is plain HTTP' ? null : await node.open('ana');
      if (!anas) await node.presence.heartbeat(callerOf('ana'), { idle: false, sessionId: 'app' });
      const unknown = '2|of a newer release';
      await lose([node]);
      await redis.admin.set(node.keys.record('ana'), unknown);
      await node.turn();
      if (kind === 'closes' && anas) await expect(node.close(anas)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await team.settled([node]);
      expect((await node.record('bo')).sessions).toMatchObject([{ id: 'tab', graceUntil: null }]);
      expect(await redis.admin.get(node.keys.record('ana'))).toBe(unknown);
    },
  );

  it('keeps a choice made while the journal was unavailable, until the journal has it', async () => {
    const team = createTeam(redis, { users: ['ana'] });
    const nodes = await team.start(2);
    const [took, other] = nodes as [Node, Node];
    await other.open('ana');
    await took.writeBehind.flush();
    const happen = await prepare();
    team.journal.failure = unavailable('PostgreSQL is away.');
    await took.presence.setPresence(callerOf('ana'), { status: 'INVISIBLE' });
    for (const node of nodes) await node.turn();
    await happen();
    await turnsPast(nodes);
    await expect(took.writeBehind.rescue()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    for (const node of nodes) await node.writeBehind.flush().catch(() => {});
    team.journal.failure = undefined;
    for (const node of nodes) await node.writeBehind.flush();
    await team.settled(nodes);
    expect((await other.record('ana')).chosen).toBe('INVISIBLE');
    for (const node of nodes) await node.writeBehind.flush();
    expect(team.journal.rows.get('ana')?.persisted?.chosen).toBe('INVISIBLE');
  });
});

describe('a store that comes back older than it was', () => {
  /** A user who hides: the journal knows, the store forgets it. */
  const hidden = async (leases: Parameters<typeof createTeam>[1]['leases'] = {}) => {
    const team = createTeam(redis, { users: ['ana', 'bo'], leases });
    const nodes = await team.start(2);
    const [took, other] = nodes as [Node, Node];
    await took.open('ana');
    for (const node of nodes) await node.writeBehind.flush();
    const goBack = await takeCopy(redis);
    await took.presence.setPresence(callerOf('ana'), { status: 'INVISIBLE', statusMessage: message({ text: 'Gone' }) });
    for (const node of nodes) await node.turn();
    await goBack();
    return { ...team, took, other };
  };

  it('shows a record only after asking the journal, where its node is gone', async () => {
    const { other, journal } = await hidden({ leaseMs: 3_000 });
    const { persisted } = journal.rows.get('ana')!;
    expect(persisted?.chosen).toBe('INVISIBLE');
    do {
      await other.turn();
      await wait(200);
    } while ((await other.records(['ana'])) === 'refused');
    expect(await other.record('ana')).toMatchObject({ chosen: 'INVISIBLE', sessions: [] });
    const online = await other.presence.online({ kind: 'service', userId: 'host' }, { first: 10, after: null });
    expect(online.items).toEqual([]);
    // The next write has all that the journal has.
    await other.presence.setPresence(callerOf('ana'), { sessionId: 'phone', activities: [] });
    await other.writeBehind.flush();
    expect(journal.rows.get('ana')?.persisted).toMatchObject({ chosen: 'INVISIBLE', message: { text: 'Gone' } });
    expect(journal.rows.get('ana')?.persisted?.revision).toBeGreaterThan(persisted!.revision);
  }, 60_000);

  it('does not write an older record to the journal', async () => {
    const { other, journal, took } = await hidden();
    const { persisted } = journal.rows.get('ana')!;
    for (const node of [other, took]) await node.writeBehind.flush().catch(() => {});
    expect(journal.rows.get('ana')?.persisted).toEqual(persisted);
  });

  it('does not restore sessions that had ended, on purpose or in their time', async () => {
    const team = createTeam(redis, { users: ['ana', 'bo', 'cy'], graceMs: 400 });
    const nodes = await team.start(2);
    const [one, other] = nodes as [Node, Node];
    const tab = await one.open('ana', 'tab');
    await other.open('ana', 'phone');
    await one.presence.heartbeat(callerOf('bo'), { idle: false, sessionId: 'app' });
    const closes = await one.open('cy', 'tab');
    await one.close(closes);
    const goBack = await takeCopy(redis);
    expect(await other.presence.endSession(callerOf('ana'), 'tab')).toBe(true);
    expect(await other.presence.endSession(callerOf('bo'), 'app')).toBe(true);
    while ((await one.record('cy')).sessions.length > 0) {
      for (const node of nodes) await node.turn();
      await one.sweep();
      await breathe();
    }
    await goBack();
    await team.settled(nodes);
    const sessionsOf = async (userId: string) => (await one.record(userId)).sessions.map(({ id }) => id);
    expect(await Promise.all(['ana', 'bo', 'cy'].map(sessionsOf))).toEqual([['phone'], [], []]);
    expect(tab).toBeDefined();
  });

  it('keeps an HTTP lease that no node remembers', async () => {
    const team = createTeam(redis, { users: ['ana'] });
    const nodes = await team.start(2);
    const [granted, other] = nodes as [Node, Node];
    await granted.presence.heartbeat(callerOf('ana'), { idle: false, sessionId: 'app' });
    await granted.presence.node.stop();
    const goBack = await takeCopy(redis);
    await other.turn();
    await goBack();
    await team.settled([other]);
    expect((await other.record('ana')).sessions).toMatchObject([{ id: 'app' }]);
  });

  it('forgets users who were deleted since', async () => {
    const team = createTeam(redis, { users: ['ana', 'bo'] });
    const [node] = (await team.start(1)) as [Node];
    await node.presence.heartbeat(callerOf('ana'), { idle: false, sessionId: 'app' });
    const goBack = await takeCopy(redis);
    team.journal.rows.delete('ana');
    await node.presence.accessChanged({ kind: 'user', userId: 'ana', mayRevoke: true, deleted: true });
    await node.turn();
    await goBack();
    await team.settled([node]);
    expect((await node.presence.readRecords(['ana'])).records.size).toBe(0);
    await expect(node.presence.tick('ana')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await node.store.read(['ana'])).records.size).toBe(0);
  });
});

describe('one shard that comes back empty', () => {
  /** Users of two shards; each node knows of the others'. */
  const inTwoParts = async ({ graceMs = 400 } = {}) => {
    const team = createTeam(redis, { users: MANY, graceMs, heartbeatIntervalMs: 60_000 });
    const nodes = await team.start(2);
    const { keys } = nodes[0]!;
    const [here, elsewhere] = [0, 1].map((shard) => MANY.filter((userId) => keys.shardOf(userId) === shard));
    const empty = async () => {
      const names = await redis.admin.keys('rc:{1}:*');
      await redis.admin.del(...names);
    };
    return { ...team, nodes, here: here!, elsewhere: elsewhere!, empty };
  };

  it('does not show a user of another shard live again who was shown offline', async () => {
    const { nodes, here, empty, settled } = await inTwoParts();
    const [userId] = here as [string];
    const [held, ended] = nodes as [Node, Node];
    const tab = await held.open(userId);
    await held.close(tab);
    // The latest that one node knows is the session in its grace; the other node ended it.
    await held.turn();
    while ((await ended.record(userId)).sessions.length > 0) {
      await ended.turn();
      await ended.sweep();
      await breathe();
    }
    const shown: (string | undefined)[] = [];
    await ended.bus.subscribeUser(userId, ({ record }) => shown.push(...(record?.sessions ?? []).map(({ id }) => id)));
    await empty();
    await settled(nodes);
    for (const node of nodes) await node.turn();
    expect((await ended.record(userId)).sessions).toEqual([]);
    expect(shown).toEqual([]);
  });

  it("recovers without the answers of another shard's connections", async () => {
    const { nodes, here, elsewhere, empty } = await inTwoParts();
    const [node, other] = nodes as [Node, Node];
    await node.open(here[0]!, 'silent');
    await node.open(elsewhere[0]!, 'tab');
    await empty();
    while ((await node.records()) === 'refused') {
      for (const each of [node, other]) await each.turn();
      await breathe();
    }
    expect((await node.record(elsewhere[0]!)).sessions).toMatchObject([{ id: 'tab', graceUntil: null }]);
    expect((await node.record(here[0]!)).sessions).toMatchObject([{ id: 'silent', graceUntil: null }]);
  });
});

describe('another server than before', () => {
  it('is refused by every node until one has renewed its lease there, and recovers then', async () => {
    const own = await startRedis();
    try {
      const team = createTeam(own, { users: ['ana'] });
      const nodes = await team.start(2);
      const [took, other] = nodes as [Node, Node];
      await took.open('ana');
      for (const node of nodes) await node.turn();
      await own.admin.save();
      // Missing in the snapshot; no renewal is lost with it.
      await took.presence.setPresence(callerOf('ana'), { status: 'INVISIBLE' });
      await own.restart();
      await own.admin.ping();
      expect(await other.records()).toBe('refused');
      expect(await orRefused(other.presence.setPresence(callerOf('ana'), { activities: [] }))).toBe('refused');
      await team.settled(nodes);
      expect((await other.record('ana')).chosen).toBe('INVISIBLE');
    } finally {
      await own.stop();
    }
  });
});

describe('after the store was away', () => {
  const GRACE_MS = 300;
  const HELD_MS = 60_000;
  /** As if no lease had been renewed for so long. */
  const noRenewalFor = async (ms: number, { keys }: Node) => {
    for (let shard = 0; shard < keys.shards; shard += 1) await redis.admin.hincrby(keys.of(shard).shard, 'swept', -ms);
  };

  it.each([
    ['a new Redis was found', async () => {}],
    ['a recovery', () => redis.admin.flushall()],
    ['a gap', (node: Node) => noRenewalFor(10_000, node)],
  ])(
    'a grace that begins after %s lasts no longer than a grace',
    async (_, interrupt: (node: Node) => Promise<unknown>) => {
      const team = createTeam(redis, { users: ['ana'], graceMs: GRACE_MS, leases: { quietMs: HELD_MS, gapMs: 5_000 } });
      const [node] = (await team.start(1)) as [Node];
      await interrupt(node);
      await team.settled([node]);
      const at = performance.now();
      await node.close(await node.open('ana'));
      const [inGrace] = (await node.record('ana')).sessions;
      expect((inGrace?.graceUntil ?? 0) - (await node.store.now())).toBeLessThanOrEqual(GRACE_MS);
      while ((await node.record('ana')).sessions.length > 0) {
        await node.turn();
        await node.sweep();
        await breathe();
      }
      expect(performance.now() - at).toBeLessThan(HELD_MS / 4);
    },
  );

  it('a lease that ran out in a gap is prolonged, in what is decided too', async () => {
    // So short that it has run out by the next command.
    const team = createTeam(redis, { users: ['ana', 'bo'], graceMs: 1, leases: { quietMs: HELD_MS, gapMs: 5_000 } });
    const nodes = await team.start(2);
    const [closes, other] = nodes as [Node, Node];
    for (const userId of ['ana', 'bo']) await closes.close(await closes.open(userId));
    await noRenewalFor(10_000, closes);
    for (const node of nodes) await node.turn();
    const until = (await other.record('ana')).sessions[0]?.graceUntil ?? 0;
    expect(until - (await other.store.now())).toBeGreaterThan(HELD_MS / 2);
    // One node decides about what it committed itself, the other one reads it.
    await closes.presence.tick('ana');
    await other.presence.tick('bo');
    for (const userId of ['ana', 'bo']) expect((await other.record(userId)).sessions).toHaveLength(1);
  });

  it('a node that is gone after a recovery is lost in its time', async () => {
    const team = createTeam(redis, {
      users: ['ana'],
      graceMs: GRACE_MS,
      leases: { quietMs: HELD_MS, gapMs: 5_000, leaseMs: 1_000 },
    });
    const nodes = await team.start(2);
    const [stays, goes] = nodes as [Node, Node];
    await goes.open('ana');
    await redis.admin.flushall();
    await team.settled(nodes);
    const at = performance.now();
    while ((await stays.record('ana')).sessions.length > 0) {
      await stays.turn();
      await stays.sweep();
      await breathe();
    }
    expect(performance.now() - at).toBeLessThan(HELD_MS / 4);
  });
});
