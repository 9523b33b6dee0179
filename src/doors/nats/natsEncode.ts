/** What is told over NATS, made purely (docs/doors.md#nats). Each message is a whole state, the same bytes for the same state. */
import { createHash } from 'node:crypto';
import { sameItems, sameMessage, sameVisible } from '../../presence/copies.js';
import type { PresenceRecord } from '../../presence/types.js';
import { contentFor, type PresenceView, revisionFor } from '../../presence/view.js';
import { EVERYTHING, type Facets } from '../../presence/visibility.js';
import type { DueNotice } from '../../social/ports/trays.js';
import { gatewayUpdate } from '../dialects/gateway.js';
import { GATEWAY_STATUS, type GatewayStatus } from '../dialects/gatewayWords.js';
import { lastSeenOf, messageOf } from '../dialects/seen.js';
import { iso } from '../instants.js';
import { noticeBody } from '../noticeBody.js';
import type { OutKind } from './natsSubjects.js';

export interface OutMessage {
  readonly kind: OutKind;
  /** `Nats-Msg-Id`: the same for the same state. */
  readonly id: string;
  /** UTF-8 JSON. */
  readonly payload: string;
}

/** What a service token sees, without what {@link activityMessage} tells. */
const STATUS_FACETS: Facets = { ...EVERYTHING, activity: false };

/** Ids may hold anything, a header may not: a digest of what tells one state from another. */
const messageOfState = (kind: OutKind, state: readonly unknown[], body: unknown): OutMessage => ({
  kind,
  id: createHash('sha256')
    .update(JSON.stringify([kind, ...state]))
    .digest('base64url'),
  payload: JSON.stringify(body),
});

const viewOf = (record: PresenceRecord, facets: Facets): PresenceView => ({
  userId: record.userId,
  asOf: revisionFor(record, facets),
  ...contentFor(record, facets),
});

/** The status that all others may see, in the words of the gateway dialect. */
export const statusWord = (record: PresenceRecord): GatewayStatus =>
  GATEWAY_STATUS[contentFor(record, EVERYTHING).status];

/** Whether a commit changed what {@link statusMessage} tells. */
export const changesStatus = (before: PresenceRecord, after: PresenceRecord): boolean => {
  const [one, other] = [contentFor(before, STATUS_FACETS), contentFor(after, STATUS_FACETS)];
  return (
    one.status !== other.status ||
    one.lastSeen !== other.lastSeen ||
    !sameMessage(one.statusMessage, other.statusMessage)
  );
};

/** Whether a commit changed what {@link activityMessage} tells. */
export const changesActivity = (before: PresenceRecord, after: PresenceRecord): boolean =>
  !sameItems(contentFor(before, EVERYTHING).activities, contentFor(after, EVERYTHING).activities, sameVisible);

/** `presence.status.changed`; `from` is the status before. */
export const statusMessage = (record: PresenceRecord, from: GatewayStatus): OutMessage => {
  const view = viewOf(record, STATUS_FACETS);
  return messageOfState('status', [view.userId, view.asOf], {
    user_id: view.userId,
    status: GATEWAY_STATUS[view.status],
    custom_status: messageOf(view),
    last_seen: lastSeenOf(view),
    at: iso(view.asOf),
    as_of: view.asOf,
    from,
  });
};

/** `presence.activity.updated`. */
export const activityMessage = (record: PresenceRecord): OutMessage => {
  const view = { ...viewOf(record, EVERYTHING), asOf: record.revisions.activity };
  return messageOfState('activity', [view.userId, view.asOf], {
    user_id: view.userId,
    activity: gatewayUpdate(view).activity ?? null,
    activities: view.activities.map(({ type, name, details, startedAt, expiresAt }) => ({
      type: type.toLowerCase(),
      name,
      details,
      started_at: iso(startedAt),
      expires_at: expiresAt === null ? null : iso(expiresAt),
    })),
    as_of: view.asOf,
  });
};

/** `presence.typing.started`; `at` is when, in ms. */
export const typingMessage = (conversationId: string, userId: string, at: number): OutMessage => {
  const timestamp = Math.floor(at / 1_000);
  return messageOfState('typing', [userId, conversationId, timestamp], {
    channel_id: conversationId,
    user_id: userId,
    timestamp,
  });
};

/** `presence.notice.due`. */
export const noticeMessage = (due: DueNotice): OutMessage =>
  messageOfState('notice', [due.notice.id, due.notice.position], { ...noticeBody(due), as_of: due.notice.at });
