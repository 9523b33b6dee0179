import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withTimeout } from '../../src/async/timeout.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const late = () => new Error('late');
/** Resolves or rejects after so many milliseconds. */
const after = (ms: number, error?: Error) =>
  new Promise<string>((resolve, reject) => {
    setTimeout(() => (error ? reject(error) : resolve('done')), ms);
  });

it('work that ends in time is answered, and its timer is gone', async () => {
  const answer = withTimeout(after(99), 100, late);
  await vi.advanceTimersByTimeAsync(99);
  expect(await answer).toBe('done');
  expect(vi.getTimerCount()).toBe(0);
});

it('work that fails in time rejects with its own error', async () => {
  const answer = expect(withTimeout(after(99, new Error('broken')), 100, late)).rejects.toThrow('broken');
  await vi.advanceTimersByTimeAsync(99);
  await answer;
  expect(vi.getTimerCount()).toBe(0);
});

it('work that takes too long rejects with the error of the timeout, and may fail later in silence', async () => {
  const answer = expect(withTimeout(after(101, new Error('broken')), 100, late)).rejects.toThrow('late');
  await vi.advanceTimersByTimeAsync(200);
  await answer;
});
