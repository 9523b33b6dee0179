/** How long to wait before the next attempt. */
const MOST_SECONDS = 16;
const MOST_ABSENT_SECONDS = 120;

/** To connect: `min(16, 2^attempt)` seconds with full jitter, in milliseconds: anything from 0 to that. The first attempt is 0. */
export const backoffMs = (attempt: number, random: number): number =>
  Math.round(random * Math.min(MOST_SECONDS, 2 ** attempt) * 1_000);

/**
 * To use what is not there, or not for the caller: the host may be about to make it, and a right may come back. Half to the whole of
 * `min(120, 2^(attempt + 1))` seconds, in milliseconds. A million clients that wait for long ask 11,000 times a second together, a
 * third of what their heartbeats are.
 */
export const absentMs = (attempt: number, random: number): number =>
  Math.round((0.5 + random / 2) * Math.min(MOST_ABSENT_SECONDS, 2 ** (attempt + 1)) * 1_000);
