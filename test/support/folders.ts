import { rm } from 'node:fs/promises';

/**
 * Removes a folder with all that is in it, or a file. A server that was killed may have left a child that still writes
 * there for a moment (Redis saving for a replica, a worker of PostgreSQL): what it puts back is removed as well.
 */
export const removeFolder = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
