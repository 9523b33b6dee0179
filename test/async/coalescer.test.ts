import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createCoalescer } from '../../src/async/coalescer.js';

const start = ({ maxWaitMs = 10 } = {}) => {
  let clock = 0;
  let runs = 0;
  let busy = false;
  const coalescer = createCoalescer({ maxWaitMs, now: () => clock, isBusy: () => busy });
  const due = {
    run: () => {
      runs += 1;
    },
  };
  return {
    coalescer,
    due,
    runs: () => runs,
    /** Something is under way, or no more. */
    setBusy(is: boolean) {
      busy = is;
    },
    pass(ms: number) {
      clock += ms;
    },
    /** One turn of the event loop that brings something, and takes so many ms. */
    async bring(ms: number) {
      coalescer.moreMayCome();
      clock += ms;
      await turn();
    },
  };
};

describe('the end of a tick', () => {
  it('comes once nothing more does', async () => {
    const { coalescer, due, runs, bring } = start();
    coalescer.schedule(due);
    for (let n = 0; n < 4; n += 1) {
      await bring(1);
      expect(runs()).toBe(0);
    }
    while (runs() === 0) await turn();
    await turn();
    expect(runs()).toBe(1);
  });

  it('is put off for ten milliseconds at the most', async () => {
    const { coalescer, due, runs, bring } = start();
    coalescer.schedule(due);
    for (let n = 0; n < 10; n += 1) await bring(1);
    await bring(0);
    expect(runs()).toBe(1);
  });

  it('waits for what is under way, and no longer than that', async () => {
    const { coalescer, due, runs, setBusy, pass } = start();
    setBusy(true);
    coalescer.schedule(due);
    for (let n = 0; n < 100; n += 1) await turn();
    expect(runs()).toBe(0);
    setBusy(false);
    while (runs() === 0) await turn();
    setBusy(true);
    coalescer.schedule(due);
    pass(10);
    while (runs() === 1) await turn();
    expect(runs()).toBe(2);
  });

  it('comes after one turn where nothing may wait, whatever is under way', async () => {
    const { coalescer, due, runs, setBusy } = start({ maxWaitMs: 0 });
    setBusy(true);
    coalescer.schedule(due);
    coalescer.moreMayCome();
    expect(runs()).toBe(0);
    await turn();
    expect(runs()).toBe(1);
  });

  it('may be had at once, and what is asked for later has its own', async () => {
    const { coalescer, due, runs } = start();
    coalescer.schedule(due);
    coalescer.run();
    expect(runs()).toBe(1);
    coalescer.schedule(due);
    while (runs() === 1) await turn();
    await turn();
    expect(runs()).toBe(2);
  });
});
