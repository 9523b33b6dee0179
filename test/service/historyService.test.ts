import { describe, expect, it } from 'vitest';
import type { HistoryReader, Span } from '../../src/presence/ports/history.js';
import { createHistoryService, MAX_SPANS } from '../../src/service/historyService.js';
import { NOON } from '../support/unit/builders.js';

const HOST = { kind: 'service', userId: 'host' } as const;
const DAY_MS = 86_400_000;
const RANGE = { userId: 'ana', from: NOON, to: NOON + DAY_MS, first: 2, after: null };
const SPANS: readonly Span[] = [0, 10, 20].map((at) => ({
  device: 'WEB',
  status: 'ONLINE',
  from: NOON + at,
  to: at < 20 ? NOON + at + 5 : null,
}));

const serving = (spans = SPANS) => {
  const asked: unknown[] = [];
  const history: HistoryReader = {
    async spans(userId, options) {
      asked.push({ userId, ...options });
      return spans.slice(0, options.limit);
    },
  };
  return { asked, ...createHistoryService({ history }) };
};

describe('presenceHistory', () => {
  it('gives a page, and goes on after it', async () => {
    const { presenceHistory, asked } = serving();
    const page = await presenceHistory(HOST, RANGE);
    expect(page).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(page.items.map(({ node }) => node)).toEqual(SPANS.slice(0, 2).map((span) => ({ userId: 'ana', ...span })));
    await presenceHistory(HOST, { ...RANGE, after: page.endCursor });
    expect(asked).toEqual([
      { userId: 'ana', from: NOON, to: NOON + DAY_MS, after: null, limit: 3 },
      { userId: 'ana', from: NOON, to: NOON + DAY_MS, after: { from: NOON + 10, device: 'WEB' }, limit: 3 },
    ]);
  });

  it('is FORBIDDEN to users, whoever is asked about, and whether or not there is a history', async () => {
    const ana = { kind: 'user', userId: 'ana' } as const;
    for (const { presenceHistory } of [serving(), createHistoryService({ history: null })]) {
      await expect(presenceHistory(ana, RANGE)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  it('is NOT_FOUND where no history is kept', async () => {
    const { presenceHistory } = createHistoryService({ history: null });
    await expect(presenceHistory(HOST, RANGE)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('PRESENCE_HISTORY'),
    });
  });

  it.each([
    { first: 0 },
    { first: MAX_SPANS + 1 },
    { to: NOON },
    { to: NOON + 367 * DAY_MS },
    { userId: '' },
    { after: 'x' },
    { after: Buffer.from('s1').toString('base64url') },
    { after: Buffer.from('s9999999999999999 WEB').toString('base64url') },
  ])('refuses %j before anything is read', async (changes) => {
    const { presenceHistory, asked } = serving();
    await expect(presenceHistory(HOST, { ...RANGE, ...changes })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(asked).toEqual([]);
  });

  it('takes a range of a year and a page of the largest size', async () => {
    const { presenceHistory, asked } = serving();
    await presenceHistory(HOST, { ...RANGE, to: NOON + 366 * DAY_MS, first: MAX_SPANS });
    expect(asked).toHaveLength(1);
  });
});
