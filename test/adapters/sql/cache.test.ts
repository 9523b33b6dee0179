import { expect, it } from 'vitest';
import { createCache } from '../../../src/adapters/sql/cache.js';

const reading = <V>() => {
  let resolve = (_: ReadonlyMap<string, V>): void => {};
  const promise = new Promise<ReadonlyMap<string, V>>((done) => {
    resolve = done;
  });
  return { read: () => promise, resolve };
};

it('caches a value until its key is forgotten', async () => {
  const cache = createCache<boolean>({ max: 2 });
  await cache.fill(['a', 'b'], async () => new Map([['a', true]]));
  expect(cache.get('a')).toBe(true);
  expect(cache.get('b')).toBeUndefined();
  cache.forget('a');
  expect(cache.get('a')).toBeUndefined();
});

it('does not cache a value whose key was forgotten during the read', async () => {
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

it('caches the read that began last, whichever ends first', async () => {
  const cache = createCache<boolean>({ max: 2 });
  const early = reading<boolean>();
  const late = reading<boolean>();
  const fills = [cache.fill(['a'], early.read), cache.fill(['a'], late.read)];
  late.resolve(new Map([['a', true]]));
  early.resolve(new Map([['a', false]]));
  await Promise.all(fills);
  expect(cache.get('a')).toBe(true);
});

it('is unchanged by a read that failed', async () => {
  const cache = createCache<boolean>({ max: 2 });
  await expect(cache.fill(['a'], () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  await cache.fill(['a'], async () => new Map([['a', true]]));
  expect(cache.get('a')).toBe(true);
});

it('clears all values, and does not cache the reads in progress', async () => {
  const cache = createCache<boolean>({ max: 2 });
  await cache.fill(['a'], async () => new Map([['a', true]]));
  const { read, resolve } = reading<boolean>();
  const filled = cache.fill(['b'], read);
  cache.clear();
  resolve(new Map([['b', true]]));
  await filled;
  expect([cache.get('a'), cache.get('b')]).toEqual([undefined, undefined]);
});
