import { expect, it } from 'vitest';
import { createCache } from '../../../src/adapters/sql/cache.js';

const reading = <V>() => {
  let resolve = (_: ReadonlyMap<string, V>): void => {};
  const promise = new Promise<ReadonlyMap<string, V>>((done) => {
    resolve = done;
  });
  return { read: () => promise, resolve };
};

it('keeps what was read until it is forgotten', async () => {
  const cache = createCache<boolean>({ max: 2 });
  await cache.fill(['a', 'b'], async () => new Map([['a', true]]));
  expect(cache.get('a')).toBe(true);
  expect(cache.get('b')).toBeUndefined();
  cache.forget('a');
  expect(cache.get('a')).toBeUndefined();
});

it('does not keep what was being read when it was forgotten', async () => {
  const cache = createCache<boolean>({ max: 2 });
  const { read, resolve } = reading<boolean>();
  const filled = cache.fill(['a', 'b'], read);
  cache.forget('a');
  resolve(
    new Map([
      ['a', true],
      ['b', true],
    ]),
  );
  expect((await filled).get('a')).toBe(true);
  expect(cache.get('a')).toBeUndefined();
  expect(cache.get('b')).toBe(true);
});

it('keeps the reading that began last, whichever ends first', async () => {
  const cache = createCache<boolean>({ max: 2 });
  const early = reading<boolean>();
  const late = reading<boolean>();
  const fills = [cache.fill(['a'], early.read), cache.fill(['a'], late.read)];
  late.resolve(new Map([['a', true]]));
  early.resolve(new Map([['a', false]]));
  await Promise.all(fills);
  expect(cache.get('a')).toBe(true);
});

it('is as before after a reading that failed', async () => {
  const cache = createCache<boolean>({ max: 2 });
  await expect(cache.fill(['a'], () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  await cache.fill(['a'], async () => new Map([['a', true]]));
  expect(cache.get('a')).toBe(true);
});

it('keeps nothing when all is forgotten, also not what was being read', async () => {
  const cache = createCache<boolean>({ max: 2 });
  await cache.fill(['a'], async () => new Map([['a', true]]));
  const { read, resolve } = reading<boolean>();
  const filled = cache.fill(['b'], read);
  cache.clear();
  resolve(new Map([['b', true]]));
  await filled;
  expect([cache.get('a'), cache.get('b')]).toEqual([undefined, undefined]);
});
