import { expect, it } from 'vitest';
import { createRefusedUsers } from '../../../src/doors/states/refusedUsers.js';

const at = { consumer: 'webhook', part: 0, holder: 'one' } as const;
const start = () => {
  const clock = { now: 0 };
  const refused = createRefusedUsers({
    max: 2,
    backoff: { firstMs: 1_000, maxMs: 8_000 },
    now: () => clock.now,
    chance: () => 1,
  });
  return { clock, refused };
};

it('lets a user wait longer each time', () => {
  const { clock, refused } = start();
  for (const waitMs of [1_000, 2_000, 4_000, 8_000, 8_000]) {
    expect(refused.add('ana', at, false)).toBe(waitMs);
    expect(refused.has('ana')).toBe(true);
    clock.now += waitMs;
    expect(refused.waitOf('ana', at)).toBe(0);
  }
  refused.delete('ana');
  expect(refused.add('ana', at, false)).toBe(1_000);
});

it('begins the wait of a user who changes anew, and never makes it longer', () => {
  const { clock, refused } = start();
  for (let i = 0; i < 4; i += 1) refused.add('ana', at, false);
  expect(refused.waitOf('ana', at)).toBe(1_000);
  clock.now += 900;
  expect(refused.waitOf('ana', at)).toBe(100);
  clock.now += 100;
  expect(refused.waitOf('ana', at)).toBe(0);
  expect(refused.add('ana', at, false)).toBe(1_000);
  refused.add('ana', at, false);
  // Who changed while they were tried.
  expect(refused.add('ana', at, true)).toBe(1_000);
});

it('remembers so many, and lets all others wait for the longest time', () => {
  const { refused } = start();
  refused.add('ana', at, false);
  refused.add('bob', at, false);
  expect(refused.add('cem', at, false)).toBe(8_000);
  expect([refused.has('cem'), refused.waitOf('cem', at)]).toEqual([false, 0]);
  expect(refused.add('ana', at, false)).toBe(2_000);
  refused.lost(at);
  expect([refused.has('ana'), refused.has('bob')]).toEqual([false, false]);
});
