import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { afterEndOfTurn, atEndOfTurn } from '../../src/async/endOfTurn.js';

it('does what was gathered, then sends what was written, also by that, in the order in which each was put off', async () => {
  const done: string[] = [];
  afterEndOfTurn(() => done.push('written'));
  atEndOfTurn(() => {
    done.push('gathered');
    afterEndOfTurn(() => done.push('written by what was gathered'));
  });
  queueMicrotask(() => atEndOfTurn(() => done.push('gathered later in the turn')));
  await Promise.resolve();
  expect(done).toEqual([]);
  await turn();
  expect(done).toEqual(['gathered', 'gathered later in the turn', 'written', 'written by what was gathered']);
});

it('leaves what comes after the end of a turn to the end of the next', async () => {
  const done: string[] = [];
  afterEndOfTurn(() => {
    done.push('first');
    afterEndOfTurn(() => done.push('second'));
  });
  await turn();
  expect(done).toEqual(['first']);
  await turn();
  expect(done).toEqual(['first', 'second']);
});
