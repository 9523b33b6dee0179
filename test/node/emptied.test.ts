/** Nodes restore an emptied store from what they hold and remember, without what was ended meanwhile. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { host, user } from '../service/serviceUnderTest.js';
import { activity } from '../support/unit/builders.js';
import { createSharedStore } from '../support/unit/emptiedStore.js';

const setUp = () => {
  const shared = createSharedStore();
  const recordOf = async (userId = 'ana') => (await shared.store.read([userId])).records.get(userId);
  return {
    ...shared,
    recordOf,
    sessions: async (userId?: string) => (await recordOf(userId))?.sessions ?? [],
    /** The names of all activities, those of the host last. */
    async activities(userId?: string) {
      const record = await recordOf(userId);
      return [...(record?.sessions ?? []), ...(record?.hostProvided ?? [])].flatMap((holder) =>
        holder.activities.map(({ name }) => name),
      );
    },
  };
};

afterEach(() => {
  vi.restoreAllMocks();
});

const plays = (name: string, expiresAt: number | null = null) => [activity({ name, expiresAt })];

describe('connections', () => {
  it('of two sessions of one user are restored, each with its session as it was', async () => {
    const { startNode, empty, sessions, wait } = setUp();
    const node = await startNode();
    await node.open('ana', '1', 'tab');
    wait(5_000);
    await node.open('ana', '2', 'phone');
    for (const [connectionId, name] of [
      ['1', 'Chess'],
      ['2', 'Go'],
    ] as const) {
      await node.presence.setPresence(user('ana', connectionId), { activities: plays(name) });
    }
    const before = await sessions();
    empty();
    wait(2_000);
    await node.turn();
    await node.answer('1');
    await node.answer('2');
    expect(await sessions()).toEqual(
      before.map((session) => ({ ...session, connections: [expect.stringContaining('node-1.2/')] })),
    );
  });
});

describe('a session without a connection', () => {
  it('is restored by a later heartbeat where the store fails half way', async () => {
    const { startNode, empty, sessions } = setUp();
    const node = await startNode();
    await node.presence.heartbeat(user('ana'), { idle: false, sessionId: 'phone' });
    await node.presence.heartbeat(user('bo'), { idle: false, sessionId: 'tablet' });
    const before = [...(await sessions('ana')), ...(await sessions('bo'))];
    empty();
    node.fail(3);
    await node.turn();
    expect(await sessions('ana')).toEqual([]);
    await node.turn();
    await node.turn();
    expect([...(await sessions('ana')), ...(await sessions('bo'))]).toEqual(before);
  });

  it('is restored for all others, while a part of the store with many users is unavailable', async () => {
    const users = Array.from({ length: 150 }, (_, i) => `user-${i}`);
    const shared = createSharedStore(users);
    const node = await shared.startNode();
    for (const userId of users) {
      await node.presence.heartbeat(user(userId), { idle: false, sessionId: 'phone' });
    }
    shared.empty();
    const refused = users.slice(0, 100);
    node.refuse(refused);
    for (let turns = 0; turns < 3; turns += 1) await node.turn();
    const { records } = await shared.store.read(users);
    expect(users.filter((userId) => !records.has(userId))).toEqual(refused);
  });

  it('is not restored by a later heartbeat once it was ended', async () => {
    const { startNode, empty, sessions } = setUp();
    const [knows, other] = [await startNode(), await startNode()];
    await knows.presence.heartbeat(user('ana'), { idle: false, sessionId: 'phone' });
    await other.open('ana', '1', 'tab');
    empty();
    knows.fail(1);
    await knows.turn();
    await other.turn();
    await other.answer('1');
    expect((await sessions()).map(({ id }) => id)).toEqual(['phone', 'tab']);
    await other.presence.endSession(user('ana'), 'phone');
    await knows.turn();
    await knows.turn();
    expect((await sessions()).map(({ id }) => id)).toEqual(['tab']);
  });

  it('sets lastSeen to its close, though its grace ends later', async () => {
    const { startNode, empty, recordOf, wait, store } = setUp();
    const node = await startNode();
    await node.open('ana', '1', 'tab');
    wait(1_000);
    const { now: closedAt } = await store.read([]);
    await node.presence.disconnect({ userId: 'ana', connectionId: '1', lastReceivedMsAgo: 0 });
    wait(2_000);
    empty();
    await node.turn();
    expect((await recordOf())?.sessions).toHaveLength(1);
    wait(40_000);
    await node.presence.tick('ana');
    expect(await recordOf()).toMatchObject({ sessions: [], lastSeen: closedAt });
  });

  it('is not restored where it had expired before the outage', async () => {
    const { startNode, empty, sessions, wait } = setUp();
    const node = await startNode();
    await node.presence.heartbeat(user('ana'), { idle: false, sessionId: 'phone' });
    wait(400_000);
    empty();
    node.fail(1);
    await node.turn();
    await node.turn();
    expect(await sessions()).toEqual([]);
  });
});

