import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLoader } from '../../../src/adapters/sql/loader.js';
import { unavailable } from '../../../src/presence/errors.js';

/** A database that answers an item with its length when the test calls `answer`. */
const setUp = ({ max = 100 } = {}) => {
  const asked: (readonly string[])[] = [];
  const pending: (() => void)[] = [];
  const batched = createLoader<string, number>({
    max,
    load: (items) => {
      asked.push(items);
      return new Promise((resolve, reject) => {
        pending.push(() => {
          if (items.includes('away')) reject(unavailable('The database is away.'));
          else if (items.includes('refused')) reject(new Error('no such item'));
          else resolve(new Map(items.map((item) => [item, item.length])));
        });
      });
    },
  });
  const load = async (items: readonly string[]) => {
    const answers = await batched(items);
    return items.map((item) => answers.get(item));
  };
  const answer = async () => {
    for (const reply of pending.splice(0)) reply();
    await turn();
  };
  return { load, asked, answer };
};

describe('calls of a loader', () => {
  it('of one turn share a query, and each finds its own answers', async () => {
    const { load, asked, answer } = setUp();
    const answers = Promise.all([load(['a', 'bb']), load([]), load(['ccc'])]);
    await turn();
    expect(asked).toEqual([['a', 'bb', 'ccc']]);
    await answer();
    expect(await answers).toEqual([[1, 2], [], [3]]);
  });

  it('soon after a query share the next one, and do not wait for long for the answer of the first', async () => {
    const { load, asked, answer } = setUp();
    const first = load(['a']);
    await turn();
    const others = Promise.all([load(['bb']), turn().then(() => load(['ccc']))]);
    await turn();
    expect(asked).toEqual([['a']]);
    await expect.poll(() => asked).toEqual([['a'], ['bb', 'ccc']]);
    await answer();
    expect(await first).toEqual([1]);
    expect(await others).toEqual([[2], [3]]);
  });

  it('while a query is under way share the next one, which waits three times as long as the answer took', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { load, asked, answer } = setUp();
    void load(['a']);
    await turn();
    const others = Promise.all([load(['bb']), load(['ccc'])]);
    await vi.advanceTimersByTimeAsync(12);
    await answer();
    await vi.advanceTimersByTimeAsync(23);
    await turn();
    expect(asked).toEqual([['a']]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked.slice(1)).toEqual([['bb', 'ccc']]);
    await answer();
    expect(await others).toEqual([[2], [3]]);
  });

  it('wait 50 ms at most, for an answer or after one', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { load, asked, answer } = setUp();
    void load(['a']);
    await turn();
    void load(['bb']);
    await vi.advanceTimersByTimeAsync(49);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked.slice(1)).toEqual([['bb']]);
    await vi.advanceTimersByTimeAsync(30);
    await answer();
    void load(['ccc']);
    await vi.advanceTimersByTimeAsync(19);
    await turn();
    expect(asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    await turn();
    expect(asked.slice(2)).toEqual([['ccc']]);
    await answer();
  });

  it('are divided among queries by the bound on items, and never within a call', async () => {
    const { load, asked, answer } = setUp({ max: 3 });
    const answers = Promise.all([load(['a', 'b']), load(['c']), load(['d', 'e', 'f', 'g']), load(['h'])]);
    await turn();
    expect(asked).toEqual([['a', 'b', 'c'], ['d', 'e', 'f', 'g'], ['h']]);
    await answer();
    expect(await answers).toEqual([[1, 1], [1], [1, 1, 1, 1], [1]]);
  });

  it('that fail together are repeated one by one, so that only the bad one fails', async () => {
    const { load, asked, answer } = setUp();
    const answers = Promise.allSettled([load(['a']), load(['refused']), load(['bb'])]);
    await turn();
    await answer();
    expect(asked.slice(1)).toEqual([['a'], ['refused'], ['bb']]);
    await answer();
    expect(await answers).toEqual([
      { status: 'fulfilled', value: [1] },
      { status: 'rejected', reason: new Error('no such item') },
      { status: 'fulfilled', value: [2] },
    ]);
  });

  it('all fail, and are not repeated, while the database is unavailable', async () => {
    const { load, asked, answer } = setUp();
    const answers = Promise.allSettled([load(['a']), load(['away'])]);
    await turn();
    await answer();
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(asked).toHaveLength(1);
  });
});
