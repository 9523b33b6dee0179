import { overTurns } from '../../async/overTurns.js';

/** Checks within one time-out. */
const CHECKS = 30;
/** Pings within one time-out. */
const PINGS = 3;
/** The most that one check may count as, in check intervals: the event loop stood still for the rest. */
const MAX_CHECKS_AT_ONCE = 2;

export interface Peer {
  ping(): void;
  /** Nothing was received for the time-out. Called once; the peer is no longer watched then. */
  lost(lastReceivedMsAgo: number): void;
}

/** The watch over one peer. Times named `awake` count only while the event loop runs. */
export class Pulse {
  receivedAwakeMs: number;
  pingedAwakeMs: number;
  receivedAt: number;

  constructor(
    readonly peer: Peer,
    private readonly watch: PulseWatch,
  ) {
    this.receivedAwakeMs = watch.awakeMs;
    this.pingedAwakeMs = watch.awakeMs;
    this.receivedAt = watch.now();
    watch.pulses.add(this);
  }

  /** A pong or any other message was received. */
  received(): void {
    this.receivedAwakeMs = this.watch.awakeMs;
    this.receivedAt = this.watch.now();
  }

  /** Stops watching. */
  stop(): void {
    this.watch.pulses.delete(this);
  }
}

interface PulseWatch {
  readonly pulses: Set<Pulse>;
  readonly now: () => number;
  /** Milliseconds during which the event loop ran. */
  awakeMs: number;
}

export interface KeepAlive {
  watch(peer: Peer): Pulse;
  /** Stops watching all peers. */
  stop(): void;
  /** How many peers are watched. */
  readonly size: number;
}

/**
 * Pings peers every third of `timeoutMs`, and gives up those from which nothing was received for all of it. One timer
 * serves all, some of them in each turn of the event loop. Time counts only while the event loop runs: after a stall, however long, answers that wait in the sockets are
 * read before anybody is given up. `now` is a monotonic clock in milliseconds.
 */
export const createKeepAlive = ({
  timeoutMs,
  now = () => performance.now(),
}: {
  readonly timeoutMs: number;
  readonly now?: () => number;
}): KeepAlive => {
  const checkMs = timeoutMs / CHECKS;
  const watch: PulseWatch = { pulses: new Set(), now, awakeMs: 0 };
  let checkedAt = now();

  const checkOne = (pulse: Pulse) => {
    // One check early rather than one late, so that a lost peer is given up within the time-out.
    if (watch.awakeMs - pulse.receivedAwakeMs >= timeoutMs - checkMs) {
      pulse.stop();
      pulse.peer.lost(now() - pulse.receivedAt);
    } else if (watch.awakeMs - pulse.pingedAwakeMs >= timeoutMs / PINGS) {
      pulse.pingedAwakeMs = watch.awakeMs;
      pulse.peer.ping();
    }
  };
  let isChecking = false;
  const check = () => {
    if (isChecking) return;
    isChecking = true;
    overTurns(watch.pulses, checkOne, () => {
      isChecking = false;
    });
  };

  const timer = setInterval(() => {
    const elapsedMs = now() - checkedAt;
    checkedAt += elapsedMs;
    watch.awakeMs += Math.min(elapsedMs, MAX_CHECKS_AT_ONCE * checkMs);
    // Timers run before the sockets are read, immediates afterwards.
    setImmediate(check);
  }, checkMs);
  timer.unref();

  return {
    watch: (peer) => new Pulse(peer, watch),
    stop() {
      clearInterval(timer);
      watch.pulses.clear();
    },
    get size() {
      return watch.pulses.size;
    },
  };
};
