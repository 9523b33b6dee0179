/**
 * The end of a status message that somebody sees of themselves without a session. Nobody commits it (docs/semantics.md,
 * "Status"): those who watch learn of it by a reading at that moment.
 */

/** How soon it is asked again where the store's clock had not come that far; and where it could not be asked. */
const SOON_MS = 10;
const RETRY_MS = 500;
/** The longest that is waited at once: a timer has a bound, and clocks drift apart. */
const LONGEST_MS = 3_600_000;

export interface Expiry {
  /** What is shown ends at that instant by the store's clock; null: never. */
  follow(endsAt: number | null): void;
  end(): void;
}

export const createExpiry = ({
  storeNow,
  readAgain,
}: {
  /** The store's clock, as far as it is known. */
  readonly storeNow: () => number;
  /** Reads anew what is shown, which is then followed if it changed, and `storeNow` with it. */
  readonly readAgain: () => Promise<void>;
}): Expiry => {
  let timer: NodeJS.Timeout | undefined;
  let endsAt: number | null = null;

  const wait = (leastMs: number): void => {
    clearTimeout(timer);
    if (endsAt === null) return;
    timer = setTimeout(come, Math.min(LONGEST_MS, Math.max(leastMs, endsAt - storeNow()))).unref();
  };

  const come = (): void => {
    if (endsAt !== null && endsAt <= storeNow())
      readAgain().then(
        () => wait(SOON_MS),
        () => wait(RETRY_MS),
      );
    else wait(0);
  };

  const follow: Expiry['follow'] = (next) => {
    if (next === endsAt) return;
    endsAt = next;
    wait(0);
  };

  return { follow, end: () => follow(null) };
};
