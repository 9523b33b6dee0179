/** Instants in words, such as "2 hours ago", and when the words change. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS = [
  { unit: 'day', ms: DAY },
  { unit: 'hour', ms: HOUR },
  { unit: 'minute', ms: MINUTE },
] as const;

const format = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
const NOW_BELOW_MS = 45 * SECOND;

/**
 * How long ago an instant was: "just now" for less than 45 s and for the future (clocks differ), then whole minutes, hours,
 * days.
 */
export const timeAgo = (instant: number, now: number): string => {
  const age = now - instant;
  if (age < NOW_BELOW_MS) return 'just now';
  const { unit, ms } = UNITS.find((each) => age >= each.ms) ?? { unit: 'minute', ms: MINUTE };
  return format.format(-Math.max(1, Math.floor(age / ms)), unit);
};

/** The instant at which {@link timeAgo} says something else. */
export const nextChange = (instant: number, now: number): number => {
  const age = now - instant;
  if (age < NOW_BELOW_MS) return instant + NOW_BELOW_MS;
  const ms = UNITS.find((each) => age >= each.ms)?.ms ?? MINUTE;
  const changed = (Math.floor(age / ms) + 1) * ms;
  // "1 minute ago" is said from 45 s on.
  return instant + (age < MINUTE ? 2 * MINUTE : changed);
};

/** The whole seconds until an instant, at least 0. */
export const secondsUntil = (instant: number, now: number): number => Math.max(0, Math.ceil((instant - now) / SECOND));
