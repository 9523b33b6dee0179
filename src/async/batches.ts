/** How many users are asked about, or changed, at once. */
const BATCH = 100;

/** Does `each` for all, so many at once; no further ones are begun once it is `stopped`. */
export const inBatches = async <T>(
  items: readonly T[],
  each: (item: T) => Promise<unknown>,
  stopped?: AbortSignal,
): Promise<void> => {
  for (const batch of inPieces(items, BATCH)) {
    if (stopped?.aborted) return;
    await Promise.all(batch.map(each));
  }
};

/** The items in their order, in lists of at most `size`. */
export const inPieces = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));

/** The items in their order, in lists by their key. */
export const groupedBy = <K, T>(items: Iterable<T>, keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> => {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key) ?? [];
    group.push(item);
    groups.set(key, group);
  }
  return groups;
};
