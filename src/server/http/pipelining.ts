/** Pipelined requests: those that a client sends over one HTTP connection without waiting for the answers before them. */
import type { RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long a reader may take nothing of what was sent to it. */
export const STALL_MS = 10_000;

/** Pending requests of one connection. One read of the socket may contain thousands. */
const MAX_PENDING = 100;

/** The requests of one connection that are not answered yet. */
interface Pipeline {
  pending: number;
  /** Resolves when the latest request is answered. */
  answered: Promise<void>;
}

const pipelines = new WeakMap<Duplex, Pipeline>();

/**
 * Serves the requests of each connection in order, each once the answer before it has been taken. Meanwhile the socket is
 * not read, so answers to pipelined requests do not pile up in memory, and other connections are served in between.
 * Destroys a connection with {@link MAX_PENDING} pending requests, and one whose reader takes nothing of a finished answer
 * for `stallMs` milliseconds.
 */
export const serveInOrder = (serve: RequestListener, stallMs = STALL_MS): RequestListener => {
  return (request, response) => {
    const { socket } = request;
    const pipeline = pipelines.get(socket) ?? { pending: 0, answered: Promise.resolve() };
    if (pipeline.pending >= MAX_PENDING) socket.destroy();
    // The parser still emits the requests of the bytes that it holds.
    if (socket.destroyed) return;
    // Node.js counts what the kernel takes as progress, and destroys the socket when there is none.
    response.once('prefinish', () => response.setTimeout(stallMs));
    const before = pipeline.answered;
    pipeline.answered = new Promise<void>((resolve) => response.once('close', resolve)).then(() => {
      pipeline.pending -= 1;
      if (pipeline.pending > 0) return;
      pipelines.delete(socket);
      // After an upgrade the socket is not paused: resuming it would drop data that nobody listens for yet.
      if (socket.isPaused()) socket.resume();
    });
    pipelines.set(socket, pipeline);
    pipeline.pending += 1;
    if (pipeline.pending === 1) return serve(request, response);
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
 * Calls `upgrade` for a socket that Node.js handed over for an upgrade, once the requests before the upgrade are answered;
 * never if the socket closes first.
 */
export const afterPendingRequests = (socket: Duplex, upgrade: () => void): void => {
  const pipeline = pipelines.get(socket);
  if (!pipeline) {
    upgrade();
    return;
  }
  // Until then nobody else listens, and an unhandled error would end the process.
  const onError = () => {};
  socket.on('error', onError);
  void pipeline.answered.then(() => {
    if (socket.destroyed) return;
    socket.off('error', onError);
    upgrade();
  });
};
