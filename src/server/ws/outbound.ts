import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Coalescer, Due } from '../../async/coalescer.js';
import type { ReadFlow } from './readFlow.js';

/** Bytes that may be unsent before further sends wait. */
export const MAX_UNSENT_BYTES = 256 * 1024;
const PIECE_BYTES = 64 * 1024;

/** A source of frames. */
export interface Pusher {
  /** After `push` returned false: the socket takes frames again. */
  drained(): void;
}

/** The connection that an outbound side belongs to. */
export interface OutboundOwner {
  /** Schedules the writing of pushed frames. One for all sockets. */
  readonly coalescer: Coalescer;
  readonly stallMs: number;
  /** The client read nothing for `stallMs` while sends waited. */
  onStall(): void;
}

/** A message, or a piece of one longer than {@link MAX_UNSENT_BYTES}. */
interface Waiting {
  readonly data: string | Buffer;
  readonly isLast: boolean;
  readonly sent: () => void;
}

/** A long message is several frames: progress is seen, and control frames may go between them. */
const piecesOf = (text: string, sent: () => void): readonly Waiting[] => {
  if (text.length <= MAX_UNSENT_BYTES) return [{ data: text, isLast: true, sent }];
  const bytes = Buffer.from(text);
  const pieces: Waiting[] = [];
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    const end = start + PIECE_BYTES;
    const isLast = end >= bytes.length;
    pieces.push({ data: bytes.subarray(start, end), isLast, sent: isLast ? sent : () => {} });
  }
  return pieces;
};

/**
 * Writes to a socket no faster than its reader reads: beyond {@link MAX_UNSENT_BYTES} unsent, sends wait in order, and
 * reads from the client are paused. `onStall` is called once, when the client then takes nothing for `stallMs`. One for each
 * connection: a class, because its instances are smaller than closures.
 */
export class Outbound implements Due {
  /** Pushed frames that are not written yet. */
  private frames = '';
  /** Unsent bytes when the first of them was pushed. */
  private unsentBefore = 0;
  private waiting: Waiting[] | undefined = undefined;
  private pushers: Set<Pusher> | undefined = undefined;
  private stall: NodeJS.Timeout | undefined = undefined;
  /** Whether a message is written in part: no other may begin. */
  private isWithin = false;

  constructor(
    private readonly socket: Pick<WebSocket, 'OPEN' | 'readyState' | 'bufferedAmount' | 'send' | 'pong'>,
    /** The stream below the socket. ws writes whole frames, so frames written here fall between two of them. */
    private readonly stream: Pick<Writable, 'write'>,
    private readonly readFlow: Pick<ReadFlow, 'pause' | 'resume'>,
    private readonly owner: OutboundOwner,
  ) {}

  /** Resolves once the text is handed to the socket, which may have to drain first; also when the socket closes. */
  send(text: string): Promise<void> {
    if (!this.isOpen) return Promise.resolve();
    if (this.waiting !== undefined || this.isFull() || text.length > MAX_UNSENT_BYTES) {
      return new Promise((sent) => {
        this.waiting = [...(this.waiting ?? []), ...piecesOf(text, sent)];
        this.writeWaiting();
        this.watchForStall();
      });
    }
    this.write({ data: text, isLast: true });
    this.watchForStall();
    return Promise.resolve();
  }

  /** Answers a ping. Unread answers pause reads like any other unsent data. */
  pong(data: Buffer): void {
    if (!this.isOpen) return;
    this.socket.pong(data, false, this.whenTaken(data.length));
    this.watchForStall();
  }

  /**
   * Sends a whole frame (see frames.ts), together with others that the coalescer gathers. False when no more may be pushed
   * until `pusher.drained` is called.
   */
  push(frame: string, pusher: Pusher): boolean {
    if (!this.isOpen) return true;
    const { coalescer } = this.owner;
    coalescer.moreMayCome();
    if (this.frames === '') {
      this.frames = frame;
      this.unsentBefore = this.socket.bufferedAmount;
      coalescer.schedule(this);
    } else this.frames += frame;
    if (this.waiting === undefined) {
      if (this.unsentBefore + this.frames.length <= MAX_UNSENT_BYTES) return true;
      this.run();
      // The socket may have taken all of it at once.
      if (!this.isFull()) return true;
    }
    this.watchForStall();
    this.pushers ??= new Set();
    this.pushers.add(pusher);
    return false;
  }

  /** Writes the pushed frames. */
  run(): void {
    if (this.frames === '' || this.isWithin) return;
    const { frames } = this;
    this.frames = '';
    if (this.isOpen) this.stream.write(frames, 'latin1', this.whenTaken(frames.length));
  }

  /** The socket closed: drops the frames, and resolves the sends that wait. */
  close(): void {
    clearTimeout(this.stall);
    this.pushers = undefined;
    this.frames = '';
    const { waiting } = this;
    this.waiting = undefined;
    for (const { sent } of waiting ?? []) sent();
  }

  private get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  private isFull(): boolean {
    return this.socket.bufferedAmount + this.frames.length > MAX_UNSENT_BYTES;
  }

  private watchForStall(): void {
    if (this.stall !== undefined || (this.waiting === undefined && !this.isFull())) return;
    // A client that does not read its answers may send no more requests.
    this.readFlow.pause('unsent');
    this.stall = setTimeout(() => this.owner.onStall(), this.owner.stallMs);
  }

  private write({ data, isLast }: Omit<Waiting, 'sent'>): void {
    // Frames pushed before go out before.
    this.run();
    const taken = this.whenTaken(data.length);
    if (isLast && !this.isWithin) this.socket.send(data, taken);
    else this.socket.send(data, { binary: false, fin: isLast }, taken);
    this.isWithin = !isLast;
    if (isLast) this.run();
  }

  /** Writes the waiting messages, as far as the limit of unsent bytes allows. */
  private writeWaiting(): void {
    let written = 0;
    const waiting = this.waiting ?? [];
    while (written < waiting.length && this.socket.bufferedAmount <= MAX_UNSENT_BYTES) {
      const next = waiting[written]!;
      written += 1;
      this.write(next);
      next.sent();
    }
    this.waiting = written < waiting.length ? waiting.slice(written) : undefined;
  }

  /** The callback for writing `length` more characters; none where the socket stays far from its limit. */
  private whenTaken(length: number): (() => void) | undefined {
    // A character may take three bytes; and ws sends pings of its own.
    if (this.socket.bufferedAmount + 3 * length <= MAX_UNSENT_BYTES / 2) return undefined;
    return () => this.drain();
  }

  private drain(): void {
    if (this.stall === undefined) return;
    // The client read something.
    clearTimeout(this.stall);
    this.stall = undefined;
    this.writeWaiting();
    for (const pusher of [...(this.pushers ?? [])]) {
      if (this.waiting !== undefined || this.isFull()) break;
      this.pushers?.delete(pusher);
      pusher.drained();
    }
    this.watchForStall();
    if (this.stall === undefined) this.readFlow.resume('unsent');
  }
}
