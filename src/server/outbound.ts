import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Brake } from './brake.js';
import { textFrame } from './frames.js';
import { atEndOfTick } from './tick.js';

/** How much may be unsent before sends wait. */
export const MAX_UNSENT_BYTES = 256 * 1024;
/** How long it may stay above that. */
export const STALL_MS = 10_000;

export interface Outbound {
  /** Resolves once the text was handed to the socket, which may have to drain first; also when it is gone. */
  send(text: string): Promise<void>;
  /**
   * Sends a message, given in UTF-8, each byte a character, together with all others of this turn of the event loop.
   * False when no more may be pushed until `drained` is called.
   */
  push(bytes: string, drained: () => void): boolean;
  /** The socket closed: lets go of all that waits. */
  close(): void;
}

/**
 * Writes to a socket no faster than its reader reads: beyond {@link MAX_UNSENT_BYTES} unsent, sends wait, in order,
 * and nothing more is read from the client. `onStall` is called once, when it stays so for `stallMs`.
 */
export const createOutbound = ({
  socket,
  stream,
  brake,
  onStall,
  stallMs = STALL_MS,
}: {
  readonly socket: Pick<WebSocket, 'OPEN' | 'readyState' | 'bufferedAmount' | 'send'>;
  /** What the socket writes to; messages are whole frames there, so what is written between two of them is safe. */
  readonly stream: Pick<Writable, 'write'>;
  readonly brake: Brake;
  readonly onStall: () => void;
  readonly stallMs?: number;
}): Outbound => {
  const waiting: { readonly text: string; readonly sent: () => void }[] = [];
  const drainers = new Set<() => void>();
  let stall: NodeJS.Timeout | undefined;
  /** Frames of this turn. */
  let frames = '';

  const isFull = () => socket.bufferedAmount + frames.length > MAX_UNSENT_BYTES;

  const watchForStall = () => {
    if (stall !== undefined || !isFull()) return;
    // A client that does not read the answers may not ask for more.
    brake.hold('unsent');
    stall = setTimeout(onStall, stallMs);
  };

  const writeFrames = () => {
    if (frames === '') return;
    const written = frames;
    frames = '';
    if (socket.readyState === socket.OPEN) stream.write(written, 'latin1', flush);
  };

  const write = (text: string) => {
    // In the order in which they were sent.
    writeFrames();
    socket.send(text, flush);
  };

  /** Called whenever the socket has taken something. */
  const flush = () => {
    if (stall === undefined || isFull()) return;
    clearTimeout(stall);
    stall = undefined;
    while (!isFull() && waiting.length > 0) {
      const next = waiting.shift()!;
      write(next.text);
      next.sent();
    }
    for (const drained of [...drainers]) {
      if (isFull()) break;
      drainers.delete(drained);
      drained();
    }
    if (isFull()) watchForStall();
    else brake.release('unsent');
  };

  return {
    send(text) {
      if (socket.readyState !== socket.OPEN) return Promise.resolve();
      if (waiting.length > 0 || isFull()) return new Promise((sent) => waiting.push({ text, sent }));
      write(text);
      watchForStall();
      return Promise.resolve();
    },
    push(bytes, drained) {
      if (socket.readyState !== socket.OPEN) return true;
      if (frames === '') atEndOfTick(writeFrames);
      frames += textFrame(bytes);
      if (!isFull()) return true;
      writeFrames();
      // The socket may have taken it all at once.
      if (!isFull()) return true;
      watchForStall();
      drainers.add(drained);
      return false;
    },
    close() {
      clearTimeout(stall);
      drainers.clear();
      frames = '';
      for (const { sent } of waiting.splice(0)) sent();
    },
  };
};
