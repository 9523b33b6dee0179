import { onTestFinished } from 'vitest';

/** Counts the turns of the event loop until the test is over. Returns the number of the present one. */
export const countTurns = (): (() => number) => {
  let turn = 0;
  let over = false;
  const count = () => {
    turn += 1;
    if (!over) setImmediate(count);
  };
  setImmediate(count);
  onTestFinished(() => {
    over = true;
  });
  return () => turn;
};
