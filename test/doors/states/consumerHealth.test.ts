import { expect, it } from 'vitest';
import { createConsumerHealth } from '../../../src/doors/states/consumerHealth.js';

const start = () => {
  const clock = { now: 0 };
  const health = createConsumerHealth({ now: () => clock.now, chance: () => 1 });
  /** How long it is paused from now on. */
  const pauseMs = () => {
    const from = clock.now;
    while (health.isPaused) clock.now += 100;
    return clock.now - from;
  };
  return { health, pauseMs };
};

it('pauses longer after each failure in a row, up to five minutes, and begins anew once something is taken', () => {
  const { health, pauseMs } = start();
  expect(pauseMs()).toBe(0);
  for (const waitMs of [1_000, 2_000, 4_000, 8_000]) {
    expect(health.failed()).toBe(waitMs);
    expect(pauseMs()).toBe(waitMs);
  }
  for (let i = 0; i < 10; i += 1) health.failed();
  expect(pauseMs()).toBe(300_000);
  expect(health.failures).toBe(14);
  health.failed();
  health.worked();
  expect([health.isPaused, health.failures, health.accepted]).toEqual([false, 0, 1]);
  health.failed();
  expect(pauseMs()).toBe(1_000);
});

it('pauses as long as the consumer asks for, within five minutes', () => {
  const { health, pauseMs } = start();
  health.failed({ afterMs: 60_000 });
  expect(pauseMs()).toBe(60_000);
  health.failed({ afterMs: 86_400_000 });
  expect(pauseMs()).toBe(300_000);
});

it('tries something else within 15 seconds where it may fail at what it was sent, which waits longer', () => {
  const { health, pauseMs } = start();
  for (let i = 0; i < 9; i += 1) health.failed();
  expect(health.failed({ mayBeItems: true })).toBe(300_000);
  expect(pauseMs()).toBeLessThanOrEqual(15_000);
});
