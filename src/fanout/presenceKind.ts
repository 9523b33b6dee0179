/** Presence as one kind of what is watched: a topic is a user, its state the record, the sight of a viewer their facets. */
import { expireContent } from '../presence/activities.js';
import type { PresenceRecord, PresenceStatus } from '../presence/types.js';
import {
  contentAt,
  contentFor,
  NOT_VISIBLE,
  type PresenceContent,
  type PresenceView,
  revisionFor,
  sameContent,
} from '../presence/view.js';
import { type Facets, maySee, SELF } from '../presence/visibility.js';
import type { Kind, KindTypes } from './kind.js';

export interface PresenceTypes extends KindTypes {
  readonly state: PresenceRecord;
  readonly sight: Facets;
  readonly content: PresenceContent;
  readonly view: PresenceView;
}

const isNewer = (record: PresenceRecord, than: PresenceRecord | undefined): boolean =>
  !than ||
  record.generation > than.generation ||
  (record.generation === than.generation && record.revision > than.revision);

/** Whether it is an older record, or what the journal kept of the known revision, with nothing live. */
const differs = (record: PresenceRecord, known: PresenceRecord): boolean =>
  record.revision < known.revision || !sameContent(contentFor(record, SELF), contentFor(known, SELF));

/** The record with `at` for the instant of its last change. */
const changedAt = (record: PresenceRecord, at: number): PresenceRecord => ({
  ...record,
  revision: at,
  revisions: { status: at, lastSeen: at, activity: at },
});

const isHidden = (status: PresenceStatus): boolean => status === 'OFFLINE' || status === 'INVISIBLE';

export const PRESENCE: Kind<PresenceTypes> = {
  /**
   * A record read after the revision that is known holds even where it is older: the store lost what came between. Content
   * that expired by the reading is not shown, as in a query, though its end may not be committed yet; that of a user who is
   * not live never is.
   */
  newer(received, known, readAt) {
    const record = readAt === undefined ? received : expireContent(received, readAt);
    if (record === known) return undefined;
    if (isNewer(record, known)) return record;
    return known && readAt !== undefined && readAt > known.revision && differs(record, known)
      ? changedAt(record, readAt)
      : undefined;
  },
  revision: (record) => record.revision,
  revisionFor,
  contentFor,
  contentAt,
  sameContent,
  hides: (before, now) => now.status !== before?.status && isHidden(now.status),
  maySee,
  sameSight: (a, b) =>
    a.self === b.self && a.status === b.status && a.lastSeen === b.lastSeen && a.activity === b.activity,
  /** Who watches themselves: nobody commits the end of the message of a user without a session. */
  expires: (facets) => facets.self,
  expiresAt: (content) => content.statusMessage?.expiresAt ?? null,
  notVisible: NOT_VISIBLE,
  named: (userId) => userId,
  viewOf: (userId, content, asOf, revoked) => ({
    userId,
    ...content,
    asOf,
    ...(revoked && { revoked: true as const }),
  }),
};
