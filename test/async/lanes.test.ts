import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLanes } from '../../src/async/lanes.js';

class Passing extends Error {}

const setUp = (changes: Partial<Parameters<typeof createLanes>[0]> = {}) => {
  const failures: unknown[] = [];
  const lanes = createLanes({
    atOnce: 2,
    maxWaiting: 100,
    maxInLane: 10,
    attempts: 3,
    pauseMs: 1,
    maxPauseMs: 1,
    again: (error) => error instanceof Passing,
    onFailed: (error) => failures.push(error),
    ...changes,
  });
  const done: string[] = [];
  /** Work that is over when it is told so. */
  const held = (name: string) => {
    let release = () => {};
    const over = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun = () => {};
    const begins = new Promise<void>((resolve) => {
      begun = resolve;
    });
    return {
      begins,
      release,
      work: async () => {
        begun();
        await over;
        done.push(name);
      },
    };
  };
  const quick = (name: string) => async () => void done.push(name);
  return { lanes, failures, done, held, quick };
};

describe('lanes', () => {
  it('run what is of one key in its order, one after another', async () => {
    const { lanes, done, held, quick } = setUp();
    const first = held('first');
    lanes.push('ana', first.work);
    lanes.push('ana', quick('second'));
    lanes.push('ana', quick('third'));
    lanes.push('bo', quick('beside'));
    await first.begins;
    first.release();
    await lanes.idle();
    expect(done.filter((name) => name !== 'beside')).toEqual(['first', 'second', 'third']);
    expect(done.indexOf('beside')).toBeLessThan(2);
  });

  it('run so many at once and no more, and all in the end', async () => {
    const { lanes, done, held } = setUp();
    const all = ['a', 'b', 'c'].map(held);
    for (const [i, { work }] of all.entries()) lanes.push(String(i), work);
    await Promise.all([all[0]!.begins, all[1]!.begins]);
    let third = false;
    void all[2]!.begins.then(() => {
      third = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(third).toBe(false);
    for (const { release } of all) release();
    await lanes.idle();
    expect(done).toHaveLength(3);
    expect(lanes.size).toBe(0);
  });

  it('have a bound for all and for each', async () => {
    const { lanes, held, quick } = setUp({ maxWaiting: 4, maxInLane: 2 });
    const first = held('first');
    expect(lanes.push('ana', first.work)).toBe(true);
    expect(lanes.push('ana', quick('a'))).toBe(true);
    expect(lanes.push('ana', quick('b'))).toBe(false);
    const others = ['bo', 'cy', 'di'].map((key) => lanes.push(key, held(key).work));
    expect(others).toEqual([true, true, false]);
    first.release();
  });

  it('try again what passes, beside others, and give up in the end', async () => {
    const { lanes, failures, done, quick } = setUp({ atOnce: 1 });
    let tries = 0;
    let givenUp = 0;
    lanes.push(
      'ana',
      async () => {
        tries += 1;
        throw new Passing();
      },
      {
        failed() {
          givenUp += 1;
        },
      },
    );
    lanes.push('ana', quick('after'));
    let triesBefore = 0;
    lanes.push('bo', async () => {
      triesBefore = tries;
      done.push('beside');
    });
    await lanes.idle();
    expect([tries, givenUp, failures.length]).toEqual([3, 1, 1]);
    // Who waits for another attempt holds up nobody else.
    expect(triesBefore).toBe(1);
    expect(done).toEqual(['beside', 'after']);
  });

  it('pause twice as long each time, and no longer than so long', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { lanes } = setUp({ pauseMs: 100, maxPauseMs: 250 });
    const at: number[] = [];
    const begun = Date.now();
    const work = async () => {
      at.push(Date.now() - begun);
      throw new Passing();
    };
    lanes.push('ana', work, { attempts: 5 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(at).toEqual([0, 100, 300, 550, 800]);
  });

  it('give up at once what does not pass', async () => {
    const { lanes, failures, done, quick } = setUp();
    const fault = new Error('poison');
    lanes.push('ana', async () => {
      throw fault;
    });
    lanes.push('ana', quick('after'));
    await lanes.idle();
    expect(failures).toEqual([fault]);
    expect(done).toEqual(['after']);
  });
});
