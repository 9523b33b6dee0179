/**
 * How a node that stops sends its clients away, and for how long they are waited for (docs/design.md#sessions). The closing is spread,
 * so that the other nodes are not asked by all at once: no more are sent than one that was just started admits. A stop has to
 * end, and others may be busy, so that a crowd may wait all the same: its time to come back is added to the grace.
 */

/** The spread of a few hundreds, and the interval between two closes where there are fewer. */
const SPREAD_MS = 5_000;
const STEP_MS = 10;
/** What a stop does beside closing sockets: it writes what is pending, while something behind the server may hang. */
const REST_OF_STOP_MS = 9_000;
/** For a second attempt of clients whose first one met the node that stops: those of graphql-ws come after 4 to 9 s. */
const ATTEMPTS_MS = 10_000;
/** For each that was sent away: a node just started admits some 300 a second. */
const ADMISSION_MS = 4;

/** Over how many ms the closing of `sockets` is spread: `maxMs` at most. */
export const closingMs = (sockets: number, maxMs: number): number =>
  Math.min(maxMs, Math.max(sockets * ADMISSION_MS, Math.min(SPREAD_MS, sockets * STEP_MS)));

/** How long a graceful stop may take before the process ends regardless, in ms, where closing is spread over `drainMs`. */
export const stopWithinMs = (drainMs: number): number => REST_OF_STOP_MS + Math.max(SPREAD_MS, drainMs);

/** How much longer than the grace each of `sockets` clients may take to be back, in ms. */
export const returnsWithinMs = (sockets: number): number => ATTEMPTS_MS + sockets * ADMISSION_MS;
