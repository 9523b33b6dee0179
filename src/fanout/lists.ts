/** Lists of items by key. Lists rather than sets: most keys have one item. */
export interface Lists<T> {
  add(key: string, item: T): void;
  remove(key: string, item: T): void;
  get(key: string): readonly T[];
  keys(): readonly string[];
  /** Keys that have items. */
  readonly size: number;
}

export const createLists = <T>(): Lists<T> => {
  const lists = new Map<string, readonly T[]>();
  return {
    add(key, item) {
      lists.set(key, [...(lists.get(key) ?? []), item]);
    },
    remove(key, item) {
      const others = lists.get(key)?.filter((each) => each !== item) ?? [];
      if (others.length > 0) lists.set(key, others);
      else lists.delete(key);
    },
    get: (key) => lists.get(key) ?? [],
    keys: () => [...lists.keys()],
    get size() {
      return lists.size;
    },
  };
};
