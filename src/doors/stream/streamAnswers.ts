/** What an answer of Stream means (docs/doors.md#stream). Pure. */
import { Refused, TryLater } from '../states/sending.js';

/** An answer as far as it concerns us. */
export interface StreamAnswer {
  readonly status: number;
  /** Stream's own code of the error; null where there is none. */
  readonly code: number | null;
  /** How long until the current window of the rate limit is over, in ms, where Stream says so. */
  readonly resetAfterMs: number | null;
}

/** The resource is not there: one of the users is unknown, or was deactivated. */
const DOES_NOT_EXIST = 16;
/** The rate limits of Stream are counted by windows of a minute. */
const WINDOW_MS = 60_000;
const MIN_PAUSE_MS = 1_000;
/** Beyond the longest window of Stream: whatever it says, it is asked again by then. */
const MAX_PAUSE_MS = 15 * WINDOW_MS;
/** What one user in the request may cause. Any other status is about the app, its key or the network. */
const ABOUT_USERS: ReadonlySet<number> = new Set([400, 409, 413, 422]);

/**
 * How long until the instant of `X-RateLimit-Reset`, in seconds since 1970, on Stream's own clock (`Date`) where it says the time.
 * Null where there is none.
 */
export const resetAfter = (reset: string | null, date: string | null, now: number): number | null => {
  const at = Number(reset?.trim() || Number.NaN) * 1_000;
  if (!Number.isFinite(at)) return null;
  const clock = date === null ? Number.NaN : Date.parse(date);
  return at - (Number.isNaN(clock) ? now : clock);
};

/** Whether a user of the request is unknown to Stream. A 404 without the code is somebody else's, such as of a wrong address. */
export const saysUnknown = ({ status, code }: StreamAnswer): boolean => status === 404 && code === DOES_NOT_EXIST;

/** Somebody in the request is unknown to Stream: the sender finds out who, and nobody has to mend anything. */
export class SomebodyUnknown extends Refused {}

/** What the sender is to make of an answer; null: Stream took the request. */
export const faultOf = (answer: StreamAnswer): Error | null => {
  const { status, code, resetAfterMs } = answer;
  if (status >= 200 && status < 300) return null;
  // Not its sentence, which may quote what a person wrote.
  const said = `Stream answered ${status}${code === null ? '' : ` (code ${code})`}.`;
  if (status === 429) {
    const pause = Math.min(Math.max(resetAfterMs ?? WINDOW_MS, MIN_PAUSE_MS), MAX_PAUSE_MS);
    return new TryLater(said, pause);
  }
  if (saysUnknown(answer)) return new SomebodyUnknown(said);
  return ABOUT_USERS.has(status) ? new Refused(said) : new Error(said);
};
