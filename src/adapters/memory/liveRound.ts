import { LIVE_ROUND_MS, MARKED_A_SECOND } from '../livePace.js';
import type { Clock } from './memoryClock.js';

/** Goes round all who are seen live, some at a time, called once a second. The next round waits until the last one has had its time. */
export const createLiveRound = ({
  seenLive,
  clock,
}: {
  readonly seenLive: ReadonlySet<string>;
  readonly clock: Clock;
}): (() => Iterable<string>) => {
  let rest: Iterator<string> | undefined;
  let begunAt = Number.NEGATIVE_INFINITY;
  return function* next() {
    if (!rest) {
      if (clock() - begunAt < LIVE_ROUND_MS) return;
      [rest, begunAt] = [seenLive.values(), clock()];
    }
    for (let count = 0; count < MARKED_A_SECOND; count += 1) {
      const { value, done } = rest.next();
      if (done) {
        rest = undefined;
        return;
      }
      yield value;
    }
  };
};
