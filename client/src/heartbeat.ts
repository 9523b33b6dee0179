/** Tells the server at its interval whether the device is in use, and notices a connection that gives no answer. */
import { isTemporary, type PresenceError, waitOf } from './errors.js';

/** Until the server has said its own. */
const INTERVAL_MS = 30_000;
/** A connection that has not answered by then is taken for lost. The server itself gives up after 2 s of trying. */
const ANSWER_LIMIT_MS = 10_000;

export interface HeartbeatPorts {
  /** Sends one; resolves with the interval in seconds. */
  readonly send: (idle: boolean) => Promise<number>;
  readonly isIdle: () => boolean;
  /** No answer came in time. */
  readonly onSilence: () => void;
}

export class Heartbeat {
  private running = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private limit: ReturnType<typeof setTimeout> | undefined;
  private intervalMs = INTERVAL_MS;
  /** What is being asked; undefined while nothing is. */
  private asked: boolean | undefined;

  constructor(private readonly ports: HeartbeatPorts) {}

  /** Whether one was sent that has no answer yet. */
  get isUnderWay(): boolean {
    return this.asked !== undefined;
  }

  /** A connection is there. */
  start(): void {
    this.running = true;
    this.beat();
  }

  /** The connection is gone. */
  stop(): void {
    this.running = false;
    this.asked = undefined;
    clearTimeout(this.timer);
    clearTimeout(this.limit);
  }

  /** Sends one now: idleness has changed, or the connection may have died while the device slept. */
  beat(): void {
    if (!this.running || this.asked !== undefined) return;
    clearTimeout(this.timer);
    const idle = this.ports.isIdle();
    this.asked = idle;
    // It belongs to this connection alone.
    const limit = setTimeout(() => this.ports.onSilence(), ANSWER_LIMIT_MS);
    this.limit = limit;
    const answered = (nextMs: number) => {
      if (this.limit !== limit || !this.running) return;
      clearTimeout(limit);
      this.asked = undefined;
      // Said again at once where it changed meanwhile; otherwise early enough for what a network delays.
      const isSame = this.ports.isIdle() === idle;
      this.timer = setTimeout(() => this.beat(), isSame ? nextMs : Math.min(nextMs, 200));
    };
    this.ports.send(idle).then(
      (seconds) => {
        if (Number.isFinite(seconds)) this.intervalMs = Math.min(Math.max(seconds, 1), 3_600) * 900;
        answered(this.intervalMs);
      },
      (error: PresenceError) => {
        if (error.code === 'DISCONNECTED') return;
        answered(isTemporary(error) ? waitOf(error) : this.intervalMs);
      },
    );
  }
}
