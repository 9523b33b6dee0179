/**
 * How a node that stops sends its clients away, and for how long they are waited for (docs/design.md#sessions). The closing is spread,
 * so that the other nodes are not asked by all at once; but a stop has to end, and a node that was just started admits fewer in
 * that time than another may send. What does not fit into the spread, and into the grace, is added to the grace.
 */

/** The longest spread, and the interval between two closes where there are few. */
const MAX_SPREAD_MS = 5_000;
const STEP_MS = 10;
/** For a second attempt of clients whose first one met the node that stops: those of graphql-ws come after 4 to 9 s. */
const ATTEMPTS_MS = 10_000;
/** For each that was sent away: a node just started admits some 300 a second. */
const ADMISSION_MS = 4;

/** The interval between two closes of `sockets`, in ms. */
export const closeEveryMs = (sockets: number, maxSpreadMs = MAX_SPREAD_MS): number =>
  Math.min(STEP_MS, Math.min(maxSpreadMs, MAX_SPREAD_MS) / Math.max(1, sockets));

/** How much longer than the grace each of `sockets` clients may take to be back, in ms. */
export const returnsWithinMs = (sockets: number): number => ATTEMPTS_MS + sockets * ADMISSION_MS;
