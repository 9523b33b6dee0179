/**
 * How late the ends of graces are found. A user who hides has to look like one whose tab closed and whose grace is just found
 * over (docs/design.md#status), so their `lastSeen` has the same delay as real departures.
 */
import { isSeenLive } from '../presence/status.js';
import type { PresenceRecord } from '../presence/types.js';

/** How many of the latest delays are remembered. */
const REMEMBERED = 64;
/** A longer delay, in ms, comes from an interruption and is not typical. */
const LATEST_MS = 1_000;

export interface Departures {
  /** A user's record was ticked. */
  ticked(before: PresenceRecord, after: PresenceRecord): void;
  /** How long ago, in ms, a user found gone now would have closed their tab: the grace, and a recent delay at random. */
  closedMsAgo(): number;
}

/** `sweepMs` is the interval of the sweeps: until delays were observed, any within it is as likely. */
export const createDepartures = ({
  graceMs,
  sweepMs,
  random = Math.random,
}: {
  readonly graceMs: number;
  readonly sweepMs: number;
  readonly random?: () => number;
}): Departures => {
  const late: number[] = [];
  let seen = 0;
  return {
    ticked(before, after) {
      if (!isSeenLive(before) || isSeenLive(after)) return;
      const graceUntil = Math.max(...before.sessions.map((session) => session.graceUntil ?? 0));
      // A commit's revision is a millisecond after the commit.
      const lateMs = after.revision - 1 - graceUntil;
      if (lateMs < 0 || lateMs > LATEST_MS) return;
      late[seen % REMEMBERED] = lateMs;
      seen += 1;
    },
    closedMsAgo() {
      // Without a grace, a user whose tab closes is gone at once.
      if (graceMs === 0) return 0;
      return graceMs + (late[Math.floor(random() * REMEMBERED)] ?? Math.floor(random() * sweepMs));
    },
  };
};
