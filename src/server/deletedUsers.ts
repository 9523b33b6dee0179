import { setTimeout as wait } from 'node:timers/promises';
import { inBatches, inPieces } from '../async/batches.js';

/** About how many users one question is. */
const PIECE = 1_000;
const RETRY_MS = 500;

/** Finds users with connections who were deleted while nobody heard of it. */
export interface Deletions {
  /** Asks about all who have connections, again and again until it was answered. */
  look(): void;
  /** Looks no further, and lets what is under way end. */
  stop(): Promise<void>;
}

/**
 * `userIds` is who has connections; `deleted` ends what there is of one user. `onError` hears of each question that failed,
 * which is asked again.
 */
export const createDeletedUserCheck = ({
  deletedAmong,
  userIds,
  deleted,
  onError,
}: {
  readonly deletedAmong: (userIds: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly userIds: () => readonly string[];
  readonly deleted: (userId: string) => Promise<void>;
  readonly onError: (error: unknown) => void;
}): Deletions => {
  const stopping = new AbortController();
  let latest: Promise<void> = Promise.resolve();

  const lookAt = async (piece: readonly string[]): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        return await inBatches([...(await deletedAmong(piece))], deleted, stopping.signal);
      } catch (error) {
        onError(error);
        await wait(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  };

  return {
    look() {
      // One after the other: a gap while it is being looked is one more look.
      latest = latest.then(async () => {
        for (const piece of inPieces(userIds(), PIECE)) await lookAt(piece);
      });
    },
    async stop() {
      stopping.abort();
      await latest;
    },
  };
};
