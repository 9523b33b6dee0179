import { LRUCache } from 'lru-cache';

/** What was read from the database, by key, of bounded size and kept true by {@link Cache.forget}. */
export interface Cache<V> {
  get(key: string): V | undefined;
  /**
   * Keeps what `read` resolves to of those keys. A value is not kept when its key was forgotten while it was being read: the reading
   * may be from before the change.
   */
  fill(keys: readonly string[], read: () => Promise<ReadonlyMap<string, V>>): Promise<ReadonlyMap<string, V>>;
  forget(key: string): void;
  /** Forgets all keys. */
  clear(): void;
}

/** A cache of at most `max` entries, the least recently used leaving first. */
export const createCache = <V extends object | boolean>({ max }: { readonly max: number }): Cache<V> => {
  const entries = new LRUCache<string, V>({ max });
  /** By key, the last reading begun that has not ended and was not overtaken by a change. */
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
