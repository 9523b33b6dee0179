/**
 * Times deliveries: from the instant at which a change was meant to be sent, whether or not it could be sent then, to the instant at
 * which a client has the event. What is not sent in time for lack of an answer waits all the same.
 */

/** What the text of every change begins with; its number follows, in as many digits. */
export const MARK = 'change ';
export const DIGITS = 8;
const MARK_HEAD = Buffer.from(MARK).readUInt32LE(0);
/** Latencies are counted by this much, in ms, up to so many of them. */
const STEP_MS = 0.05;
const STEPS = 2_000_000;
const DIGIT_ZERO = 0x30;

export interface Latencies {
  readonly count: number;
  /** In ms, at most {@link STEP_MS} too long. 0 where nothing was timed. */
  percentile(share: number): number;
  readonly worst: number;
}

export interface Stopwatch {
  /** Begins anew: what was started before is not timed any more. */
  reset(): void;
  /** That change was to be sent at `at` (of `performance.now`). */
  start(change: number, at: number): void;
  /** An event came: its bytes are `data` from `start`, `size` of them. */
  arrived(data: Buffer, start: number, size: number): void;
  read(): Latencies;
}

export const createStopwatch = (now: () => number = () => performance.now()): Stopwatch => {
  let counts = new Uint32Array(STEPS);
  let count = 0;
  let worst = 0;
  const starts = new Map<number, number>();
  /** Where the mark was in events of this length. */
  const marks: number[] = [];

  const markIn = (data: Buffer, start: number, size: number): number => {
    const known = marks[size];
    if (known !== undefined && data.readUInt32LE(start + known) === MARK_HEAD) return known;
    const found = data.indexOf(MARK, start, 'latin1') - start;
    if (found < 0 || found + MARK.length + DIGITS > size) return -1;
    marks[size] = found;
    return found;
  };

  return {
    reset() {
      counts = new Uint32Array(STEPS);
      count = 0;
      worst = 0;
      starts.clear();
    },
    start(change, at) {
      starts.set(change, at);
    },
    arrived(data, start, size) {
      const mark = markIn(data, start, size);
      if (mark < 0) return;
      let change = 0;
      const from = start + mark + MARK.length;
      for (let at = from; at < from + DIGITS; at += 1) change = 10 * change + data[at]! - DIGIT_ZERO;
      const at = starts.get(change);
      if (at === undefined) return;
      const ms = now() - at;
      if (ms > worst) worst = ms;
      const step = Math.min(STEPS - 1, Math.max(0, Math.floor(ms / STEP_MS)));
      counts[step] = counts[step]! + 1;
      count += 1;
    },
    read() {
      const percentile = (share: number): number => {
        let left = Math.ceil(share * count);
        if (left === 0) return 0;
        let step = 0;
        for (left -= counts[0]!; left > 0; left -= counts[step]!) step += 1;
        return Math.min(worst, (step + 1) * STEP_MS);
      };
      return { count, percentile, worst };
    },
  };
};
