/** Options of V8 for what tests run: what optimising costs, no test is long enough to win back. */

/** Code is optimised where it has run seven times as often as by default. The V8 of Node.js 22 and later refuses to start with it. */
export const OPTIMISED_LATE: readonly string[] = process.versions.node.startsWith('20.')
  ? ['--interrupt-budget=1000000']
  : [];

/** The same, and PGlite as V8's baseline compiler makes it: it opens in half the CPU time. */
export const UNOPTIMISED: readonly string[] = ['--liftoff-only', ...OPTIMISED_LATE];
