import { expect, it } from 'vitest';
import { afterDeath, MAX_DEATHS, SOUND_AFTER_MS } from '../../src/workers/restarts.js';

const soonest = () => 0;
const latest = () => 1;

it('a worker is started again soon, then later and later, with chance in it, and after half a minute at the most', () => {
  const waits = (random: () => number) =>
    Array.from(
      { length: 12 },
      (_, before) => afterDeath({ before, listenedMs: null, othersSound: true }, random).restartMs,
    );
  expect(waits(soonest)).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000, 15_000, 15_000]);
  expect(waits(latest)).toEqual(waits(soonest).map((ms) => 2 * (ms ?? 0)));
});

it('one that listened for long enough begins anew, however often it had died before', () => {
  const death = { before: 20, othersSound: false };
  expect(afterDeath({ ...death, listenedMs: SOUND_AFTER_MS }, soonest)).toEqual({ deaths: 1, restartMs: 100 });
  expect(afterDeath({ ...death, listenedMs: SOUND_AFTER_MS - 1 }, soonest)).toEqual({ deaths: 21, restartMs: null });
});

it('is given up after deaths in a row, unless another worker is sound', () => {
  const last = { before: MAX_DEATHS - 1, listenedMs: 10 };
  expect(afterDeath({ ...last, before: MAX_DEATHS - 2, othersSound: false }, soonest).restartMs).not.toBeNull();
  expect(afterDeath({ ...last, othersSound: false }, soonest)).toEqual({ deaths: MAX_DEATHS, restartMs: null });
  expect(afterDeath({ ...last, othersSound: true }, soonest).restartMs).not.toBeNull();
});
