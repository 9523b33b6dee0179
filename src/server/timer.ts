import { MAX_TIMER_MS } from '../settings.js';

/**
 * Calls `action` at an instant (milliseconds since 1970), however far off: a timer alone ends after 24 days. Keeps no
 * process alive. Returns what calls it off.
 */
export const at = (instant: number, action: () => void, now: () => number = Date.now): (() => void) => {
  let timer: NodeJS.Timeout;
  const wait = () => {
    const leftMs = instant - now();
    if (leftMs <= 0) return action();
    timer = setTimeout(wait, Math.min(leftMs, MAX_TIMER_MS));
    timer.unref();
  };
  // Never within the call itself: the caller has not got what calls it off yet.
  timer = setTimeout(wait, Math.max(0, Math.min(instant - now(), MAX_TIMER_MS)));
  timer.unref();
  return () => clearTimeout(timer);
};
