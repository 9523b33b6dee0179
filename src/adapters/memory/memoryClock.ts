import { performance } from 'node:perf_hooks';

/** Milliseconds since 1970. */
export type Clock = () => number;

/** A clock that starts at the wall clock and runs on the monotonic one: it never goes back, nor jumps with the wall clock. */
export const createMonotonicClock = (): Clock => {
  const origin = Date.now() - performance.now();
  return () => Math.floor(origin + performance.now());
};
