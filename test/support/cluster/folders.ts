import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Copies a folder to a path that is not there yet, with owners and modes as they are. */
export const copyFolder = async (from: string, to: string): Promise<void> => {
  await promisify(execFile)('cp', ['-a', from, to]);
};

/**
 * Removes a folder with all that is in it, or a file. A server that was killed may have left a child that still writes
 * there for a moment (Redis saving for a replica, a worker of PostgreSQL): what it restores is removed as well.
 */
export const removeFolder = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
