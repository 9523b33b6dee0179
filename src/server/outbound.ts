import type { WebSocket } from 'ws';
import type { Brake } from './brake.js';

/** How much may be unsent before sends wait. */
export const MAX_UNSENT_BYTES = 256 * 1024;
/** How long it may stay above that. */
export const STALL_MS = 10_000;

export interface Outbound {
  /** Resolves once the text was handed to the socket, which may have to drain first; also when it is gone. */
  send(text: string): Promise<void>;
  /** The socket closed: lets go of all that waits. */
  close(): void;
}

/**
 * Writes to a socket no faster than its reader reads: beyond {@link MAX_UNSENT_BYTES} unsent, sends wait, in order,
 * and nothing more is read from the client. `onStall` is called once, when it stays so for `stallMs`.
 */
export const createOutbound = ({
  socket,
  brake,
  onStall,
  stallMs = STALL_MS,
}: {
  readonly socket: Pick<WebSocket, 'OPEN' | 'readyState' | 'bufferedAmount' | 'send'>;
  readonly brake: Brake;
  readonly onStall: () => void;
  readonly stallMs?: number;
}): Outbound => {
  const waiting: { readonly text: string; readonly sent: () => void }[] = [];
  let stall: NodeJS.Timeout | undefined;

  const isFull = () => socket.bufferedAmount > MAX_UNSENT_BYTES;

  const watchForStall = () => {
    if (stall !== undefined || !isFull()) return;
    // A client that does not read the answers may not ask for more.
    brake.hold('unsent');
    stall = setTimeout(onStall, stallMs);
  };

  /** Called whenever the socket has taken something. */
  const flush = () => {
    if (isFull() || stall === undefined) return;
    clearTimeout(stall);
    stall = undefined;
    while (!isFull()) {
      const next = waiting.shift();
      if (!next) {
        brake.release('unsent');
        return;
      }
      socket.send(next.text, flush);
      next.sent();
    }
    watchForStall();
  };

  return {
    send(text) {
      if (socket.readyState !== socket.OPEN) return Promise.resolve();
      if (waiting.length > 0 || isFull()) return new Promise((sent) => waiting.push({ text, sent }));
      socket.send(text, flush);
      watchForStall();
      return Promise.resolve();
    },
    close() {
      clearTimeout(stall);
      for (const { sent } of waiting.splice(0)) sent();
    },
  };
};
