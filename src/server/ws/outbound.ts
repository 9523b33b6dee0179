import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Coalescer, Due } from '../../async/coalescer.js';
import type { ReadFlow } from './readFlow.js';

/** How much may be unsent before sends wait. */
export const MAX_UNSENT_BYTES = 256 * 1024;
const PIECE_BYTES = 64 * 1024;

/** Pushes messages. */
export interface Pusher {
  /** The socket, which could take no more, can. */
  drained(): void;
}

/** What a socket's outbound side belongs to. */
export interface OutboundOwner {
  /** At its end, what was pushed is written. One for all sockets. */
  readonly coalescer: Coalescer;
  readonly stallMs: number;
  /** The socket is not read. */
  onStall(): void;
}

/** A message, or a piece of one that is longer than may be unsent. */
interface Waiting {
  readonly data: string | Buffer;
  readonly isLast: boolean;
  readonly sent: () => void;
}

/** A long message is several frames, so that it is seen to be taken, and pings and a close may go between them. */
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
 * Writes to a socket no faster than its reader reads: beyond {@link MAX_UNSENT_BYTES} unsent, sends wait, in order,
 * and nothing more is read from the client. `onStall` is called once, when nothing is taken for `stallMs` while it is so.
 * There is one a connection: a class, for its size.
 */
export class Outbound implements Due {
  /** Frames of this turn. */
  private frames = '';
  /** What else was unsent when the first of them came. */
  private unsentBefore = 0;
  private waiting: Waiting[] | undefined = undefined;
  private pushers: Set<Pusher> | undefined = undefined;
  private stall: NodeJS.Timeout | undefined = undefined;
  /** Whether a message was written in part: no other may begin. */
  private isWithin = false;

  constructor(
    private readonly socket: Pick<WebSocket, 'OPEN' | 'readyState' | 'bufferedAmount' | 'send' | 'pong'>,
    /** What the socket writes to; messages are whole frames there, so what is written between two of them is safe. */
    private readonly stream: Pick<Writable, 'write'>,
    private readonly readFlow: Pick<ReadFlow, 'pause' | 'resume'>,
    private readonly owner: OutboundOwner,
  ) {}

  /** Resolves once the text was handed to the socket, which may have to drain first; also when it is gone. */
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

  /** Answers a ping: whoever sends them and reads no answers is held back as well. */
  pong(data: Buffer): void {
    if (!this.isOpen) return;
    this.socket.pong(data, false, this.whenTaken(data.length));
    this.watchForStall();
  }

  /**
   * Sends a whole frame (see frames.ts), together with all others of this turn of the event loop. False when no more may
   * be pushed until the pusher is told that it drained.
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
      // The socket may have taken it all at once.
      if (!this.isFull()) return true;
    }
    this.watchForStall();
    this.pushers ??= new Set();
    this.pushers.add(pusher);
    return false;
  }

  /** Writes the frames of this turn. */
  run(): void {
    if (this.frames === '' || this.isWithin) return;
    const { frames } = this;
    this.frames = '';
    if (this.isOpen) this.stream.write(frames, 'latin1', this.whenTaken(frames.length));
  }

  /** The socket closed: lets go of all that waits. */
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
    // A client that does not read the answers may not ask for more.
    this.readFlow.pause('unsent');
    this.stall = setTimeout(() => this.owner.onStall(), this.owner.stallMs);
  }

  private write({ data, isLast }: Omit<Waiting, 'sent'>): void {
    // In the order in which they were sent.
    this.run();
    const taken = this.whenTaken(data.length);
    if (isLast && !this.isWithin) this.socket.send(data, taken);
    else this.socket.send(data, { binary: false, fin: isLast }, taken);
    this.isWithin = !isLast;
    if (isLast) this.run();
  }

  /** Writes of what waits as much as may be unsent. */
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

  /** What to do once the socket has taken so much more: nothing, unless it is too much to be unsent. */
  private whenTaken(length: number): (() => void) | undefined {
    // A character may be three bytes; and ws sends pings of its own.
    if (this.socket.bufferedAmount + 3 * length <= MAX_UNSENT_BYTES / 2) return undefined;
    return () => this.drain();
  }

  private drain(): void {
    if (this.stall === undefined) return;
    // Something was taken.
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
