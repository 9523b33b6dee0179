/** Where the host hears of notices that nobody looked at: webhooks and messages, for pushes and mail of its own. */
import type { DueNotice } from './trays.js';

export interface PushHints {
  /** Resolves once the hints are taken over; what it rejects is told again later. */
  noticesDue(due: readonly DueNotice[]): Promise<void>;
}
