/** What keeps the client of an HTTP connection from having more done at once than it takes. */
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long a reader may take nothing of what was sent to it. */
export const STALL_MS = 10_000;

interface Turn {
  readonly request: IncomingMessage;
  readonly over: Promise<void>;
}

/** Of each connection, the turn that comes last. */
const latest = new WeakMap<Duplex, Turn>();

/**
 * Serves the requests of each connection one after the other, the next when the answer before it was taken: answers of
 * requests that were sent ahead (pipelined) do not wait in memory, and no more of them is read meanwhile. A connection
 * whose reader takes nothing of a finished answer for `stallMs` milliseconds is destroyed.
 */
export const inTurn = (serve: RequestListener, stallMs = STALL_MS): RequestListener => {
  return (request, response) => {
    const { socket } = request;
    // Node counts what the kernel takes as progress, and destroys the socket when there is none.
    response.once('prefinish', () => response.setTimeout(stallMs));
    const before = latest.get(socket);
    const over = new Promise<void>((resolve) => response.once('close', resolve)).then(() => {
      if (latest.get(socket)?.request !== request) return;
      latest.delete(socket);
      // Not where it was given away: nobody would take what comes.
      if (socket.isPaused()) socket.resume();
    });
    latest.set(socket, { request, over });
    if (!before) return serve(request, response);
    socket.pause();
    void before.over.then(() => {
      if (socket.destroyed) return;
      socket.setTimeout(0);
      serve(request, response);
    });
  };
};

/**
 * Goes on with a connection that Node gave away for an upgrade when all requests before it were answered; not at all where
 * it closes before that.
 */
export const afterTurns = (socket: Duplex, goOn: () => void): void => {
  const last = latest.get(socket);
  if (!last) {
    goOn();
    return;
  }
  // Until somebody has it nobody else listens.
  const onError = () => {};
  socket.on('error', onError);
  void last.over.then(() => {
    if (socket.destroyed) return;
    socket.off('error', onError);
    goOn();
  });
};
