import { expect, it } from 'vitest';
import { createLiveRound } from '../../../src/adapters/memory/liveRound.js';
import { NOON } from '../../support/unit/builders.js';

it('goes round who is live some at a time, and begins anew a minute after the round began', () => {
  let now = NOON;
  const seenLive = new Set(Array.from({ length: 4_500 }, (_, i) => `user ${i}`));
  const next = createLiveRound({ seenLive, clock: () => now });
  const counts = () => {
    now += 1_000;
    return [...next()].length;
  };
  const first = [...next()];
  expect(first).toEqual([...seenLive].slice(0, 2_000));
  // Who leaves is not marked, who comes is.
  seenLive.delete('user 4499');
  seenLive.add('late');
  expect([counts(), counts(), counts()]).toEqual([2_000, 500, 0]);
  now = NOON + 59_999;
  expect([...next()]).toEqual([]);
  expect(counts()).toBe(2_000);
});
