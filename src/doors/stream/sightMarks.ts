/**
 * Marks users whose privacy changed: what Stream is given of them depends on it (docs/doors.md#stream). Every node hears of each change
 * and marks the user; the marks come to one request.
 */
import { every } from '../../async/loop.js';
import type { AccessChange } from '../../presence/ports/bus.js';
import type { StateMarks } from '../../presence/ports/stateMarks.js';

const MARK_EVERY_MS = 1_000;
/** Users of one call of the store. */
const MAX_BATCH = 1_000;
/** Users who wait while the store is away. */
const MAX_WAITING = 100_000;

export interface SightMarks {
  accessChanged(change: AccessChange): void;
  /** Marks who waits. Idempotent; never rejects. */
  stop(): Promise<void>;
}

export const startSightMarks = ({
  marks,
  isLive,
  onError,
  everyMs = MARK_EVERY_MS,
  maxWaiting = MAX_WAITING,
}: {
  readonly marks: Pick<StateMarks, 'mark'>;
  /** Whether this node knows the user to be live: a wider audience concerns nobody else, and an import names many. */
  readonly isLive: (userId: string) => boolean;
  readonly onError: (error: unknown) => void;
  readonly everyMs?: number;
  readonly maxWaiting?: number;
}): SightMarks => {
  const waiting = new Set<string>();
  const nextBatch = (): readonly string[] => {
    const users: string[] = [];
    for (const userId of waiting) {
      if (users.length === MAX_BATCH) break;
      users.push(userId);
    }
    return users;
  };
  const markWaiting = async (): Promise<void> => {
    for (let users = nextBatch(); users.length > 0; users = nextBatch()) {
      // A change that comes while they are marked may be later than what is then sent.
      for (const userId of users) waiting.delete(userId);
      try {
        await marks.mark('stream', users);
      } catch (error) {
        for (const userId of users) waiting.add(userId);
        throw error;
      }
    }
  };
  const marking = every(everyMs, markWaiting, onError);
  return {
    accessChanged(change) {
      if (change.kind !== 'user' || !(change.mayRevoke || isLive(change.userId))) return;
      if (waiting.size < maxWaiting) waiting.add(change.userId);
      else onError(new Error(`More than ${maxWaiting} users wait to be marked: the next change of a user marks them.`));
    },
    async stop() {
      await marking.stop();
      await markWaiting().catch(onError);
    },
  };
};
