/**
 * The end of a status message that a user without a session sees of themselves. Nobody commits it
 * (docs/design.md#status), so the record is read at that moment.
 */
import { clearLong } from '../async/alarm.js';

/** The next reading where the store's clock had not come that far; and where the store could not be asked. */
const SOON_MS = 10;
const RETRY_MS = 500;
/** The longest single wait: a timer has a bound, and clocks drift apart. */
const MAX_WAIT_MS = 3_600_000;

export interface Expiry {
  /** The message shown expires at that instant of the store's clock; null: never. */
  follow(expiresAt: number | null): void;
  end(): void;
}

export const createExpiry = ({
  storeNow,
  readAgain,
}: {
  /** The store's clock, as far as it is known. */
  readonly storeNow: () => number;
  /** Rereads the record, which advances `storeNow`, and calls `follow` where the message changed. */
  readonly readAgain: () => Promise<void>;
}): Expiry => {
  let timer: NodeJS.Timeout | undefined;
  let expiresAt: number | null = null;

  const wait = (leastMs: number): void => {
    clearLong(timer);
    if (expiresAt === null) return;
    timer = setTimeout(expire, Math.min(MAX_WAIT_MS, Math.max(leastMs, expiresAt - storeNow()))).unref();
  };

  const expire = (): void => {
    if (expiresAt !== null && expiresAt <= storeNow())
      readAgain().then(
        () => wait(SOON_MS),
        () => wait(RETRY_MS),
      );
    else wait(0);
  };

  const follow: Expiry['follow'] = (next) => {
    if (next === expiresAt) return;
    expiresAt = next;
    wait(0);
  };

  return { follow, end: () => follow(null) };
};
