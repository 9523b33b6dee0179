/** When a node says that it is ready, by the last answer of the store. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createSharedStore } from '../support/emptiedStore.js';

/** Who asks for readiness once a second has heard of it by then. */
const PROMISED_MS = 3_000;
const ASKED_EVERY_MS = 1_000;
/** A turn a second, which waits half a second each for what was lost, and for what others lost. */
const LONGEST_TURN_MS = 1_999;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('is not ready once the store has not answered for so long that whoever asks hears of it within three seconds', async () => {
  const { presence } = await createSharedStore().startNode();
  expect(presence.node.ready).toBe(true);
  vi.advanceTimersByTime(PROMISED_MS - ASKED_EVERY_MS);
  expect(presence.node.ready).toBe(false);
});

it('is ready all the while between two turns, however long they take', async () => {
  const { presence, turn } = await createSharedStore().startNode();
  for (let i = 0; i < 3; i += 1) {
    vi.advanceTimersByTime(LONGEST_TURN_MS);
    expect(presence.node.ready).toBe(true);
    await turn();
  }
});
