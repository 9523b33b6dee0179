import { expect, it, vi } from 'vitest';
import { createMonotonicClock } from '../../../src/adapters/memory/memoryClock.js';

it('starts at the wall clock, in whole milliseconds, and ignores its jumps', () => {
  const before = Date.now();
  const clock = createMonotonicClock();
  const first = clock();
  expect(Number.isInteger(first)).toBe(true);
  expect(Math.abs(first - before)).toBeLessThan(1_000);

  for (const jumpMs of [3_600_000, -3_600_000]) {
    const wall = vi.spyOn(Date, 'now').mockReturnValue(before + jumpMs);
    const moments = Array.from({ length: 1_000 }, () => clock());
    wall.mockRestore();
    expect(moments).toEqual([...moments].sort((a, b) => a - b));
    expect(moments[0]).toBeGreaterThanOrEqual(first);
    // However slow the machine, an hour has not passed.
    expect(moments.at(-1)).toBeLessThan(first + 1_800_000);
  }
});
