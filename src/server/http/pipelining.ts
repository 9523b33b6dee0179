/** What keeps the client of an HTTP connection from having more done at once than it takes. */
import type { RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long a reader may take nothing of what was sent to it. */
export const STALL_MS = 10_000;

/** Requests of one connection that are under way: what is read at once may hold thousands. */
const MAX_UNDER_WAY = 100;

/** The requests of one connection that are under way. */
interface Line {
  length: number;
  /** Resolves when the one that came last was answered. */
  over: Promise<void>;
}

const lines = new WeakMap<Duplex, Line>();

/**
 * Serves the requests of each connection one after the other, the next when the answer before it was taken: answers of
 * requests that were sent ahead (pipelined) do not wait in memory, no more of them is read meanwhile, and others are served
 * in between. A connection whose reader takes nothing of a finished answer for `stallMs` milliseconds, or that sends too
 * many ahead, is destroyed.
 */
export const serveInOrder = (serve: RequestListener, stallMs = STALL_MS): RequestListener => {
  return (request, response) => {
    const { socket } = request;
    const line = lines.get(socket) ?? { length: 0, over: Promise.resolve() };
    if (line.length >= MAX_UNDER_WAY) socket.destroy();
    // What was read already is still handed over.
    if (socket.destroyed) return;
    // Node counts what the kernel takes as progress, and destroys the socket when there is none.
    response.once('prefinish', () => response.setTimeout(stallMs));
    const before = line.over;
    line.over = new Promise<void>((resolve) => response.once('close', resolve)).then(() => {
      line.length -= 1;
      if (line.length > 0) return;
      lines.delete(socket);
      // Not where it was given away: nobody would take what comes.
      if (socket.isPaused()) socket.resume();
    });
    lines.set(socket, line);
    line.length += 1;
    if (line.length === 1) return serve(request, response);
    socket.pause();
    void before.then(() =>
      setImmediate(() => {
        if (socket.destroyed) return;
        socket.setTimeout(0);
        serve(request, response);
      }),
    );
  };
};

/**
 * Goes on with a connection that Node gave away for an upgrade when all requests before it were answered; not at all where
 * it closes before that.
 */
export const afterPendingRequests = (socket: Duplex, goOn: () => void): void => {
  const line = lines.get(socket);
  if (!line) {
    goOn();
    return;
  }
  // Until somebody has it nobody else listens.
  const onError = () => {};
  socket.on('error', onError);
  void line.over.then(() => {
    if (socket.destroyed) return;
    socket.off('error', onError);
    goOn();
  });
};
