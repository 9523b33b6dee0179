/** What happens on this node and doors may hear of. Nobody waits for who listens. */
import { createListeners, type Listeners } from '../async/listeners.js';
import type { DueNotice } from '../social/ports/trays.js';
import type { OnCommit, OnDeleted } from './recordWriter.js';

export interface Happenings {
  /** Commits of this node. */
  readonly commits: Listeners<Parameters<OnCommit>>;
  /** Users who were deleted, each on the node that dropped their live record. */
  readonly deletions: Listeners<Parameters<OnDeleted>>;
  /** A user who is seen live began to type, on this node. */
  readonly typing: Listeners<[conversationId: string, userId: string]>;
  /** Notices that nobody looked at, each position once over all nodes. */
  readonly noticesDue: Listeners<[due: readonly DueNotice[]]>;
}

/** `onError` receives what a listener throws. */
export const createHappenings = (onError: (error: unknown) => void): Happenings => ({
  commits: createListeners(onError),
  deletions: createListeners(onError),
  typing: createListeners(onError),
  noticesDue: createListeners(onError),
});
