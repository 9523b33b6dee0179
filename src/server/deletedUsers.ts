import { inBatches, inPieces } from '../async/batches.js';
import { retry } from '../async/retry.js';

/** Users asked about in one query. */
const PIECE = 1_000;
const RETRY_MS = 500;

/** Finds connected users whose deletion this node did not receive. */
export interface DeletedUserCheck {
  /** Begins one check of all connected users. Returns at once; each query is repeated until it was answered. */
  run(): void;
  /** Begins no further query. Resolves when what is under way has ended. */
  stop(): Promise<void>;
}

/**
 * `deletedAmong` tells which of some users are deleted, `userIds` is everybody with connections, `onDeleted` ends what there
 * is of one deleted user, `onError` receives the failure of each query.
 */
export const createDeletedUserCheck = ({
  deletedAmong,
  userIds,
  onDeleted,
  onError,
}: {
  readonly deletedAmong: (userIds: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly userIds: () => readonly string[];
  readonly onDeleted: (userId: string) => Promise<void>;
  readonly onError: (error: unknown) => void;
}): DeletedUserCheck => {
  const stopping = new AbortController();
  const { signal } = stopping;
  let latest: Promise<void> = Promise.resolve();

  const check = async (piece: readonly string[]): Promise<void> =>
    inBatches([...(await deletedAmong(piece))], onDeleted, signal);

  const checkAll = async (): Promise<void> => {
    try {
      for (const piece of inPieces(userIds(), PIECE)) {
        await retry(() => check(piece), { everyMs: RETRY_MS, onFailure: onError, signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };

  return {
    run() {
      // One check at a time: a gap in the change log during a check needs one more.
      latest = latest.then(checkAll);
    },
    async stop() {
      stopping.abort();
      await latest;
    },
  };
};
