/** Whether a consumer takes anything, and until when nothing is sent because it does not. */
import { type Backoff, OF_REQUESTS, waitAfter } from './attempts.js';

/**
 * The longest pause where the consumer may fail at what it was sent, and not as a whole: something else is tried then. What it failed
 * at waits longer.
 */
const PROBE_MS = 15_000;

export const createConsumerHealth = ({
  backoff = OF_REQUESTS,
  chance = Math.random,
  now = () => performance.now(),
}: {
  readonly backoff?: Backoff | undefined;
  readonly chance?: () => number;
  readonly now?: () => number;
}) => {
  let accepted = 0;
  let failures = 0;
  let pausedUntil = 0;
  return {
    /** How many requests it took. */
    get accepted() {
      return accepted;
    },
    /** How often in a row it failed. */
    get failures() {
      return failures;
    },
    get isPaused() {
      return now() < pausedUntil;
    },
    worked(): void {
      accepted += 1;
      failures = 0;
      pausedUntil = 0;
    },
    /** It failed, and asks to be left alone for `afterMs`. Returns how long what it failed at waits, in ms. */
    failed({
      afterMs = 0,
      mayBeItems = false,
    }: {
      readonly afterMs?: number;
      readonly mayBeItems?: boolean;
    } = {}): number {
      failures += 1;
      const waitMs = Math.max(Math.min(afterMs, backoff.maxMs), waitAfter(backoff, failures, chance()));
      pausedUntil = now() + (mayBeItems ? Math.min(waitMs, PROBE_MS) : waitMs);
      return waitMs;
    },
  };
};

export type ConsumerHealth = ReturnType<typeof createConsumerHealth>;
