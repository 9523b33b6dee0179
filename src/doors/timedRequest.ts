import { withTimeout } from '../async/timeout.js';

/**
 * Makes a request that may take `requestMs` milliseconds. Its signal is aborted when that time is over, or `stopped` is; then it
 * rejects.
 */
export const timedRequest = async <T>(
  request: (ending: AbortSignal) => Promise<T>,
  requestMs: number,
  stopped: AbortSignal,
): Promise<T> => {
  const ending = new AbortController();
  const end = () => ending.abort();
  stopped.addEventListener('abort', end, { once: true });
  try {
    stopped.throwIfAborted();
    return await withTimeout(request(ending.signal), requestMs, () => new Error(`No answer within ${requestMs} ms.`));
  } finally {
    stopped.removeEventListener('abort', end);
    end();
  }
};
