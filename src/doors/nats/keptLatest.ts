/** What waits to be told: the latest of each key, bounded. Pure. */
export interface KeptLatest<V> {
  /** Keeps it in place of an earlier value of that key, joined with it. False where there is no room for one more key. */
  keep(key: string, value: V): boolean;
  has(key: string): boolean;
  /** Up to `limit` of them, those that wait the longest first. They stay until they are removed. */
  first(limit: number): readonly (readonly [key: string, value: V])[];
  /** Removes a value, unless a later one has taken its place: then false. */
  remove(key: string, value: V): boolean;
  readonly size: number;
}

/** At most `limit` keys; `join` makes one value of an earlier and a later one. */
export const createKeptLatest = <V extends object>({
  limit,
  join = (_, later) => later,
}: {
  readonly limit: number;
  readonly join?: (earlier: V, later: V) => V;
}): KeptLatest<V> => {
  const values = new Map<string, V>();
  return {
    keep(key, value) {
      const earlier = values.get(key);
      if (earlier === undefined && values.size >= limit) return false;
      values.set(key, earlier === undefined ? value : join(earlier, value));
      return true;
    },
    has: (key) => values.has(key),
    first(most) {
      const found: (readonly [string, V])[] = [];
      for (const entry of values) {
        if (found.length >= most) break;
        found.push(entry);
      }
      return found;
    },
    remove: (key, value) => values.get(key) === value && values.delete(key),
    get size() {
      return values.size;
    },
  };
};
