/** The longest delay of a timer of Node.js, in milliseconds (24 days). */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Clears a timer that keeps no process alive, and whose delay is long and hardly ever that of another. Node.js keeps the list of timers
 * of one delay, 160 bytes, until that delay is over, but for timers that keep the process alive: those go at once.
 */
export const clearLong = (timer: NodeJS.Timeout | undefined): void => {
  timer?.ref();
  clearTimeout(timer);
};

/**
 * Calls `action` at an instant (milliseconds since 1970), however far off: beyond the longest delay of one timer too.
 * Keeps no process alive. A class, for its size: each connection has one.
 */
export class Alarm {
  private timer: NodeJS.Timeout;

  constructor(
    private readonly instant: number,
    private readonly action: () => void,
    private readonly now: () => number = Date.now,
  ) {
    // Never within the constructor: the caller could not call it off yet.
    this.timer = this.wait(Math.max(0, instant - now()));
  }

  callOff(): void {
    clearLong(this.timer);
  }

  private wait(ms: number): NodeJS.Timeout {
    return setTimeout(ring, Math.min(ms, MAX_TIMER_MS), this).unref();
  }

  /** The timer fired. */
  ring(): void {
    const leftMs = this.instant - this.now();
    if (leftMs <= 0) this.action();
    else this.timer = this.wait(leftMs);
  }
}

const ring = (alarm: Alarm): void => alarm.ring();

/** The same as a function; returns what calls it off. */
export const at = (instant: number, action: () => void, now?: () => number): (() => void) => {
  const alarm = new Alarm(instant, action, now);
  return () => alarm.callOff();
};
