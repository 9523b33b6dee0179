import type { WebSocket } from 'ws';

/** Why nothing more is read from a client for now. */
export type PauseReason = 'unsent' | 'running';

/** Holds a client back, by not reading what it sends, while there is any reason to. */
export class ReadFlow {
  private unsent = false;
  private running = false;
  private isOver = false;

  constructor(
    private readonly socket: Pick<WebSocket, 'pause' | 'resume'>,
    /** Called when there is no more reason to. */
    private readonly onReleased: () => void = () => {},
  ) {}

  /** Whether the client is held back: what was read already has to wait, too. */
  get isPaused(): boolean {
    return this.unsent || this.running;
  }

  pause(reason: PauseReason): void {
    if (this.isOver) return;
    this[reason] = true;
    this.socket.pause();
  }

  resume(reason: PauseReason): void {
    if (!this[reason]) return;
    this[reason] = false;
    if (this.isPaused) return;
    this.socket.resume();
    this.onReleased();
  }

  /** For good: the socket is being closed, and has the answer to its close frame to read. */
  letGo(): void {
    this.isOver = true;
    this.unsent = false;
    this.running = false;
    this.socket.resume();
  }
}
