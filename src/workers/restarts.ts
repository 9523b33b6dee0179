/** When a worker that died is started again, and when no more. */

/** A worker that has listened for so long is taken for sound: what ends it later is another fault than one of its start. */
export const SOUND_AFTER_MS = 10_000;

const FIRST_MS = 200;
const MAX_MS = 30_000;
/** So many deaths in a row, each before the worker was sound, are the last where no other worker is sound either. */
export const MAX_DEATHS = 6;

/** A death of a worker that nobody asked to end. */
export interface Death {
  /** How many in a row came before it. */
  readonly before: number;
  /** For how long the worker had listened; null where it never did. */
  readonly listenedMs: number | null;
  /** Whether another worker has listened for {@link SOUND_AFTER_MS}. */
  readonly othersSound: boolean;
}

/** How many deaths in a row there are now, and after how long the worker is started again; null: it is given up. */
export interface Verdict {
  readonly deaths: number;
  readonly restartMs: number | null;
}

/**
 * Decides on a restart: after 0.1 to 0.2 s at first, twice as long after each further death in a row, and 15 to 30 s at the
 * most. Half of the wait is drawn by `random` (from 0 to 1), so that workers that died together do not start together.
 * While another worker is sound nothing is given up: what still serves is worth more than a clean end.
 */
export const afterDeath = ({ before, listenedMs, othersSound }: Death, random: () => number): Verdict => {
  const deaths = listenedMs !== null && listenedMs >= SOUND_AFTER_MS ? 1 : before + 1;
  if (deaths >= MAX_DEATHS && !othersSound) return { deaths, restartMs: null };
  const longest = Math.min(MAX_MS, FIRST_MS * 2 ** (deaths - 1));
  return { deaths, restartMs: Math.round((longest / 2) * (1 + random())) };
};
