import { expect, it } from 'vitest';
import { createTurnstile } from '../../src/async/turnstile.js';
import { countTurns } from '../support/unit/turns.js';

it('who waits at a turnstile goes on in the order asked, each in another turn of the event loop', async () => {
  const pass = createTurnstile();
  const turn = countTurns();
  const passed: [place: number, turn: number][] = [];
  await Promise.all([0, 1, 2, 3].map((place) => pass().then(() => passed.push([place, turn()]))));
  expect(passed.map(([place]) => place)).toEqual([0, 1, 2, 3]);
  expect(new Set(passed.map(([, at]) => at)).size).toBe(4);
});
