/** How many looks are taken in the time after which a silent peer is lost. */
const LOOKS = 30;
const PINGS = 3;

/** Times as many milliseconds as a look may count for at the most, in looks: the rest of it the event loop stood still. */
const MAX_LOOKS_AT_ONCE = 2;

export interface Peer {
  ping(): void;
  /** Nothing was heard of it for the time-out. Called once; it is no longer watched then. */
  lost(lastHeardMsAgo: number): void;
}

/** The watch over one peer. */
export interface Pulse {
  /** It was heard of: a pong, or any message. */
  heard(): void;
  /** Stops watching. */
  stop(): void;
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
 * the sockets are read before anybody is judged (DESIGN section 2). `now` is a monotonic clock in milliseconds.
 */
export const createKeepAlive = ({
  timeoutMs,
  now = () => performance.now(),
}: {
  readonly timeoutMs: number;
  readonly now?: () => number;
}): KeepAlive => {
  const lookMs = timeoutMs / LOOKS;
  /** Milliseconds during which the loop ran. */
  let awakeMs = 0;
  let lookedAt = now();

  const watched = new Set<{ peer: Peer; heardAwake: number; heardAt: number; pingedAwake: number }>();

  const judge = () => {
    for (const entry of watched) {
      // One look early rather than one late: gone within the time-out.
      if (awakeMs - entry.heardAwake >= timeoutMs - lookMs) {
        watched.delete(entry);
        entry.peer.lost(now() - entry.heardAt);
      } else if (awakeMs - entry.pingedAwake >= timeoutMs / PINGS) {
        entry.pingedAwake = awakeMs;
        entry.peer.ping();
      }
    }
  };

  const timer = setInterval(() => {
    const elapsedMs = now() - lookedAt;
    lookedAt += elapsedMs;
    awakeMs += Math.min(elapsedMs, MAX_LOOKS_AT_ONCE * lookMs);
    // Timers come before what the sockets have to say; an immediate comes after it.
    setImmediate(judge);
  }, lookMs);
  timer.unref();

  return {
    watch(peer) {
      const entry = { peer, heardAwake: awakeMs, heardAt: now(), pingedAwake: awakeMs };
      watched.add(entry);
      return {
        heard() {
          entry.heardAwake = awakeMs;
          entry.heardAt = now();
        },
        stop() {
          watched.delete(entry);
        },
      };
    },
    stop() {
      clearInterval(timer);
      watched.clear();
    },
    get size() {
      return watched.size;
    },
  };
};
