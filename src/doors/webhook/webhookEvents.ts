/** The events of the webhook as JSON has them, purely (docs/doors.md#webhooks). */
import type { DueNotice } from '../../social/ports/trays.js';
import type { UserState } from '../states/sending.js';

export interface WebhookEvent {
  readonly type: 'presence.changed' | 'notice.due' | 'user.deleted';
  /** ISO 8601. */
  readonly timestamp: string;
  readonly data: unknown;
}

const iso = (instant: number): string => new Date(instant).toISOString();
const isoOrNull = (instant: number | null): string | null => (instant === null ? null : iso(instant));

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
export const noticeDue = ({ notice, unseen }: DueNotice): WebhookEvent => ({
  type: 'notice.due',
  timestamp: iso(notice.at),
  data: {
    user_id: notice.userId,
    notice: {
      id: notice.id,
      position: notice.position,
      verb: notice.verb,
      object_id: notice.objectId,
      object_type: notice.objectType,
      actor_ids: notice.actorIds,
      actor_count: notice.actorCount,
      text: notice.latest.text,
      data: notice.latest.data,
      at: iso(notice.at),
    },
    unseen,
  },
});

export const userDeleted = (userId: string, at: number): WebhookEvent => ({
  type: 'user.deleted',
  timestamp: iso(at),
  data: { user_id: userId },
});
