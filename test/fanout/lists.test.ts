import { expect, it } from 'vitest';
import { createLists } from '../../src/fanout/lists.js';

it('hold the items of each key until they are removed, however many there are', () => {
  const lists = createLists<number>();
  const items = Array.from({ length: 40 }, (_, i) => i);
  for (const item of items) lists.add('many', item);
  lists.add('one', 7);
  expect(lists.get('many')).toEqual(items);
  for (const item of items.slice(1)) lists.remove('many', item);
  expect([lists.get('many'), lists.get('one'), lists.size]).toEqual([[0], [7], 2]);
  for (const key of ['many', 'one']) lists.remove(key, key === 'one' ? 7 : 0);
  expect([lists.get('many'), lists.keys(), lists.size]).toEqual([[], [], 0]);
});

it('take in a crowd under one key as fast as under many', () => {
  const lists = createLists<object>();
  const crowd = Array.from({ length: 20_000 }, () => ({}));
  const begun = performance.now();
  for (const each of crowd) lists.add('place', each);
  for (const each of crowd) lists.remove('place', each);
  // Lists that are copied take 15 s.
  expect(performance.now() - begun).toBeLessThan(2_000);
  expect(lists.size).toBe(0);
});
