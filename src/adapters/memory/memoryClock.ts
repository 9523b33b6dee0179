import { performance } from 'node:perf_hooks';

/** Milliseconds since 1970. */
export type Clock = () => number;

/**
 * A clock that is set by the wall clock once and then runs on the monotonic one: it never goes back, and a wall clock
 * that jumps changes nothing.
 */
export const createMonotonicClock = (): Clock => {
  const origin = Date.now() - performance.now();
  return () => Math.floor(origin + performance.now());
};
