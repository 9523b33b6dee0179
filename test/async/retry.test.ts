import { describe, expect, it, vi } from 'vitest';
import { retry } from '../../src/async/retry.js';

/** Fails so many times, then resolves to how often it was attempted. */
const failing = (times: number) => {
  let attempts = 0;
  return vi.fn(async () => {
    attempts += 1;
    if (attempts <= times) throw new Error(`failure ${attempts}`);
    return attempts;
  });
};

describe('retry', () => {
  it('returns what the first success resolves to, and reports the failures before it', async () => {
    const failures: unknown[] = [];
    const onFailure = (error: unknown) => void failures.push(error);
    expect(await retry(failing(2), { everyMs: 1, onFailure })).toBe(3);
    expect(failures).toEqual([new Error('failure 1'), new Error('failure 2')]);
  });

  it('attempts again after the pause, not before', async () => {
    const started = performance.now();
    await retry(failing(2), { everyMs: 20, onFailure: () => {} });
    expect(performance.now() - started).toBeGreaterThanOrEqual(38);
  });

  it('waits twice as long after each failure, up to the longest wait', async () => {
    const started = performance.now();
    await retry(failing(3), { everyMs: 10, upToMs: 20, onFailure: () => {} });
    expect(performance.now() - started).toBeGreaterThanOrEqual(48);
  });

  it('ends with what onFailure throws', async () => {
    const attempt = failing(9);
    const onFailure = () => {
      throw new Error('given up');
    };
    await expect(retry(attempt, { everyMs: 1, onFailure })).rejects.toThrow('given up');
    expect(attempt).toHaveBeenCalledOnce();
  });

  it('ends while it waits once it is aborted', async () => {
    const attempt = failing(9);
    const stopping = new AbortController();
    const ended = retry(attempt, { everyMs: 60_000, onFailure: () => stopping.abort(), signal: stopping.signal });
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
    expect(attempt).toHaveBeenCalledOnce();
  });

  it('attempts nothing where it was aborted before', async () => {
    const attempt = failing(0);
    const ended = retry(attempt, { everyMs: 1, onFailure: () => {}, signal: AbortSignal.abort() });
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
    expect(attempt).not.toHaveBeenCalled();
  });
});
