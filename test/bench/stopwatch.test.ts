import { describe, expect, it } from 'vitest';
import { createStopwatch } from '../../bench/client/stopwatch.js';

const start = () => {
  let clock = 0;
  const stopwatch = createStopwatch(() => clock);
  return {
    stopwatch,
    /** An event of that change comes at `ms`, behind other bytes, with `more` between its beginning and its text. */
    arrive(change: number, ms: number, more = '') {
      clock = ms;
      const event = `{"id":"w","type":"next",${more}"text":"change ${String(change).padStart(8, '0')}"}`;
      stopwatch.arrived(Buffer.from(`....${event}....`), 4, event.length);
    },
    arriveText(text: string, ms: number) {
      clock = ms;
      stopwatch.arrived(Buffer.from(text), 0, text.length);
    },
  };
};

describe('the stopwatch', () => {
  it('times from when a change was meant to be sent, each delivery of it', () => {
    const { stopwatch, arrive } = start();
    stopwatch.start(1, 100);
    stopwatch.start(12_345_678, 100);
    for (let n = 0; n < 98; n += 1) arrive(1, 102);
    arrive(12_345_678, 110);
    arrive(1, 150);
    const { count, percentile, worst } = stopwatch.read();
    expect({ count, worst }).toEqual({ count: 100, worst: 50 });
    expect(percentile(0.5)).toBeCloseTo(2, 0);
    expect(percentile(0.99)).toBeCloseTo(10, 0);
    expect(percentile(1)).toBe(50);
  });

  it('finds the change wherever it is in the event', () => {
    const { stopwatch, arrive } = start();
    for (const [change, more] of [
      [1, ''],
      [2, '"status":"ONLINE",'],
      [3, '"status":"AWAY",'],
      [4, '"more":"ONLINE",,,'],
    ] as const) {
      stopwatch.start(change, 0);
      arrive(change, change, more);
    }
    expect(stopwatch.read()).toMatchObject({ count: 4, worst: 4 });
  });

  it('does not time what was not started, or names no change', () => {
    const { stopwatch, arrive, arriveText } = start();
    stopwatch.start(1, 0);
    arrive(1, 5);
    stopwatch.reset();
    arrive(1, 7);
    arrive(2, 7);
    arriveText('{"id":"w","type":"next","text":null}', 7);
    arriveText('{"text":"change 12"}', 7);
    expect(stopwatch.read()).toMatchObject({ count: 0, worst: 0 });
    expect(stopwatch.read().percentile(0.99)).toBe(0);
  });

  it('counts what took very long as that long at least', () => {
    const { stopwatch, arrive } = start();
    stopwatch.start(1, 0);
    arrive(1, 500_000);
    expect(stopwatch.read().worst).toBe(500_000);
    expect(stopwatch.read().percentile(0.5)).toBeGreaterThanOrEqual(100_000);
  });
});
