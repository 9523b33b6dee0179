import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Rates } from '../../src/config.js';
import { createRateLimits } from '../../src/server/rateLimits.js';

const NONE: Rates = { presence: null, typing: null, mutation: null };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('rate limits', () => {
  test('as many as the burst at once, then one an interval', async () => {
    const limits = createRateLimits({ ...NONE, presence: { burst: 5, intervalMs: 5_000 } });
    for (let n = 0; n < 5; n += 1) await limits.take('presence', 'ada');
    const refusal = { code: 'RATE_LIMITED', details: { retryAfterMs: 5_000 } };
    await expect(limits.take('presence', 'ada')).rejects.toMatchObject(refusal);
    vi.advanceTimersByTime(4_999);
    await expect(limits.take('presence', 'ada')).rejects.toMatchObject({ details: { retryAfterMs: 1 } });
    vi.advanceTimersByTime(1);
    await limits.take('presence', 'ada');
    await expect(limits.take('presence', 'ada')).rejects.toMatchObject(refusal);
  });

  test('no span of time holds more than the burst and one an interval, however the calls fall', async () => {
    const limits = createRateLimits({ ...NONE, presence: { burst: 5, intervalMs: 5_000 } });
    const taken: number[] = [];
    const attempt = async (at: number) => {
      const done = limits.take('presence', 'ada').then(
        () => true,
        () => false,
      );
      if (await done) taken.push(at);
    };
    // Two at first, all that is left just before a window of 25 s would be over, and then as often as they are let.
    for (let ms = 0; ms < 100_000; ms += 100) {
      if (ms === 0 || ms >= 24_900) for (let n = 0; n < (ms === 0 ? 2 : 12); n += 1) await attempt(ms);
      vi.advanceTimersByTime(100);
    }
    for (const [first, from] of taken.entries()) {
      for (const [last, to] of taken.entries()) {
        if (last >= first) expect(last - first + 1).toBeLessThanOrEqual(5 + Math.floor((to - from) / 5_000));
      }
    }
    expect(taken.filter((at) => at === 24_900)).toHaveLength(5);
    expect(taken.filter((at) => at > 24_900)).toHaveLength(15);
  });

  test('users and kinds have allowances of their own', async () => {
    const one = { burst: 1, intervalMs: 1_000 };
    const limits = createRateLimits({ presence: one, typing: one, mutation: one });
    for (const user of ['ada', 'bob']) {
      for (const kind of ['presence', 'typing', 'mutation'] as const) {
        await limits.take(kind, user);
        await expect(limits.take(kind, user)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
      }
    }
  });

  test('off is no limit', async () => {
    const limits = createRateLimits(NONE);
    for (let n = 0; n < 1_000; n += 1) await limits.take('mutation', 'ada');
  });

  test('what is told to wait is enough, and never more than an interval', async () => {
    const limits = createRateLimits({ ...NONE, typing: { burst: 10, intervalMs: 500 } });
    for (let n = 0; n < 10; n += 1) await limits.take('typing', 'ada');
    for (let n = 0; n < 9; n += 1) {
      const error: unknown = await limits.take('typing', 'ada').catch((thrown: unknown) => thrown);
      const { retryAfterMs } = (error as { details: { retryAfterMs: number } }).details;
      expect(retryAfterMs).toBeGreaterThanOrEqual(1);
      expect(retryAfterMs).toBeLessThanOrEqual(500);
      vi.advanceTimersByTime(retryAfterMs);
      await limits.take('typing', 'ada');
    }
  });

  test('nothing is kept of those who are quiet', async () => {
    const limits = createRateLimits({ ...NONE, mutation: { burst: 3, intervalMs: 100 } });
    for (let n = 0; n < 1_000; n += 1) {
      await limits.take('mutation', `user-${n}`);
      await limits.take('mutation', `user-${n}`);
    }
    expect(vi.getTimerCount()).toBe(1_000);
    vi.advanceTimersByTime(300);
    expect(vi.getTimerCount()).toBe(0);
  });
});
