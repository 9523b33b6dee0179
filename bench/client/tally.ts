/**
 * Counts deliveries at the clients, exactly: one missing, or one too many, ends the run with an error.
 */

/** How long nothing may arrive while something is owed. */
const STALL_MS = 30_000;
/** How often (every so many deliveries) the content is looked at. */
const SAMPLE_EVERY = 64;
/** What is sent once too often arrives within this time. */
const AFTERMATH_MS = 300;

export interface Tally {
  /** How many arrived so far. */
  readonly received: number;
  /** How many were announced so far. */
  readonly expected: number;
  /** Announces `count` more. */
  expect(count: number): void;
  /** One arrived. True when its content is to be shown to `check`. */
  count(): boolean;
  /** Looks at the text of one delivery; throws where it is not one of those that were sent. */
  check(text: string): void;
  /** What `check` does from now on, of every so many deliveries (by default, of every 64th). */
  checkWith(check: ((text: string) => void) | null, every?: number): void;
  /** Resolves once nothing has arrived for so long, in ms. */
  quiet(ms: number): Promise<void>;
  /** Resolves once at most `count` of those announced are still owed. Rejects when nothing arrives any more. */
  restorePending(count: number): Promise<void>;
  /** Resolves once all have arrived, and throws if more arrive than were announced. */
  exact(): Promise<void>;
}

export const createTally = ({ stallMs = STALL_MS, aftermathMs = AFTERMATH_MS } = {}): Tally => {
  let received = 0;
  let expected = 0;
  let wakeAt = Number.POSITIVE_INFINITY;
  let checker: ((text: string) => void) | null = null;
  let sampleEvery = SAMPLE_EVERY;
  let waiting: { readonly target: number; readonly resolve: () => void }[] = [];

  const wake = () => {
    const due = waiting.filter(({ target }) => target <= received);
    waiting = waiting.filter(({ target }) => target > received);
    wakeAt = Math.min(...waiting.map(({ target }) => target));
    for (const { resolve } of due) resolve();
  };

  const restorePending = async (count: number): Promise<void> => {
    const target = expected - count;
    if (received >= target) return;
    let last = received;
    let watchdog: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      waiting.push({ target, resolve });
      wakeAt = Math.min(wakeAt, target);
      watchdog = setInterval(() => {
        if (received === last) reject(new Error(`${expected - received} of ${expected} deliveries are missing.`));
        last = received;
      }, stallMs);
    }).finally(() => clearInterval(watchdog));
  };

  return {
    get received() {
      return received;
    },
    get expected() {
      return expected;
    },
    expect(count) {
      expected += count;
    },
    count() {
      received += 1;
      if (received >= wakeAt) wake();
      return checker !== null && received % sampleEvery === 0;
    },
    check: (text) => checker?.(text),
    checkWith(check, every = SAMPLE_EVERY) {
      checker = check;
      sampleEvery = every;
    },
    async quiet(ms) {
      for (let last = -1; last !== received; ) {
        last = received;
        await new Promise((resolve) => setTimeout(resolve, ms));
      }
    },
    restorePending,
    async exact() {
      await restorePending(0);
      await new Promise((resolve) => setTimeout(resolve, aftermathMs));
      if (received !== expected) throw new Error(`${received} deliveries came, ${expected} were to come.`);
    },
  };
};
