/** When and in which order a sender tries again, purely: exponential, with jitter, so that nodes do not come back in step. */

export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** How long a request waits that the consumer failed: from a second to five minutes. */
export const OF_REQUESTS: Backoff = { firstMs: 1_000, maxMs: 300_000 };
/** How long a user waits whose state the consumer refused: from a minute to an hour. */
export const OF_REFUSED: Backoff = { firstMs: 60_000, maxMs: 3_600_000 };
/** How long a batch waits where the live store or the database failed: that is over soon, and says nothing of the consumer. */
export const OF_OWN_FAILURES: Backoff = { firstMs: 500, maxMs: 5_000 };
/** How long it waits to mark everybody once more, where that failed: each time all who are live are marked. */
export const OF_TELLING_ANEW: Backoff = { firstMs: 5_000, maxMs: 60_000 };

/** The wait after so many failures in a row, from half of it to the whole by `chance` (0 to 1). */
export const waitAfter = ({ firstMs, maxMs }: Backoff, failures: number, chance: number): number =>
  Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30)) * (0.5 + chance / 2);

/** The items in an order of chance. */
export const shuffled = <T>(items: readonly T[], chance: () => number): readonly T[] =>
  items
    .map((item) => ({ item, at: chance() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
