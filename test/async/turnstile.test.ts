import { expect, test } from 'vitest';
import { createTurnstile } from '../../src/async/turnstile.js';

test('who waits at a turnstile goes on in the order asked, each in another turn of the event loop', async () => {
  const pass = createTurnstile();
  let turn = 0;
  let over = false;
  const count = () => {
    turn += 1;
    if (!over) setImmediate(count);
  };
  setImmediate(count);
  const passed: [place: number, turn: number][] = [];
  await Promise.all([0, 1, 2, 3].map((place) => pass().then(() => passed.push([place, turn]))));
  over = true;
  expect(passed.map(([place]) => place)).toEqual([0, 1, 2, 3]);
  expect(new Set(passed.map(([, at]) => at)).size).toBe(4);
});
