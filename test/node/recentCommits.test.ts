/** Nodes with different memories of one session restore their merge, in either order: each field as it was set last. */
import { describe, expect, it } from 'vitest';
import { nodeLost } from '../../src/presence/recovery.js';
import { user } from '../service/serviceUnderTest.js';
import { activity, timings } from '../support/unit/builders.js';
import { createSharedStore } from '../support/unit/emptiedStore.js';

const restore = async () => Promise.reject(new Error('It is there.'));

/** A user connected to one node, and another node beside it. */
const setUp = async () => {
  const shared = createSharedStore();
  const [serves, other] = [await shared.startNode(), await shared.startNode()];
  await serves.open('ana', '1', 'tab');
  const session = async () => {
    const { records } = await shared.store.read(['ana']);
    const sessions = records.get('ana')?.sessions ?? [];
    expect(sessions).toHaveLength(1);
    return sessions[0]!;
  };
  return { ...shared, serves, other, session };
};
type SetUp = Awaited<ReturnType<typeof setUp>>;

const chess = [activity({ name: 'Chess' })];
const names = async ({ session }: SetUp) => (await session()).activities.map(({ name }) => name);

/** The store loses everything, and both nodes restore what they remember, `first` first. */
const loseAll = async ({ serves, other, empty, wait }: SetUp, first: 'serves' | 'other') => {
  empty();
  wait(100);
  const comeBack = {
    async serves() {
      await serves.turn();
      await serves.answer('1');
    },
    other: () => other.turn(),
  };
  await comeBack[first]();
  await comeBack[first === 'serves' ? 'other' : 'serves']();
  // The second restore phase.
  await other.turn();
};

describe.each(['serves', 'other'] as const)('after a loss, where the node "%s" restores first', (first) => {
  it('an app in the background keeps the lease that another node granted', async () => {
    const team = await setUp();
    team.wait(1_000);
    await team.other.presence.heartbeat(user('ana'), { idle: true, sessionId: 'tab' });
    const before = await team.session();
    await loseAll(team, first);
    expect(await team.session()).toMatchObject({ reportedIdle: true, leaseUntil: before.leaseUntil });
  });

  it('a cleared list stays empty, beside the other fields of the session', async () => {
    const team = await setUp();
    await team.serves.presence.setPresence(user('ana', '1'), { activities: chess });
    team.wait(1_000);
    await team.other.presence.setPresence(user('ana'), { sessionId: 'tab', activities: [] });
    await loseAll(team, first);
    expect(await names(team)).toEqual([]);
    expect(await team.session()).toMatchObject({ device: 'WEB' });
  });
});

describe('a user who reconnects to a lost session, without a command', () => {
  it.each(['before', 'after'])(
    'keeps the activities, where they reconnect %s their earlier connection answers',
    async (when) => {
      const team = await setUp();
      const { serves, other, empty, wait } = team;
      await serves.presence.setPresence(user('ana', '1'), { activities: chess });
      empty();
      wait(100);
      await serves.turn();
      if (when === 'after') await serves.answer('1');
      await other.presence.connect({ userId: 'ana', connectionId: '2', sessionId: 'tab', device: null });
      await serves.answer('1');
      expect(await names(team)).toEqual(['Chess']);
      expect(await team.session()).toMatchObject({ device: 'WEB' });
    },
  );

  it('keeps the activities, also where the earlier connection has closed', async () => {
    const team = await setUp();
    const { serves, other, empty, wait } = team;
    await serves.presence.setPresence(user('ana', '1'), { activities: chess });
    empty();
    wait(100);
    await other.open('ana', '2', 'tab');
    await serves.turn();
    await serves.presence.disconnect({ userId: 'ana', connectionId: '1', lastReceivedMsAgo: 0 });
    expect(await names(team)).toEqual(['Chess']);
  });

  it('keeps the activities, also where their node has not found the loss yet', async () => {
    const team = await setUp();
    const { serves, empty, wait } = team;
    await serves.presence.setPresence(user('ana', '1'), { activities: chess });
    empty();
    wait(100);
    await serves.presence.disconnect({ userId: 'ana', connectionId: '1', lastReceivedMsAgo: 0 });
    await serves.presence.connect({ userId: 'ana', connectionId: '2', sessionId: 'tab', device: null });
    expect(await names(team)).toEqual([]);
    await serves.turn();
    await serves.answer('2');
    expect(await names(team)).toEqual(['Chess']);
    expect(await team.session()).toMatchObject({ device: 'WEB' });
  });

  it('does not get back activities that they cleared since', async () => {
    const team = await setUp();
    const { serves, other, empty, wait } = team;
    await serves.presence.setPresence(user('ana', '1'), { activities: chess });
    empty();
    wait(100);
    await other.open('ana', '2', 'tab');
    await other.presence.setPresence(user('ana', '2'), { activities: [] });
    await serves.turn();
    await serves.answer('1');
    expect(await names(team)).toEqual([]);
  });
});

it('a node that was declared lost keeps the lease that another node granted meanwhile', async () => {
  const { serves, other, session, store, wait } = await setUp();
  await store.update('ana', restore, (record, now) =>
    nodeLost(record, { incarnation: 'node-1.1', aliveAt: now }, now, timings()),
  );
  wait(1_000);
  await other.presence.heartbeat(user('ana'), { idle: true, sessionId: 'tab' });
  const { leaseUntil } = await session();
  await serves.presence.node.ensureRestored('1');
  expect(await session()).toMatchObject({ reportedIdle: true, leaseUntil, connections: ['node-1.1/1'] });
});
