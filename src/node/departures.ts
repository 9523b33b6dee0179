/**
 * How late the ends of graces are found out. Who hides has to look like one whose tab was closed and whose grace is over
 * (docs/semantics.md, "Status"), also in this: nobody who leaves is found to be gone at the very millisecond.
 */
import { isSeenLive } from '../presence/status.js';
import type { PresenceRecord } from '../presence/types.js';

/** How many of the latest are kept in mind. */
const KEPT = 64;
/** One that is later, in ms, was held up by an interruption, and is not what is usual. */
const LATEST_MS = 1_000;

export interface Departures {
  /** A user's record was ticked. */
  ticked(before: PresenceRecord, after: PresenceRecord): void;
  /** How long ago the tab of one who is found to be gone now was closed, in ms: a grace, and as late as any of late. */
  closedMsAgo(): number;
}

/** `sweepMs` is how often it is looked who is due: until enough was seen, any part of that is as likely. */
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
      // The revision of a commit is a millisecond after it.
      const lateMs = after.revision - 1 - graceUntil;
      if (lateMs < 0 || lateMs > LATEST_MS) return;
      late[seen % KEPT] = lateMs;
      seen += 1;
    },
    closedMsAgo() {
      // Without a grace who closes a tab is gone at once.
      if (graceMs === 0) return 0;
      return graceMs + (late[Math.floor(random() * KEPT)] ?? Math.floor(random() * sweepMs));
    },
  };
};
