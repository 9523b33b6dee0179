/** Released connections, ended sessions and deleted users stay so, whatever a node still remembers and restores. */
import { describe, expect, it, vi } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import { createSharedStore } from '../support/unit/emptiedStore.js';
import { user } from './serviceUnderTest.js';

const setUp = async ({ deaf = false } = {}) => {
  const shared = createSharedStore();
  const [serves, other] = [await shared.startNode({ deaf }), await shared.startNode()];
  await serves.open('ana', '1', 'tab');
  const record = async (userId = 'ana') => (await shared.store.read([userId])).records.get(userId);
  return { ...shared, serves, other, record, sessions: async () => (await record())?.sessions ?? [] };
};

it('a connection that closes during its restore is released', async () => {
  const { serves, empty, wait, sessions } = await setUp();
  empty();
  wait(100);
  await serves.turn();
  const release = serves.holdNextChange();
  await serves.answer('1');
  await serves.presence.disconnect({ userId: 'ana', connectionId: '1', lastReceivedMsAgo: 0 });
  release();
  await new Promise(setImmediate);
  for (const session of await sessions())
    expect(session).toMatchObject({ connections: [], graceUntil: expect.any(Number) });
  expect(serves.presence.node.connections).toBe(0);
});

it('a connection whose connect had no answer is released, where the store has committed it', async () => {
  const { serves, store, record } = await setUp();
  const { update } = store;
  vi.spyOn(store, 'update').mockImplementationOnce(async (...args) => {
    await update(...args);
    throw unavailable('The answer was lost.');
  });
  await expect(serves.open('bo', '2', 'phone')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect((await record('bo'))?.sessions).toMatchObject([{ id: 'phone', graceUntil: null }]);
  await serves.presence.disconnect({ userId: 'bo', connectionId: '2', lastReceivedMsAgo: 0 });
  expect((await record('bo'))?.sessions).toMatchObject([{ connections: [], graceUntil: expect.any(Number) }]);
});

it.each([false, true])(
  'who was sent away keeps the time to come back while the store hangs: used %s',
  async (isUsed) => {
    const { serves, store, wait, sessions } = await setUp();
    const closed = { userId: 'ana', lastReceivedMsAgo: 0 };
    await serves.presence.disconnect({ ...closed, connectionId: '1', returnsWithinMs: 30_000 });
    const [{ graceUntil } = { graceUntil: null }] = await sessions();
    wait(5_000);
    const { update } = store;
    vi.spyOn(store, 'update').mockImplementationOnce(async (...args) => {
      await update(...args);
      throw unavailable('The answer was lost.');
    });
    await expect(serves.open('ana', '2', 'tab')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await serves.presence.disconnect({ ...closed, connectionId: '2', isUnused: !isUsed });
    const [session] = await sessions();
    if (isUsed) expect(session?.graceUntil).toBeLessThan(graceUntil!);
    else expect(session).toMatchObject({ connections: [], graceUntil });
  },
);

it('a connection over which nothing came, and that closes during its restore, leaves the grace that it took', async () => {
  const { serves, empty, wait, sessions } = await setUp();
  const closed = { userId: 'ana', lastReceivedMsAgo: 0 };
  await serves.presence.disconnect({ ...closed, connectionId: '1', returnsWithinMs: 30_000 });
  const [{ graceUntil } = { graceUntil: null }] = await sessions();
  wait(5_000);
  await serves.open('ana', '2', 'tab');
  empty();
  wait(100);
  await serves.turn();
  const release = serves.holdNextChange();
  await serves.answer('2');
  await serves.presence.disconnect({ ...closed, connectionId: '2', isUnused: true });
  release();
  await new Promise(setImmediate);
  expect(await sessions()).toMatchObject([{ connections: [], graceUntil }]);
});

it('a connection goes on whose session began after the end that is announced', async () => {
  const { serves, bus, wait, record } = await setUp();
  const { revision } = (await record())!;
  wait(1_000);
  await serves.open('ana', '2', 'phone');
  const revoked = { sessionIds: ['phone'], revision, heldToo: true } as const;
  await bus.publishEnded({ userId: 'ana', connectionIds: [], revoked });
  expect(serves.presence.node.connections).toBe(2);
});

describe('a session that another node ended', () => {
  it('is not restored by reconciliation, even after its record was dropped from the store', async () => {
    const { serves, other, wait, drain, record } = await setUp({ deaf: true });
    wait(1_000);
    await other.presence.endSession(user('ana'), 'tab');
    await drain();
    expect(await record()).toBeUndefined();
    await serves.presence.node.reconcile();
    expect(await record()).toBeUndefined();
    expect(serves.presence.node.connections).toBe(0);
  });

  it.each(['ended', 'replaced'])(
    'is no longer held by the node of its connection, and not restored: %s',
    async (how) => {
      const { serves, other, wait, empty, sessions } = await setUp();
      wait(1_000);
      if (how === 'ended') await other.presence.endSession(user('ana'), 'tab');
      else for (let place = 0; place < 20; place += 1) await other.open('ana', `${place}`, `session-${place}`);
      expect(serves.presence.node.connections).toBe(0);
      empty();
      wait(100);
      await serves.turn();
      await serves.answer('1');
      expect((await sessions()).map(({ id }) => id)).not.toContain('tab');
    },
  );
});

describe('a session whose end no other node received before the store came back empty', () => {
  it('ends again once everything is restored, and the others go on', async () => {
    const { serves, other, empty, wait, record } = await setUp({ deaf: true });
    await other.open('ana', '2', 'phone');
    wait(1_000);
    await other.presence.endSession(user('ana'), 'tab');
    empty();
    await serves.turn();
    await serves.answer('1');
    expect((await record())?.sessions.map(({ id }) => id)).toEqual(['tab']);
    await other.turn();
    await other.answer('2');
    for (let turn = 0; turn < 2; turn += 1) await other.turn();
    expect(await record()).toMatchObject({
      sessions: [{ id: 'phone' }],
      revoked: [{ connectionId: expect.stringMatching(/^node-1\.\d\/1$/) }],
    });
    // Its node finds that by reconciliation, and does not restore it.
    await serves.presence.node.reconcile();
    expect(serves.presence.node.connections).toBe(0);
  });
});

describe('a user who was deleted and named again', () => {
  /** The store has the new user, and the node of the old one's connection received none of it. */
  const nameAgain = async ({ store, journal, other }: Awaited<ReturnType<typeof setUp>>) => {
    await store.forget('ana', 1);
    journal.rows.set('ana', { generation: 2, persisted: null });
    await other.open('ana', '2', 'new');
  };

  it('gets no earlier session by reconciliation', async () => {
    const team = await setUp();
    await nameAgain(team);
    await team.serves.presence.node.reconcile();
    expect(await team.record()).toMatchObject({ generation: 2, sessions: [{ id: 'new' }] });
    expect(team.serves.presence.node.connections).toBe(0);
  });

  it('gets no earlier session by a restore', async () => {
    const team = await setUp();
    await nameAgain(team);
    team.empty();
    await team.serves.turn();
    await team.serves.answer('1');
    expect(await team.sessions()).toEqual([]);
    expect(team.serves.presence.node.connections).toBe(0);
  });
});

it('open subscriptions are reread once a recovery is over, and not before', async () => {
  const { serves, empty } = await setUp();
  await serves.turn();
  expect(serves.recoveries).toBe(1);
  empty();
  await serves.turn();
  await serves.turn();
  expect(serves.recoveries).toBe(1);
  await serves.answer('1');
  await serves.turn();
  await serves.turn();
  expect(serves.recoveries).toBe(2);
});
