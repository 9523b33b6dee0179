/** How many users are asked about, or changed, at once. */
const BATCH = 100;

/** Does `each` for all, so many at once; no further ones are begun once it is `stopped`. */
export const inBatches = async <T>(
  items: readonly T[],
  each: (item: T) => Promise<unknown>,
  stopped?: AbortSignal,
): Promise<void> => {
  for (let from = 0; from < items.length && !stopped?.aborted; from += BATCH) {
    await Promise.all(items.slice(from, from + BATCH).map(each));
  }
};
