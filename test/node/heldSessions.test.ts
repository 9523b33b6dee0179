/** What the connections of a node cost it each second, and each ended session: nothing that grows with them. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { createHeldSessions } from '../../src/node/heldSessions.js';
import { createRecentCommits } from '../../src/node/recentCommits.js';
import { unavailable } from '../../src/presence/errors.js';
import { restoreRecord } from '../../src/presence/record.js';
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

/** Connections whose restores are answered one by one. */
const setUpRestores = (count: number) => {
  const answers: { readonly userId: string; readonly answer: (error?: Error) => void }[] = [];
  let written = 0;
  const heldSessions = createHeldSessions({
    records: {
      update: (userId: string) => {
        written += 1;
        return new Promise((resolve, reject) => {
          const record = restoreRecord(userId, { generation: 1, persisted: null });
          answers.push({ userId, answer: (error) => (error ? reject(error) : resolve({ record })) });
        });
      },
    } as never,
    recentCommits: createRecentCommits(),
    timings: timings(),
    nameOf: (local) => `node.2/${local}`,
    onError: () => {},
  });
  const locals = Array.from({ length: count }, (_, i) => `${i}`);
  for (const local of locals) {
    heldSessions.service.open({ local, userId: `user ${local}`, sessionId: 'tab' });
    heldSessions.service.opened(local);
  }
  heldSessions.awaitPongs(() => true);
  const answerAll = async (error?: Error) => {
    for (const { answer } of answers.splice(0)) answer(error);
    await new Promise(setImmediate);
  };
  return { heldSessions, locals, answers, answerAll, writes: () => written };
};

it.each(['answered', 'silent'])('many that are %s are restored some at a time, and each once', async (how) => {
  const { heldSessions, locals, answers, answerAll, writes } = setUpRestores(1_000);
  if (how === 'silent') heldSessions.restoreSilent();
  else for (const local of locals) heldSessions.service.answered(local);
  const restored = new Set<string>();
  let most = 0;
  while (answers.length > 0) {
    most = Math.max(most, answers.length);
    for (const { userId } of answers) restored.add(userId);
    // A lease heartbeat in between begins none of them twice.
    heldSessions.retry();
    await answerAll();
  }
  expect(most).toBeLessThanOrEqual(200);
  expect([restored.size, writes(), heldSessions.awaiting, heldSessions.restorePending]).toEqual([
    1_000,
    1_000,
    false,
    false,
  ]);
});

it('restores that failed wait for the next lease heartbeat, and come behind those that wait longer', async () => {
  const { heldSessions, locals, answers, answerAll, writes } = setUpRestores(300);
  for (const local of locals) heldSessions.service.answered(local);
  await answerAll(unavailable('Away.'));
  heldSessions.retry();
  expect(answers.map(({ userId }) => userId).slice(0, 100)).toEqual(locals.slice(200).map((local) => `user ${local}`));
  while (answers.length > 0) await answerAll();
  expect([writes(), heldSessions.awaiting]).toEqual([500, false]);
});

it('of those that wait to be restored none is when it closed, nor before it answered under a newer name', async () => {
  const { heldSessions, locals, answers, answerAll } = setUpRestores(300);
  for (const local of locals) heldSessions.service.answered(local);
  heldSessions.service.close('250');
  await answerAll();
  expect(answers.map(({ userId }) => userId)).not.toContain('user 250');
  heldSessions.awaitPongs(() => true);
  while (answers.length > 0) await answerAll();
  expect(heldSessions.awaiting).toBe(true);
  heldSessions.service.answered('7');
  expect(answers.map(({ userId }) => userId)).toEqual(['user 7']);
});
