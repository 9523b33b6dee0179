import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRateLimits } from '../../src/adapters/rateLimits.js';
import { createRedises } from '../../src/adapters/redis/scripts.js';
import type { Rates } from '../../src/config/config.js';
import { type PresenceError, unavailable } from '../../src/presence/errors.js';
import { startRedis } from '../support/cluster/redis.js';

const NONE: Rates = { presence: null, typing: null, mutation: null, read: null, connection: null };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('rate limits', () => {
  it('allow the burst at once, then one an interval', async () => {
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

  it('allow in any span of time no more than the burst and one an interval', async () => {
    const limits = createRateLimits({ ...NONE, presence: { burst: 5, intervalMs: 5_000 } });
    const taken: number[] = [];
    const attempt = async (at: number) => {
      const done = limits.take('presence', 'ada').then(
        () => true,
        () => false,
      );
      if (await done) taken.push(at);
    };
    // Two at first, the rest just before a window of 25 s would be over, and from then on as many as possible.
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

  it('have an allowance for each user and kind', async () => {
    const one = { burst: 1, intervalMs: 1_000 };
    const limits = createRateLimits({ presence: one, typing: one, mutation: one, read: one, connection: one });
    for (const user of ['ada', 'bob']) {
      for (const kind of ['presence', 'typing', 'mutation', 'read'] as const) {
        await limits.take(kind, user);
        await expect(limits.take(kind, user)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
      }
    }
  });

  it('refuse nothing where they are off', async () => {
    const limits = createRateLimits(NONE);
    for (let n = 0; n < 1_000; n += 1) await limits.take('mutation', 'ada');
  });

  it('count connections in this process, also while Redis is unavailable', async () => {
    const redises = { run: () => Promise.reject(unavailable('Redis is unavailable.')) };
    const limits = createRateLimits({ ...NONE, connection: { burst: 2, intervalMs: 500 } }, redises);
    for (let n = 0; n < 2; n += 1) await limits.take('connection', 'ada');
    await expect(limits.take('connection', 'ada')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await limits.take('connection', 'bob');
  });

  it('give a wait that is enough, and never more than an interval', async () => {
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

  it('keep nothing of users whose allowance is whole', async () => {
    const limits = createRateLimits({ ...NONE, mutation: { burst: 3, intervalMs: 100 } });
    for (let n = 0; n < 1_000; n += 1) {
      await limits.take('mutation', `user-${n}`);
      await limits.take('mutation', `user-${n}`);
    }
    expect(vi.getTimerCount()).toBe(1_000);
    vi.advanceTimersByTime(300);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('name the wait in the message', async () => {
    const limits = createRateLimits({
      ...NONE,
      typing: { burst: 1, intervalMs: 500 },
      read: { burst: 10_000, intervalMs: 1 },
    });
    await limits.take('typing', 'ada');
    await expect(limits.take('typing', 'ada')).rejects.toThrow('Try again in 500 ms.');
    await limits.take('read', 'ada', { count: 10_000 });
    await expect(limits.take('read', 'ada', { count: 1_234 })).rejects.toThrow('Try again in 1.3 s.');
  });
});

/** So long an interval that nothing comes back while a test runs. */
const READS = { burst: 10, intervalMs: 1_000_000 };

describe.each(['memory', 'Redis'])('a call that counts for more than one, in %s', (where) => {
  let redis: Awaited<ReturnType<typeof startRedis>> | undefined;
  let limits: ReturnType<typeof createRateLimits>;
  const waitOf = (count: number, ahead = false) =>
    limits.take('read', 'ada', { count, ahead }).then(
      () => 0,
      (error: PresenceError) => Math.ceil((error.details.retryAfterMs ?? Number.NaN) / READS.intervalMs),
    );

  beforeEach(async () => {
    vi.useRealTimers();
    redis = where === 'Redis' ? await startRedis() : undefined;
    limits = createRateLimits({ ...NONE, read: READS }, redis ? createRedises(redis.admin) : null);
  });
  afterEach(() => redis?.stop());

  it('takes all of it or nothing, and leaves the allowance as it was where it takes nothing', async () => {
    expect(await waitOf(6)).toBe(0);
    expect(await waitOf(5)).toBe(1);
    expect(await waitOf(4)).toBe(0);
    expect(await waitOf(1)).toBe(1);
    expect(await waitOf(10)).toBe(10);
  });

  it('takes the whole allowance where it counts for more than that', async () => {
    expect(await waitOf(11)).toBe(0);
    expect(await waitOf(1)).toBe(1);
    expect(await waitOf(500)).toBe(10);
  });

  it('takes from the next allowance where it may go ahead, and from no later one', async () => {
    expect(await waitOf(10)).toBe(0);
    expect(await waitOf(10, true)).toBe(0);
    expect(await waitOf(1, true)).toBe(1);
    expect(await waitOf(1)).toBe(11);
  });

  it('counts afterwards however little is left, up to two allowances ahead', async () => {
    expect(await waitOf(9)).toBe(0);
    await limits.count('read', 'ada', 8);
    expect(await waitOf(1)).toBe(8);
    for (let n = 0; n < 10; n += 1) await limits.count('read', 'ada', 1_000);
    expect(await waitOf(1)).toBe(21);
    expect(await waitOf(1, true)).toBe(11);
  });
});
