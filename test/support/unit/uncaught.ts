import { setImmediate as nextTurn } from 'node:timers/promises';

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/** Collects the uncaught errors of `work`, which would end the process. */
export const uncaughtDuring = async (work: () => Promise<unknown>): Promise<readonly unknown[]> => {
  const uncaught: unknown[] = [];
  const keep = (error: unknown) => uncaught.push(error);
  const others = EVENTS.map((event) => ({
    event,
    listeners: process.rawListeners(event) as ((error: unknown) => void)[],
  }));
  for (const event of EVENTS) process.removeAllListeners(event).on(event, keep);
  try {
    await work();
    for (let turns = 0; turns < 5; turns++) await nextTurn();
  } finally {
    for (const { event, listeners } of others) {
      process.off(event, keep);
      for (const listener of listeners) process.on(event, listener);
    }
  }
  return uncaught;
};
