/** How many looks are taken in the time after which a silent peer is lost. */
const LOOKS = 30;
const PINGS = 3;

/** Times as many milliseconds as a look may count for at the most, in looks: the rest of it the event loop stood still. */
const MAX_LOOKS_AT_ONCE = 2;

export interface Peer {
  ping(): void;
  /** Nothing was heard of it for the time-out. Called once; it is no longer watched then. */
  lost(lastReceivedMsAgo: number): void;
}

/** The watch over one peer. */
export class Pulse {
  receivedAwake: number;
  pingedAwake: number;
  aliveAt: number;

  constructor(
    readonly peer: Peer,
    private readonly watch: PulseWatch,
  ) {
    this.receivedAwake = watch.awakeMs;
    this.pingedAwake = watch.awakeMs;
    this.aliveAt = watch.now();
    watch.pulses.add(this);
  }

  /** It was heard of: a pong, or any message. */
  answered(): void {
    this.receivedAwake = this.watch.awakeMs;
    this.aliveAt = this.watch.now();
  }

  /** Stops watching. */
  stop(): void {
    this.watch.pulses.delete(this);
  }
}

interface PulseWatch {
  readonly pulses: Set<Pulse>;
  readonly now: () => number;
  /** Milliseconds during which the loop ran. */
  awakeMs: number;
}

export interface KeepAlive {
  watch(peer: Peer): Pulse;
  /** Stops watching all of them. */
  stop(): void;
  /** How many are watched. */
  readonly size: number;
}

/**
 * Pings peers every third of `timeoutMs`, and gives up those that were not heard of for all of it. One timer serves
 * all. Time counts only as far as the event loop ran: after it stood still, for however long, answers that wait in
 * the sockets are read before anybody is judged (docs/architecture.md). `now` is a monotonic clock in milliseconds.
 */
export const createKeepAlive = ({
  timeoutMs,
  now = () => performance.now(),
}: {
  readonly timeoutMs: number;
  readonly now?: () => number;
}): KeepAlive => {
  const lookMs = timeoutMs / LOOKS;
  const watch: PulseWatch = { pulses: new Set(), now, awakeMs: 0 };
  let lookedAt = now();

  const judge = () => {
    for (const pulse of watch.pulses) {
      // One look early rather than one late: gone within the time-out.
      if (watch.awakeMs - pulse.receivedAwake >= timeoutMs - lookMs) {
        pulse.stop();
        pulse.peer.lost(now() - pulse.aliveAt);
      } else if (watch.awakeMs - pulse.pingedAwake >= timeoutMs / PINGS) {
        pulse.pingedAwake = watch.awakeMs;
        pulse.peer.ping();
      }
    }
  };

  const timer = setInterval(() => {
    const elapsedMs = now() - lookedAt;
    lookedAt += elapsedMs;
    watch.awakeMs += Math.min(elapsedMs, MAX_LOOKS_AT_ONCE * lookMs);
    // Timers come before what the sockets have to say; an immediate comes after it.
    setImmediate(judge);
  }, lookMs);
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
