import { LRUCache } from 'lru-cache';

/** Values read from the database, by key; {@link Cache.forget} keeps them true. */
export interface Cache<V> {
  get(key: string): V | undefined;
  /**
   * Caches what `read` resolves to for those keys, and returns it. A value whose key was forgotten during the read is not
   * cached: it may be from before the change.
   */
  fill(keys: readonly string[], read: () => Promise<ReadonlyMap<string, V>>): Promise<ReadonlyMap<string, V>>;
  forget(key: string): void;
  /** Forgets all keys. */
  clear(): void;
}

/** A cache of at most `max` entries, which drops the least recently used first. */
export const createCache = <V extends object | boolean>({ max }: { readonly max: number }): Cache<V> => {
  // By size, of which each has one: given `max`, it would make room for all of them at once, in 10 ms.
  const entries = new LRUCache<string, V>({ maxSize: max, sizeCalculation: () => 1 });
  /** By key, the latest read in progress that no change has overtaken. */
  const readings = new Map<string, symbol>();

  return {
    get: (key) => entries.get(key),

    async fill(keys, read) {
      const reading = Symbol();
      for (const key of keys) readings.set(key, reading);
      try {
        const values = await read();
        for (const key of keys) {
          const value = values.get(key);
          if (value !== undefined && readings.get(key) === reading) entries.set(key, value);
        }
        return values;
      } finally {
        for (const key of keys) {
          if (readings.get(key) === reading) readings.delete(key);
        }
      }
    },

    forget(key) {
      entries.delete(key);
      readings.delete(key);
    },

    clear() {
      entries.clear();
      readings.clear();
    },
  };
};
