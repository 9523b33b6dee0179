/** A turn of a node whose store is found to have lost something, and then something else. */
import { expect, it } from 'vitest';
import { createMemoryBus } from '../../src/bus/memory.js';
import { unavailable } from '../../src/presence/errors.js';
import type { PuttingBack, Renewal } from '../../src/presence/ports.js';
import { createPresence } from '../../src/presence/presence.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { NOON, timings } from '../support/builders.js';
import { createFakeJournal, createFakePeople, createFakeRateLimits } from '../support/fakes.js';

const FINE: Renewal = { lost: false, emptied: null, settledInMs: 0, awaited: false };
const LOST: Renewal = { ...FINE, lost: true };
const EMPTIED: Renewal = { ...FINE, emptied: () => true };
const SETTLING: Renewal = { ...FINE, settledInMs: 5_000, awaited: true };

/** A node with one connection, whose store answers renewals one after the other like this; the last one stands. */
const nodeOf = async (...answers: readonly (Renewal | Error)[]) => {
  const bus = createMemoryBus();
  const store = createMemoryStore({ bus, clock: () => NOON });
  let left: readonly (Renewal | Error)[] = [FINE];
  const renewed: string[] = [];
  const said: PuttingBack[] = [];
  const revived: boolean[] = [];
  let incarnations = 0;
  let held: Promise<void> | undefined;
  const presence = createPresence({
    bus,
    store: {
      ...store,
      async update(...what) {
        const updated = await store.update(...what);
        await held;
        return updated;
      },
      async renewLease(incarnation, { puttingBack } = { puttingBack: null }) {
        renewed.push(incarnation);
        said.push(puttingBack);
        const [answer, ...others] = left;
        if (others.length > 0) left = others;
        if (answer instanceof Error) throw answer;
        return answer!;
      },
    },
    people: createFakePeople(['ana']).people,
    journal: createFakeJournal(['ana']).journal,
    rateLimits: createFakeRateLimits().rateLimits,
    timings: timings(),
    newId: () => 'new',
    newIncarnation: () => `node.${++incarnations}`,
    onRevived: (emptied) => revived.push(emptied),
    onJournalFailure: () => {},
  });
  await presence.node.start();
  await presence.node.turn();
  await presence.connect({ userId: 'ana', connectionId: '1', sessionId: 'tab', device: 'WEB' });
  renewed.length = 0;
  said.length = 0;
  left = answers;
  return {
    turn: () => presence.node.turn(),
    answer: () => presence.node.heard('1'),
    /** From now on nobody hears that the store did something, until what this returns is called. */
    hold() {
      let release = () => {};
      held = new Promise((resolve) => {
        release = resolve;
      });
      return () => release();
    },
    renewed,
    said,
    revived,
  };
};

it('a turn renews until nothing is amiss, and asks the connections once', async () => {
  const { turn, renewed, revived } = await nodeOf(LOST, EMPTIED, FINE);
  await turn();
  expect(renewed).toEqual(['node.1', 'node.2', 'node.3']);
  expect(revived).toEqual([true]);
});

it('a turn ends where the store loses something each time, and the next one goes on', async () => {
  const { turn, renewed, revived } = await nodeOf(EMPTIED);
  await turn();
  expect(renewed).toHaveLength(5);
  await turn();
  expect(renewed.slice(5)).toEqual(['node.6', 'node.7', 'node.8', 'node.9', 'node.10']);
  expect(revived).toEqual([true, true]);
});

it('a turn whose second renewal fails has asked the connections all the same', async () => {
  const { turn, renewed, revived } = await nodeOf(LOST, unavailable('It went away again.'), FINE);
  await turn();
  expect(revived).toEqual([false]);
  await turn();
  expect(renewed).toEqual(['node.1', 'node.2', 'node.2']);
});

it('a node says how far it is with what it puts back, and nothing once all of it is there', async () => {
  const others: Renewal = { ...FINE, awaited: true };
  const { turn, answer, said } = await nodeOf(EMPTIED, others, others, FINE);
  await turn();
  expect(new Set(said)).toEqual(new Set([null, 'first']));
  answer();
  for (let turns = 0; turns < 4; turns += 1) await turn();
  expect(said).toContain('again');
  expect(said.slice(-2)).toEqual([null, null]);
});

it('a connection that was put back just before the store lost it again is waited for', async () => {
  const { turn, answer, hold, said } = await nodeOf(EMPTIED, SETTLING, EMPTIED, SETTLING);
  await turn();
  const release = hold();
  answer();
  await turn();
  release();
  await new Promise(setImmediate);
  said.length = 0;
  await turn();
  expect(said[0]).toBe('first');
});
