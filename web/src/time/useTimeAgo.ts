import { useEffect, useState } from 'react';
import { nextChange, secondsUntil, timeAgo } from './relativeTime.js';

/** Draws the component again at that instant; never for null. */
const useRedrawAt = (instant: number | null): void => {
  const [, redraw] = useState({});
  useEffect(() => {
    if (instant === null) return;
    // Timers may be a millisecond early.
    const timer = setTimeout(() => redraw({}), Math.max(0, instant - Date.now()) + 10);
    return () => clearTimeout(timer);
  }, [instant]);
};

/** An instant in words that stay true: "2 hours ago". */
export const useTimeAgo = (iso: string): string => {
  const now = Date.now();
  const instant = Date.parse(iso);
  useRedrawAt(nextChange(instant, now));
  return timeAgo(instant, now);
};

/** The seconds until an instant, counted down to 0. */
export const useCountdown = (instant: number): number => {
  const seconds = secondsUntil(instant, Date.now());
  useRedrawAt(seconds === 0 ? null : instant - (seconds - 1) * 1_000);
  return seconds;
};
