/** Where the host hears of notices that nobody looked at: webhooks and messages, for pushes and mail of its own. */
import type { DueNotice } from './trays.js';

export interface PushHints {
  /**
   * Called at most once for each `notice.id` and `notice.position` (docs/design.md#social). Resolves once the hints are taken over;
   * what it rejects is not told again, so that whoever sends them further repeats by itself, under these two.
   */
  noticesDue(due: readonly DueNotice[]): Promise<void>;
}
