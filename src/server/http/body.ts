import type { IncomingMessage } from 'node:http';

export const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Gathers pieces in one buffer: a piece that is kept takes some 200 bytes, and a client may send a body byte by byte. A body of one
 * piece is not copied.
 */
const createGathering = () => {
  let bytes: Buffer = Buffer.alloc(0);
  let size = 0;
  return {
    get size() {
      return size;
    },
    add(piece: Buffer): void {
      if (size === 0) bytes = piece;
      else {
        if (size + piece.length > bytes.length) {
          const longer = Buffer.allocUnsafe(Math.max(2 * bytes.length, size + piece.length));
          bytes.copy(longer, 0, 0, size);
          bytes = longer;
        }
        piece.copy(bytes, size);
      }
      size += piece.length;
    },
    whole: (): Buffer => bytes.subarray(0, size),
    drop(): void {
      bytes = Buffer.alloc(0);
    },
  };
};

/**
 * The whole body of a request; null where it is longer than `maxBytes`, whether or not the request announced its length.
 * Rejects when the client disconnects before the end.
 */
export const readBody = (request: IncomingMessage, maxBytes = MAX_BODY_BYTES): Promise<Buffer | null> =>
  new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      resolve(null);
      return;
    }
    // The client disconnected while it was signed in: the event is over.
    if (request.destroyed) {
      reject(new Error('The client disconnected.'));
      return;
    }
    const body = createGathering();
    const onData = (piece: Buffer) => {
      if (body.size + piece.length > maxBytes) {
        body.drop();
        request.off('data', onData);
        // The rest is read and dropped, so that the client, which is still sending, gets to read the answer.
        request.resume();
        resolve(null);
        return;
      }
      body.add(piece);
    };
    request.on('data', onData);
    let isWhole = false;
    request.once('end', () => {
      isWhole = true;
      resolve(body.whole());
    });
    request.once('error', reject);
    request.once('close', () => {
      if (!isWhole) reject(new Error('The client disconnected.'));
    });
  });
