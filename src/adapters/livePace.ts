/**
 * How fast those who are seen live are marked for the journal, which has to know how long they were live: each of them once in a
 * round, and at most so many a second that the journal keeps up, however many there are. See docs/design.md#mechanisms.
 */

/** A round takes no less, in ms; one over more than {@link MARKED_A_SECOND} × 60 users takes longer. */
export const LIVE_ROUND_MS = 60_000;
/** How many are marked a second, over all shards and nodes. A single shard marks half of that. */
export const MARKED_A_SECOND = 2_000;
