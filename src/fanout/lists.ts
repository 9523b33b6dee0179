/** Items by key, each once. Lists rather than sets while they are short: most keys have one item. */
export interface Lists<T> {
  add(key: string, item: T): void;
  remove(key: string, item: T): void;
  get(key: string): readonly T[];
  keys(): readonly string[];
  /** Keys that have items. */
  readonly size: number;
}

/** Items of a key beyond which they are a set: to add one to a list, or to remove one, costs as much as the list is long. */
const SHORT = 32;

export const createLists = <T>(): Lists<T> => {
  const lists = new Map<string, readonly T[] | Set<T>>();
  return {
    add(key, item) {
      const known = lists.get(key) ?? [];
      if (known instanceof Set) known.add(item);
      else lists.set(key, known.length < SHORT ? [...known, item] : new Set(known).add(item));
    },
    remove(key, item) {
      const known = lists.get(key);
      if (known instanceof Set) {
        known.delete(item);
        if (known.size === 0) lists.delete(key);
        return;
      }
      const others = known?.filter((each) => each !== item) ?? [];
      if (others.length > 0) lists.set(key, others);
      else lists.delete(key);
    },
    get: (key) => [...(lists.get(key) ?? [])],
    keys: () => [...lists.keys()],
    get size() {
      return lists.size;
    },
  };
};