describe('host-provided activities', () => {
  it('are restored with the sessions of a live user', async () => {
    const { startNode, empty, activities } = setUp();
    const node = await startNode();
    await node.open('ana', '1', 'tab');
    await node.presence.heartbeat(user('bo'), { idle: false, sessionId: 'phone' });
    for (const userId of ['ana', 'bo']) {
      await node.presence.putActivity(host.viewer, userId, 'calls', plays('A call'));
    }
    empty();
    await node.turn();
    await node.answer('1');
    expect(await activities('ana')).toEqual(['A call']);
    expect(await activities('bo')).toEqual(['A call']);
  });

  it('are restored by the node that received them, wherever the user is connected', async () => {
    const { startNode, empty, activities } = setUp();
    const [holds, took] = [await startNode(), await startNode()];
    await holds.open('ana', '1', 'tab');
    await took.presence.putActivity(host.viewer, 'ana', 'calls', plays('A call'));
    empty();
    for (const node of [took, holds]) await node.turn();
    await holds.answer('1');
    expect(await activities()).toEqual([]);
    took.fail(1);
    for (let turn = 0; turn < 3; turn += 1) await took.turn();
    expect(await activities()).toEqual(['A call']);
  });

  it.each(['the node that cleared restores last', 'the node that cleared restores first'])(
    'does not come back once it was cleared (%s)',
    async (order) => {
      const { startNode, empty, activities } = setUp();
      const [holds, cleared] = [await startNode({ deaf: true }), await startNode()];
      await holds.open('ana', '1', 'tab');
      await cleared.open('ana', '2', 'phone');
      await holds.presence.putActivity(host.viewer, 'ana', 'calls', plays('A call'));
      await cleared.presence.putActivity(host.viewer, 'ana', 'calls', []);
      await cleared.presence.putActivity(host.viewer, 'ana', 'music', plays('A song'));
      empty();
      const nodes = [
        { node: holds, connectionId: '1' },
        { node: cleared, connectionId: '2' },
      ];
      for (const { node, connectionId } of order.endsWith('last') ? nodes : nodes.reverse()) {
        await node.turn();
        await node.answer(connectionId);
      }
      for (const { node } of nodes) for (let turn = 0; turn < 3; turn += 1) await node.turn();
      expect(await activities()).toEqual(['A song']);
    },
  );

  it('do not replace what the host provided or cleared since the loss', async () => {
    const { startNode, empty, activities, wait } = setUp();
    const [holds, knows] = [await startNode(), await startNode()];
    await holds.open('ana', '1', 'tab');
    await knows.presence.putActivity(host.viewer, 'ana', 'calls', plays('A call'));
    empty();
    await holds.turn();
    await holds.answer('1');
    wait(1_000);
    await holds.presence.putActivity(host.viewer, 'ana', 'music', plays('A song'));
    for (let turn = 0; turn < 3; turn += 1) await knows.turn();
    expect(await activities()).toEqual(['A song']);
  });

  it('are not restored once expired, nor for a user who is not live any more', async () => {
    const { startNode, empty, activities, recordOf, wait, store } = setUp();
    const node = await startNode();
    await node.open('ana', '1', 'tab');
    const { now } = await store.read([]);
    await node.presence.putActivity(host.viewer, 'ana', 'calls', plays('A call', now + 10_000));
    await node.presence.heartbeat(user('bo'), { idle: false, sessionId: 'phone' });
    await node.presence.putActivity(host.viewer, 'bo', 'calls', plays('A call'));
    await node.presence.endSession(user('bo'), 'phone');
    empty();
    wait(10_000);
    await node.turn();
    await node.answer('1');
    expect(await activities('ana')).toEqual([]);
    expect((await recordOf('bo'))?.hostProvided ?? []).toEqual([]);
  });
});

describe('a node that missed the recovery', () => {
  const comeLate = async () => {
    const team = setUp();
    const [late, other] = [await team.startNode({ late: true }), await team.startNode()];
    await late.open('ana', '1', 'tab');
    await late.presence.heartbeat(user('bo'), { idle: false, sessionId: 'phone' });
    await late.presence.putActivity(host.viewer, 'ana', 'calls', plays('A call'));
    team.empty();
    await other.turn();
    team.wait(10_000);
    await late.turn();
    await late.turn();
    return { ...team, late, other };
  };

  it('restores no lease: its user was seen to leave', async () => {
    const { late, sessions } = await comeLate();
    for (let turn = 0; turn < 3; turn += 1) await late.turn();
    expect(await sessions('bo')).toEqual([]);
  });

  it('restores connections that answer, and none that is silent or closes', async () => {
    const { late, sessions, activities } = await comeLate();
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 5_000);
    await late.turn();
    expect(await sessions()).toEqual([]);
    await late.answer('1');
    expect((await sessions()).map(({ id }) => id)).toEqual(['tab']);
    expect(await activities()).toEqual([]);
    const again = await comeLate();
    await again.late.presence.disconnect({ userId: 'ana', connectionId: '1', lastReceivedMsAgo: 0 });
    expect(await again.sessions()).toEqual([]);
  });

  it('restores a choice that it committed, also while a connection is silent', async () => {
    const { startNode, empty, journal, recordOf } = setUp();
    const [late, other] = [await startNode({ late: true }), await startNode()];
    await late.open('ana', '1', 'tab');
    await other.presence.heartbeat(user('bo'), { idle: false, sessionId: 'phone' });
    await late.presence.setPresence(user('bo'), { status: 'AWAY' });
    journal.rows.set('bo', { generation: 1, persisted: null });
    empty();
    for (let turn = 0; turn < 3; turn += 1) await other.turn();
    for (let turn = 0; turn < 3; turn += 1) await late.turn();
    expect(await recordOf('bo')).toMatchObject({ chosen: 'AWAY', sessions: [{ id: 'phone' }] });
  });
});
