/** Lease heartbeats whose renewals find one loss after another. */
import { expect, it } from 'vitest';
import { createMemoryBus } from '../../src/adapters/memory/memoryBus.js';
import { createMemoryStore } from '../../src/adapters/memory/memoryStore.js';
import { unavailable } from '../../src/presence/errors.js';
import type { Renewal, RestorePhase } from '../../src/presence/ports/leases.js';
import { assemblePresence } from '../support/unit/assemblePresence.js';
import { NOON, timings } from '../support/unit/builders.js';
import { createFakePeople } from '../support/unit/fakePeople.js';
import { createFakeJournal, createFakeRateLimits } from '../support/unit/fakes.js';

const FINE: Renewal = { lost: false, emptied: null, readyInMs: 0, awaited: false };
const LOST: Renewal = { ...FINE, lost: true };
const EMPTIED: Renewal = { ...FINE, emptied: () => true };
const SETTLING: Renewal = { ...FINE, readyInMs: 5_000, awaited: true };

/** A node with one connection, whose renewals are answered in this order; the last answer repeats. */
const nodeOf = async (...answers: readonly (Renewal | Error)[]) => {
  const bus = createMemoryBus();
  const store = createMemoryStore({ bus, clock: () => NOON });
  let left: readonly (Renewal | Error)[] = [FINE];
  const renewed: string[] = [];
  const announced: RestorePhase[] = [];
  const revived: boolean[] = [];
  let incarnations = 0;
  let held: Promise<void> | undefined;
  const presence = assemblePresence({
    bus,
    store: {
      ...store,
      async update(...what) {
        const updated = await store.update(...what);
        await held;
        return updated;
      },
      async renewLease(incarnation, { restorePhase } = { restorePhase: 'done' }) {
        renewed.push(incarnation);
        announced.push(restorePhase);
        const [answer, ...others] = left;
        if (others.length > 0) left = others;
        if (answer instanceof Error) throw answer;
        return answer!;
      },
    },
    people: createFakePeople({ userIds: ['ana'] }).people,
    journal: createFakeJournal(['ana']).journal,
    rateLimits: createFakeRateLimits().rateLimits,
    timings: timings(),
    newId: () => 'new',
    newIncarnation: () => `node.${++incarnations}`,
    onRevived: (emptied) => revived.push(emptied),
    onJournalFailure: () => {},
  });
  await presence.node.start();
  await presence.node.leaseHeartbeat();
  await presence.connect({ userId: 'ana', connectionId: '1', sessionId: 'tab', device: 'WEB' });
  renewed.length = 0;
  announced.length = 0;
  left = answers;
  return {
    turn: () => presence.node.leaseHeartbeat(),
    answer: () => presence.node.answered('1'),
    /** From now on updates do not resolve, until the returned function is called. */
    hold() {
      let release = () => {};
      held = new Promise((resolve) => {
        release = resolve;
      });
      return () => release();
    },
    renewed,
    announced,
    revived,
  };
};

it('a heartbeat renews until no loss is found, and pings the connections once', async () => {
  const { turn, renewed, revived } = await nodeOf(LOST, EMPTIED, FINE);
  await turn();
  expect(renewed).toEqual(['node.1', 'node.2', 'node.3']);
  expect(revived).toEqual([true]);
});

it('a heartbeat ends after five losses, and the next one goes on', async () => {
  const { turn, renewed, revived } = await nodeOf(EMPTIED);
  await turn();
  expect(renewed).toHaveLength(5);
  await turn();
  expect(renewed.slice(5)).toEqual(['node.6', 'node.7', 'node.8', 'node.9', 'node.10']);
  expect(revived).toEqual([true, true]);
});

it('a heartbeat whose second renewal fails has pinged the connections all the same', async () => {
  const { turn, renewed, revived } = await nodeOf(LOST, unavailable('It went away again.'), FINE);
  await turn();
  expect(revived).toEqual([false]);
  await turn();
  expect(renewed).toEqual(['node.1', 'node.2', 'node.2']);
});

it('a node announces its restore phase, and `done` once everything is restored', async () => {
  const others: Renewal = { ...FINE, awaited: true };
  const { turn, answer, announced } = await nodeOf(EMPTIED, others, others, FINE);
  await turn();
  expect(new Set(announced)).toEqual(new Set(['done', 'first']));
  answer();
  for (let turns = 0; turns < 4; turns += 1) await turn();
  expect(announced).toContain('again');
  expect(announced.slice(-2)).toEqual(['done', 'done']);
});

it('a connection that was restored just before the store lost it again is awaited', async () => {
  const { turn, answer, hold, announced } = await nodeOf(EMPTIED, SETTLING, EMPTIED, SETTLING);
  await turn();
  const release = hold();
  answer();
  await turn();
  release();
  await new Promise(setImmediate);
  announced.length = 0;
  await turn();
  expect(announced[0]).toBe('first');
});
