/** The events of the webhook as JSON has them, purely (docs/doors.md#webhooks). */
import type { DueNotice } from '../../social/ports/trays.js';
import { iso, isoOrNull } from '../instants.js';
import { noticeBody } from '../noticeBody.js';
import type { UserState } from '../states/sending.js';

export interface WebhookEvent {
  readonly type: 'presence.changed' | 'notice.due' | 'user.deleted';
  /** ISO 8601. */
  readonly timestamp: string;
  readonly data: unknown;
}

/** The whole state of a user. */
export const presenceChanged = (state: UserState): WebhookEvent => ({
  type: 'presence.changed',
  timestamp: iso(state.asOf),
  data: {
    user_id: state.userId,
    status: state.status,
    status_message: state.statusMessage && {
      text: state.statusMessage.text,
      emoji: state.statusMessage.emoji,
      expires_at: isoOrNull(state.statusMessage.expiresAt),
    },
    activities: state.activities.map(({ type, name, details, startedAt, expiresAt }) => ({
      type,
      name,
      details,
      started_at: iso(startedAt),
      expires_at: isoOrNull(expiresAt),
    })),
    devices: state.devices,
    last_seen: isoOrNull(state.lastSeen),
    as_of: state.asOf,
  },
});

/** A notice that nobody looked at. */
export const noticeDue = (due: DueNotice): WebhookEvent => ({
  type: 'notice.due',
  timestamp: iso(due.notice.at),
  data: noticeBody(due),
});

export const userDeleted = (userId: string, at: number): WebhookEvent => ({
  type: 'user.deleted',
  timestamp: iso(at),
  data: { user_id: userId },
});
