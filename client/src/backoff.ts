/** How long to wait before the next attempt to connect. */
const MOST_SECONDS = 16;

/** `min(16, 2^attempt)` seconds with full jitter, in milliseconds: anything from 0 to that. The first attempt is 0. */
export const backoffMs = (attempt: number, random: number): number =>
  Math.round(random * Math.min(MOST_SECONDS, 2 ** attempt) * 1_000);
