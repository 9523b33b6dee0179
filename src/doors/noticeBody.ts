/** A due notice as JSON, the same over NATS and in a webhook (docs/doors.md#webhooks). Pure. */
import type { DueNotice } from '../social/ports/trays.js';
import { iso } from './instants.js';

export const noticeBody = ({ notice, unseen }: DueNotice) => ({
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
});
