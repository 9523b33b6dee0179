/** What the connections of a node cost it each second, and each ended session: nothing that grows with them. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { createHeldSessions } from '../../src/node/heldSessions.js';
import { createRecentCommits } from '../../src/node/recentCommits.js';
import { timings } from '../support/unit/builders.js';

const setUp = (count: number) => {
  const heldSessions = createHeldSessions({
    records: {} as never,
    recentCommits: createRecentCommits(),
    timings: timings(),
    nameOf: (local) => `node.1/${local}`,
    onError: () => {},
  });
  for (let i = 0; i < count; i += 1) {
    heldSessions.service.open({ local: `${i}`, userId: `user ${i % (count / 2)}`, sessionId: `tab ${i}` });
    heldSessions.service.opened(`${i}`);
  }
  return heldSessions;
};

/** How many values of maps are visited while `act` runs. */
const visitsOf = (act: () => void): number => {
  let visits = 0;
  const counted = vi.spyOn(Map.prototype, 'values').mockImplementation(function* (this: Map<unknown, unknown>) {
    for (const [, value] of this.entries()) {
      visits += 1;
      yield value;
    }
  } as never);
  onTestFinished(() => counted.mockRestore());
  act();
  counted.mockRestore();
  return visits;
};

it('an ended session, and a lease heartbeat, visit no connections of others', () => {
  const held = setUp(1_000);
  const visits = visitsOf(() => {
    held.endSessions('user 7', { sessionIds: ['tab 7'], revision: 1 });
    held.revoke(['node.1/7', 'node.1/9999', 'node.2/8']);
    held.retry();
    held.restoreSilent();
    expect([held.awaiting, held.restorePending]).toEqual([false, false]);
  });
  expect(visits).toBe(0);
  expect([held.size, held.has('node.1/7'), held.has('node.1/8')]).toEqual([999, false, true]);
  expect(held.registeredOf('user 7').map(({ local }) => local)).toEqual(['507']);
});

it('connections that have to answer are known until they are dropped', () => {
  const held = setUp(10);
  held.awaitPongs((userId) => userId === 'user 1');
  expect([held.awaiting, held.restorePending]).toEqual([true, true]);
  held.revoke(['node.1/1', 'node.1/6']);
  expect([held.awaiting, held.restorePending]).toEqual([true, false]);
  held.revoke([...Array(10).keys()].map((local) => `node.1/${local}`));
  expect([held.awaiting, held.size]).toEqual([false, 0]);
  expect([...held.userIds()]).toEqual([]);
});
