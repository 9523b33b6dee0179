/** Nodes that know different things of one session put them together, whoever comes first: what was said last holds. */
import { describe, expect, it } from 'vitest';
import { nodeLost } from '../../src/presence/recovery.js';
import { user } from '../service/serviceUnderTest.js';
import { activity, timings } from '../support/builders.js';
import { createSharedStore } from '../support/emptiedStore.js';

const restore = async () => Promise.reject(new Error('It is there.'));

/** Somebody connected to one node, and another node beside it. */
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

/** The store loses everything, and both nodes put back what they know, one of them first. */
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
  // Once more, when the others had their time.
  await other.turn();
};

describe.each(['serves', 'other'] as const)('after a loss, where the node that %s comes back first', (first) => {
  it('an app in the background keeps the lease that another node granted', async () => {
    const team = await setUp();
    team.wait(1_000);
    await team.other.presence.heartbeat(user('ana'), { idle: true, sessionId: 'tab' });
    const before = await team.session();
    await loseAll(team, first);
    expect(await team.session()).toMatchObject({ reportedIdle: true, leaseUntil: before.leaseUntil });
  });

  it('what was cleared stays so, and what was said of something else holds beside it', async () => {
    const team = await setUp();
    await team.serves.presence.setPresence(user('ana', '1'), { activities: chess });
    team.wait(1_000);
    await team.other.presence.setPresence(user('ana'), { sessionId: 'tab', activities: [] });
    await loseAll(team, first);
    expect(await names(team)).toEqual([]);
    expect(await team.session()).toMatchObject({ device: 'WEB' });
  });
});

describe('who connects again while the store has lost their session, and says nothing', () => {
  it.each(['before', 'after'])('does what they did %s their connection of before answers', async (when) => {
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
  });

  it('does what they did, also where their connection of before has closed', async () => {
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

  it('does what they did, also where their node does not know yet what the store lost', async () => {
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

  it('does nothing any more that they cleared since', async () => {
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

it('a node that was taken for lost, and returns, leaves the lease that another granted meanwhile', async () => {
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
