import type { IncomingMessage } from 'node:http';

export const MAX_BODY_BYTES = 1024 * 1024;

/**
 * The whole body of a request, at most `maxBytes` of it; null where it is longer, whether or not the request said so
 * beforehand. Rejects when the client goes away while sending.
 */
export const readBody = (request: IncomingMessage, maxBytes = MAX_BODY_BYTES): Promise<Buffer | null> =>
  new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      resolve(null);
      return;
    }
    // Gone while it was being signed in: no event tells of it any more.
    if (request.destroyed) {
      reject(new Error('The client went away.'));
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        chunks.length = 0;
        request.off('data', onData);
        // The rest is let pass unread, so that the client, who is still sending, gets to read the answer.
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
      if (!isWhole) reject(new Error('The client went away.'));
    });
  });
