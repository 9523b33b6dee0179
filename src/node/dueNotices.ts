/**
 * Tells the host of notices that nobody looked at, for pushes and mail of its own (docs/design.md#social): each position of a notice
 * at most once. A user who is at a device that shows the tray, or is not to be disturbed, is left alone, and so decided. What could not
 * be decided is due again; what is decided is marked before it is told. All nodes look, and each takes others; a look costs the notices
 * that are due, whatever the number of users.
 */
import { every, type Repeated } from '../async/loop.js';
import type { PushHints } from '../social/ports/pushHints.js';
import type { DueNotice, PushVerdict, TrayStore } from '../social/ports/trays.js';
import { needsNoPush } from '../social/pushDecision.js';
import type { ReadRecords } from './recordReader.js';

const LOOK_EVERY_MS = 1_000;
/** Notices of one batch. */
const BATCH = 200;

/** Decides of which notices the host is to hear; those of users who cannot be read are not decided. Rejects with UNAVAILABLE. */
export const createPushDecision =
  ({ readRecords }: { readonly readRecords: ReadRecords }) =>
  async (due: readonly DueNotice[]): Promise<PushVerdict> => {
    const userIds = [...new Set(due.map(({ notice }) => notice.userId))];
    const { records, unreadable } = await readRecords(userIds);
    const readable = due.filter(({ notice }) => !unreadable?.has(notice.userId));
    const isWanted = ({ notice }: DueNotice) => !needsNoPush(records.get(notice.userId));
    return { wanted: readable.filter(isWanted), unwanted: readable.filter((each) => !isWanted(each)) };
  };

/** Looks for notices that are due, until it is stopped. */
export const startDueNotices = ({
  trays,
  readRecords,
  hints,
  onError,
  everyMs = LOOK_EVERY_MS,
}: {
  readonly trays: Pick<TrayStore, 'takeDue'>;
  readonly readRecords: ReadRecords;
  readonly hints: PushHints;
  readonly onError: (error: unknown) => void;
  readonly everyMs?: number;
}): Repeated => {
  const decide = createPushDecision({ readRecords });
  const look = async (stopped: AbortSignal): Promise<void> => {
    let taken = BATCH;
    while (taken >= BATCH && !stopped.aborted) taken = await trays.takeDue(BATCH, decide, hints.noticesDue);
  };
  return every(everyMs, look, onError);
};
