import { expect, it } from 'vitest';
import { createLimit, createTurns } from '../../src/async/limit.js';

it('runs as many at once as it may, in order, also after one failed', async () => {
  const limited = createLimit(2);
  const begun: number[] = [];
  const ends: ((failure?: Error) => void)[] = [];
  const all = [0, 1, 2, 3].map((i) =>
    limited(async () => {
      begun.push(i);
      await new Promise<void>((resolve, reject) => {
        ends[i] = (failure) => (failure ? reject(failure) : resolve());
      });
      return i;
    }),
  );
  const settled = Promise.allSettled(all);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await turn();
  expect(begun).toEqual([0, 1]);
  ends[1]!(new Error('failed'));
  await turn();
  expect(begun).toEqual([0, 1, 2]);
  ends[0]!();
  await turn();
  expect(begun).toEqual([0, 1, 2, 3]);
  for (const i of [2, 3]) ends[i]!();
  expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
});

it('lets what is hurried go first, whether it comes so or waits already', async () => {
  const turns = createTurns(1);
  const begun: string[] = [];
  let end = () => {};
  const held = new Promise<void>((resolve) => {
    end = resolve;
  });
  const first = turns.take('first', () => held, false);
  const rest = ['a', 'b', 'c'].map((key) => turns.take(key, async () => begun.push(key), false));
  rest.push(turns.take('urgent', async () => begun.push('urgent'), true));
  turns.hurry('c');
  turns.hurry('nobody');
  end();
  await Promise.all([first, ...rest]);
  expect(begun).toEqual(['urgent', 'c', 'a', 'b']);
});
