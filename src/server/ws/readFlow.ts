import type { WebSocket } from 'ws';

/** Why reading from a client is paused: unsent data piles up, or too many operations are running. */
export type PauseReason = 'unsent' | 'running';

/** Applies back-pressure to a client: its socket is not read while there is any reason to pause. */
export class ReadFlow {
  private unsent = false;
  private running = false;
  private isReleased = false;

  constructor(
    private readonly socket: Pick<WebSocket, 'pause' | 'resume'>,
    /** Called when the last reason is gone. */
    private readonly onResumed: () => void = () => {},
  ) {}

  /** Whether messages that were already read have to wait too. */
  get isPaused(): boolean {
    return this.unsent || this.running;
  }

  pause(reason: PauseReason): void {
    if (this.isReleased) return;
    this[reason] = true;
    this.socket.pause();
  }

  resume(reason: PauseReason): void {
    if (!this[reason]) return;
    this[reason] = false;
    if (this.isPaused) return;
    this.socket.resume();
    this.onResumed();
  }

  /** Resumes for good: a closing socket has to read the client's answer to the close frame. */
  release(): void {
    this.isReleased = true;
    this.unsent = false;
    this.running = false;
    this.socket.resume();
  }
}
