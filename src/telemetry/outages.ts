/**
 * What the log says of a back-end that is unavailable: one line when that begins and one when it is over, however often
 * the back-end is asked meanwhile.
 */
import { isUnavailable } from '../presence/errors.js';
import type { Call } from './instrument.js';
import type { Log } from './log.js';

/** A back-end is available again when it answers and no call of it failed for so long. */
const QUIET_MS = 2_000;
/** A repeated failure for another reason is logged at most this often. */
const REPEAT_MS = 60_000;

/** One back-end, as its callers find it. */
export interface Outage {
  failed(error: unknown): void;
  worked(): void;
  /** A call of it settled. A rejection for a caller's mistake counts as an answer. */
  called(call: Call): void;
}

export interface Outages {
  /** `what` is what the log calls the back-end. */
  of(what: string): Outage;
  /**
   * A reporter for failures of something that is tried again by itself. Where a back-end is unavailable, that back-end's
   * own line says so; anything else is reported at once, and then once a minute with how often it happened. `then` is what
   * follows, where it is not tried again.
   */
  failures(what: string, then?: string): (error: unknown) => void;
}

export const createOutages = ({
  log,
  now = () => performance.now(),
}: {
  readonly log: Log;
  readonly now?: () => number;
}): Outages => {
  /** Failures already counted: one back-end's failure passes through the calls of another. */
  const reported = new WeakSet<object>();

  return {
    of(what) {
      let since: number | null = null;
      let lastAt = 0;
      let failures = 0;

      const failed = (error: unknown) => {
        if (typeof error === 'object' && error !== null) {
          if (reported.has(error)) return;
          reported.add(error);
        }
        lastAt = now();
        failures += 1;
        if (since !== null) return;
        since = lastAt;
        log.warn({ err: error }, `${what} is unavailable`);
      };
      const worked = () => {
        if (since === null || now() - lastAt < QUIET_MS) return;
        log.info({ failures, awayMs: Math.round(now() - since) }, `${what} is available again`);
        since = null;
        failures = 0;
      };
      return {
        failed,
        worked,
        called: ({ error }) => (isUnavailable(error) ? failed(error) : worked()),
      };
    },

    failures(what, then = 'it is tried again') {
      let loggedAt = Number.NEGATIVE_INFINITY;
      let failures = 0;
      return (error) => {
        if (isUnavailable(error)) {
          log.debug({ err: error }, `${what} failed; ${then}`);
          return;
        }
        failures += 1;
        if (now() - loggedAt < REPEAT_MS) return;
        log.warn({ err: error, failures }, `${what} failed; ${then}`);
        loggedAt = now();
        failures = 0;
      };
    },
  };
};
