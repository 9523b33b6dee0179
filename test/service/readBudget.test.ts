import { describe, expect, it } from 'vitest';
import { PresenceError, unavailable } from '../../src/presence/errors.js';
import type { RateLimits } from '../../src/presence/ports/rates.js';
import { createReadBudget } from '../../src/service/readBudget.js';

const ME = { kind: 'user', userId: 'me' } as const;
const OTHER = { kind: 'user', userId: 'other' } as const;
const HOST = { kind: 'service', userId: 'host' } as const;

const setUp = ({ refuse = false } = {}) => {
  const counted: string[] = [];
  const rateLimits: RateLimits = {
    async take(kind, userId, { count = 1, ahead = false } = {}) {
      if (refuse) throw new PresenceError('RATE_LIMITED', 'Wait.', { retryAfterMs: 1 });
      counted.push(`${kind} of ${userId}: ${count}${ahead ? ' ahead' : ''}`);
    },
    async count(kind, userId, count) {
      counted.push(`${kind} of ${userId}: ${count} afterwards`);
    },
  };
  return { ...createReadBudget({ rateLimits }), counted };
};

/** Readings that end when the test says so. */
const createGate = () => {
  const begun: { readonly end: (result?: string) => void; readonly fail: (error: Error) => void }[] = [];
  const read = () =>
    new Promise<string>((resolve, reject) => begun.push({ end: (result = '') => resolve(result), fail: reject }));
  return { begun, read };
};
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the read budget of a user', () => {
  it('is charged for the ids of a list before it is read', async () => {
    const { list, counted } = setUp();
    expect(await list(ME, 700, 'query', async () => counted.length)).toBe(1);
    await list(ME, 3, 'start', async () => {});
    await list(ME, 0, 'query', async () => {});
    expect(counted).toEqual(['read of me: 700', 'read of me: 3 ahead']);
  });

  it('is charged afterwards where the number of users is not known before', async () => {
    const { open, roster, counted } = setUp();
    expect(await roster(ME, 'start', async () => ({ result: 'r', counted: 5_000 }))).toBe('r');
    await open(ME, 'query', async () => ({ result: 't', counted: 0 }));
    expect(counted).toEqual(['read of me: 1 ahead', 'read of me: 4999 afterwards', 'read of me: 1']);
  });

  it('is charged for a page before it is read, and pages of one user are read one after another', async () => {
    const { page, counted } = setUp();
    const gate = createGate();
    const both = [3, 2].map((count) => page(ME, count, 'query', gate.read));
    await turn();
    expect([counted, gate.begun.length]).toEqual([['read of me: 3'], 1]);
    gate.begun[0]!.end('a');
    await both[0];
    await turn();
    expect([counted, gate.begun.length]).toEqual([['read of me: 3', 'read of me: 2'], 2]);
    gate.begun[1]!.end('b');
    expect(await Promise.all(both)).toEqual(['a', 'b']);
    expect(await page(HOST, 5, 'query', async () => counted.length)).toBe(2);
  });

  it('refuses before anything is read', async () => {
    const { list, open, page, roster } = setUp({ refuse: true });
    const unread = async () => {
      throw new Error('it was read');
    };
    for (const refused of [
      list(ME, 1, 'query', unread),
      page(ME, 1, 'query', unread),
      open(ME, 'query', unread),
      roster(ME, 'start', unread),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    }
  });

  it('neither charges nor delays a service token', async () => {
    const { list, open, roster, counted } = setUp({ refuse: true });
    const { begun, read } = createGate();
    const all = [
      list(HOST, 1_000, 'query', read),
      list(HOST, 1_000, 'query', read),
      open(HOST, 'query', async () => ({ result: await read(), counted: 9 })),
      roster(HOST, 'start', async () => ({ result: await read(), counted: 9 })),
    ];
    expect(begun).toHaveLength(4);
    for (const { end } of begun) end();
    await Promise.all(all);
    expect(counted).toEqual([]);
  });
});

describe('large reads', () => {
  it('of one user run one after another; small ones, and those of others, do not wait', async () => {
    const { list, roster } = setUp();
    const { begun, read } = createGate();
    const first = list(ME, 501, 'query', read);
    const second = list(ME, 501, 'start', read);
    await turn();
    const third = roster(ME, 'query', async () => ({ result: await read(), counted: 1 }));
    await turn();
    expect(begun).toHaveLength(1);
    const others = [list(ME, 500, 'query', read), list(OTHER, 1_000, 'query', read)];
    await turn();
    expect(begun).toHaveLength(3);
    for (const { end } of begun.splice(1)) end();
    await Promise.all(others);
    begun[0]!.end('one');
    expect(await first).toBe('one');
    await turn();
    begun[1]!.end('two');
    expect(await second).toBe('two');
    await turn();
    begun[2]!.end('three');
    expect(await third).toBe('three');
  });

  it('are refused beyond 50 that wait, and accepted again when there is room', async () => {
    const { list } = setUp();
    const { begun, read } = createGate();
    const waiting = Array.from({ length: 51 }, () => list(ME, 1_000, 'query', read));
    await expect(list(ME, 1_000, 'query', read)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { retryAfterMs: 1_000 },
    });
    await turn();
    begun[0]!.end();
    await waiting[0];
    waiting.push(list(ME, 1_000, 'query', read));
    for (let n = 1; n <= 51; n += 1) {
      await turn();
      begun[n]!.end();
    }
    await Promise.all(waiting);
  });

  it('go on after one that failed, and fail together during an outage', async () => {
    const { list } = setUp();
    const { begun, read } = createGate();
    const [broken, after] = [list(ME, 1_000, 'query', read), list(ME, 1_000, 'query', read)];
    await turn();
    begun[0]!.fail(new Error('a mistake'));
    await expect(broken).rejects.toThrow('a mistake');
    await turn();
    begun[1]!.end('fine');
    expect(await after).toBe('fine');

    const cut = [1, 2, 3].map(() => list(ME, 1_000, 'query', read));
    await turn();
    begun[2]!.fail(unavailable('away'));
    for (const each of cut) await expect(each).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const back = list(ME, 1_000, 'query', read);
    await turn();
    begun[3]!.end('back');
    expect(await back).toBe('back');
  });
});
