import type { IncomingMessage } from 'node:http';

export const MAX_BODY_BYTES = 1024 * 1024;

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
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        chunks.length = 0;
        request.off('data', onData);
        // The rest is read and dropped, so that the client, which is still sending, gets to read the answer.
        request.resume();
        resolve(null);
        return;
      }
      chunks.push(chunk);
    };
    request.on('data', onData);
    let isWhole = false;
    request.once('end', () => {
      isWhole = true;
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    });
    request.once('error', reject);
    request.once('close', () => {
      if (!isWhole) reject(new Error('The client disconnected.'));
    });
  });
