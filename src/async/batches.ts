/** How many items are worked on at once. */
const BATCH = 100;

/** Calls `each` for all items, {@link BATCH} at once. Begins no further batch once `stopped` is aborted. */
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

/** Calls `each` for one item after the other, also after one that failed. Rejects with the first failure, after all of them. */
export const eachInTurn = async <T>(items: readonly T[], each: (item: T) => Promise<void>): Promise<void> => {
  const failures: unknown[] = [];
  for (const item of items) await each(item).catch((error: unknown) => void failures.push(error));
  if (failures.length > 0) throw failures[0];
};

/** The items in their order, cut into lists of at most `size`. */
export const inPieces = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));

/** The items by key, each list in their order. */
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
