import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { at } from '../../src/async/alarm.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('at', () => {
  it.each([1, 1_000, 2 ** 31 - 1, 2 ** 31, 2 ** 33])('acts at %i ms, not before', (instant) => {
    const action = vi.fn();
    at(instant, action);
    vi.advanceTimersByTime(instant - 1);
    expect(action).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(action).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('an instant that has passed is acted on, but not within the call', () => {
    const action = vi.fn();
    at(-5, action);
    expect(action).not.toHaveBeenCalled();
    vi.advanceTimersByTime(0);
    expect(action).toHaveBeenCalledOnce();
  });

  it('what was called off does not happen', () => {
    const action = vi.fn();
    const cancel = at(2 ** 32, action);
    vi.advanceTimersByTime(2 ** 31);
    cancel();
    vi.advanceTimersByTime(2 ** 33);
    expect(action).not.toHaveBeenCalled();
    at(Number.POSITIVE_INFINITY, action)();
  });

  it('leaves nothing behind when it is called off, however far off the instant is', () => {
    vi.useRealTimers();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const used = () => {
      collect();
      collect();
      return process.memoryUsage().heapUsed;
    };
    const callOff = (count: number) => {
      for (let ms = 1; ms <= count; ms += 1) at(Date.now() + 3_600_000 + ms, () => {})();
    };
    callOff(1_000);
    const before = used();
    callOff(50_000);
    // Node.js keeps 160 bytes for each delay otherwise.
    expect((used() - before) / 50_000).toBeLessThan(80);
  });
});
