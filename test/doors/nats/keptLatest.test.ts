import { expect, it } from 'vitest';
import { createKeptLatest } from '../../../src/doors/nats/keptLatest.js';

const value = (text: string) => ({ text });

it('keeps the latest of each key, in the order in which they began to wait', () => {
  const kept = createKeptLatest<{ text: string }>({ limit: 10 });
  for (const [key, text] of [
    ['a', '1'],
    ['b', '2'],
    ['a', '3'],
  ] as const)
    kept.keep(key, value(text));
  expect(kept.first(10)).toEqual([
    ['a', value('3')],
    ['b', value('2')],
  ]);
  expect(kept.first(1)).toEqual([['a', value('3')]]);
  expect(kept.size).toBe(2);
});

it('joins what is kept of one key', () => {
  const kept = createKeptLatest<{ text: string }>({ limit: 1, join: (a, b) => value(a.text + b.text) });
  for (const text of ['1', '2', '3']) expect(kept.keep('a', value(text))).toBe(true);
  expect(kept.first(1)).toEqual([['a', value('123')]]);
});

it('has no room past its bound, except for keys that it has', () => {
  const kept = createKeptLatest<{ text: string }>({ limit: 2 });
  expect(['a', 'b', 'c', 'a'].map((key) => kept.keep(key, value(key)))).toEqual([true, true, false, true]);
  expect([kept.has('a'), kept.has('c'), kept.size]).toEqual([true, false, 2]);
});

it('removes a value, and never the one that came after it', () => {
  const kept = createKeptLatest<{ text: string }>({ limit: 2 });
  const [earlier, later] = [value('1'), value('2')];
  kept.keep('a', earlier);
  kept.keep('a', later);
  expect(kept.remove('a', earlier)).toBe(false);
  expect(kept.size).toBe(1);
  expect(kept.remove('a', later)).toBe(true);
  expect(kept.size).toBe(0);
});
