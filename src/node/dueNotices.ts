/**
 * Tells the host of notices that nobody looked at, for pushes and mail of its own (docs/design.md#social): each position of a notice
 * once. A user who is at a device that shows the tray, or is not to be disturbed, is left alone, and so decided. What could not be told
 * or decided is due again. All nodes look, and each takes others; a look costs the notices that are due, whatever the number of users.
 */
import { every, type Repeated } from '../async/loop.js';
import type { PushHints } from '../social/ports/pushHints.js';
import type { DueNotice, TrayStore } from '../social/ports/trays.js';
import { needsNoPush } from '../social/pushDecision.js';
import type { ReadRecords } from './recordReader.js';

const LOOK_EVERY_MS = 1_000;
/** Notices of one batch. */
const BATCH = 200;

export const createPushDecision =
  ({
    readRecords,
    hints,
    onError,
  }: {
    readonly readRecords: ReadRecords;
    readonly hints: PushHints;
    readonly onError: (error: unknown) => void;
  }) =>
  /** Tells of those that are wanted; resolves to those that are settled. Rejects with UNAVAILABLE, with nothing told. */
  async (due: readonly DueNotice[]): Promise<readonly DueNotice[]> => {
    const userIds = [...new Set(due.map(({ notice }) => notice.userId))];
    const { records, unreadable } = await readRecords(userIds);
    const readable = due.filter(({ notice }) => !unreadable?.has(notice.userId));
    const wanted = readable.filter(({ notice }) => !needsNoPush(records.get(notice.userId)));
    if (wanted.length === 0) return readable;
    try {
      await hints.noticesDue(wanted);
      return readable;
    } catch (error) {
      onError(error);
      const untold = new Set(wanted);
      return readable.filter((each) => !untold.has(each));
    }
  };

/** Looks for notices that are due, until it is stopped. */
export const startDueNotices = ({
  trays,
  everyMs = LOOK_EVERY_MS,
  ...options
}: {
  readonly trays: Pick<TrayStore, 'takeDue'>;
  readonly everyMs?: number;
} & Parameters<typeof createPushDecision>[0]): Repeated => {
  const decide = createPushDecision(options);
  const look = async (stopped: AbortSignal): Promise<void> => {
    let taken = BATCH;
    while (taken >= BATCH && !stopped.aborted) taken = await trays.takeDue(BATCH, decide);
  };
  return every(everyMs, look, options.onError);
};
