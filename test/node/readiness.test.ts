/** Readiness of a node, by the store's last answer. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createSharedStore } from '../support/unit/emptiedStore.js';

/** Within which a probe each second sees that the store is gone. */
const PROMISED_MS = 3_000;
const ASKED_EVERY_MS = 1_000;
/** A second between heartbeats, each of which waits half a second for the restore and half a second for lost nodes. */
const LONGEST_TURN_MS = 1_999;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('a node is not ready when the store has not answered for two seconds', async () => {
  const { presence } = await createSharedStore().startNode();
  expect(presence.node.ready).toBe(true);
  vi.advanceTimersByTime(PROMISED_MS - ASKED_EVERY_MS);
  expect(presence.node.ready).toBe(false);
});

it('a node is ready throughout the longest heartbeat', async () => {
  const { presence, turn } = await createSharedStore().startNode();
  for (let i = 0; i < 3; i += 1) {
    vi.advanceTimersByTime(LONGEST_TURN_MS);
    expect(presence.node.ready).toBe(true);
    await turn();
  }
});
