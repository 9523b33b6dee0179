/** What a node does whose subscriptions fall silent, by a clock of the test's own. */
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { createKeys } from '../../../src/adapters/redis/keys.js';
import type { PubSubClient } from '../../../src/adapters/redis/pubSub.js';
import { createRedisBus } from '../../../src/adapters/redis/redisBus.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now());
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A bus over connections on which everything is acknowledged and nothing is ever heard. */
const startSilentBus = async () => {
  const reconnect = vi.fn(async () => {});
  const pubSub: PubSubClient = {
    on() {},
    subscribe: (_, acknowledged) => acknowledged(null),
    unsubscribe() {},
    punsubscribe() {},
    publish: async () => 0,
    reconnect,
    close() {},
  };
  const bus = createRedisBus({
    connection: {
      client: {} as never,
      pubSub,
      messageEvent: 'smessage',
      publish: 'SPUBLISH',
      onInterruption() {},
      close: async () => {},
    },
    keys: createKeys(2),
    probe: 'here',
  });
  onTestFinished(() => bus.close());
  await bus.start();
  return reconnect;
};

it('connections that are silent are given up, and those that take their place have time to be made', async () => {
  const reconnect = await startSilentBus();
  await vi.advanceTimersByTimeAsync(4_000);
  expect(reconnect).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(reconnect).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(reconnect).toHaveBeenCalledTimes(2);
});

it('a stall of the event loop is no silence: what arrived meanwhile is read after it', async () => {
  const reconnect = await startSilentBus();
  for (let stalls = 0; stalls < 2; stalls += 1) {
    await vi.advanceTimersByTimeAsync(500);
    vi.setSystemTime(Date.now() + 60_000);
  }
  await vi.advanceTimersByTimeAsync(500);
  expect(reconnect).not.toHaveBeenCalled();
  // However often it stalls, what stays silent is given up.
  await vi.advanceTimersByTimeAsync(2_000);
  expect(reconnect).toHaveBeenCalledTimes(1);
});
