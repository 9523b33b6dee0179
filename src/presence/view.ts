/** A record as a viewer sees it, purely (docs/design.md#status). */
import { isOver } from './activities.js';
import { sameItems, sameMessage, sameVisible } from './copies.js';
import { statusSeenByOthers } from './status.js';
import {
  type Activity,
  DEVICES,
  type DeviceType,
  type PresenceRecord,
  type PresenceStatus,
  type StatusMessage,
} from './types.js';
import type { Facets } from './visibility.js';

/** An activity as viewers see it. */
export type VisibleActivity = Omit<Activity, 'startedAtGiven'>;

/** The content of an answer or event, without its `asOf`. */
export interface PresenceContent {
  readonly status: PresenceStatus;
  readonly statusMessage: StatusMessage | null;
  readonly activities: readonly VisibleActivity[];
  readonly devices: readonly DeviceType[];
  readonly lastSeen: number | null;
}

/** One user's presence as one viewer may see it. Instants are in milliseconds since 1970. */
export interface PresenceView extends PresenceContent {
  readonly userId: string;
  readonly asOf: number;
  /** Set on the last event before visibility is revoked: name and picture are left out too. */
  readonly revoked?: true;
}

const NONE: readonly never[] = Object.freeze([]);

/** The content after visibility is revoked. */
export const NOT_VISIBLE: PresenceContent = Object.freeze({
  status: 'OFFLINE',
  statusMessage: null,
  activities: NONE,
  devices: NONE,
  lastSeen: null,
});

/** The content of a record for those facets, which include `status`. */
export const contentFor = (record: PresenceRecord, facets: Facets): PresenceContent => {
  const visibleToOthers = statusSeenByOthers(record);
  const status = facets.self && record.chosen === 'INVISIBLE' ? 'INVISIBLE' : visibleToOthers;
  const isVisible = status !== 'OFFLINE';
  const showsActivity = isVisible && facets.activity;
  return {
    status,
    statusMessage: isVisible || facets.self ? record.message : null,
    activities: showsActivity ? activitiesOf(record) : NONE,
    devices: showsActivity ? devicesOf(record) : NONE,
    lastSeen: facets.lastSeen && visibleToOthers === 'OFFLINE' ? record.lastSeen : null,
  };
};

const isBusy = ({ activities }: { readonly activities: readonly Activity[] }): boolean => activities.length > 0;

const activitiesOf = (record: PresenceRecord): readonly VisibleActivity[] => {
  if (!record.sessions.some(isBusy) && !record.hostProvided.some(isBusy)) return NONE;
  return [...record.sessions, ...record.hostProvided]
    .flatMap(({ activities }) => activities.map(({ startedAtGiven, ...shown }) => shown))
    .sort((a, b) => b.startedAt - a.startedAt);
};

const devicesOf = ({ sessions }: PresenceRecord): readonly DeviceType[] =>
  sessions.length === 1
    ? [sessions[0]!.device]
    : DEVICES.filter((device) => sessions.some((session) => session.device === device));

/** The revision at which the content for those facets last changed: it tells nothing of what they hide. */
export const revisionFor = ({ revision, revisions }: PresenceRecord, facets: Facets): number =>
  facets.self
    ? revision
    : Math.max(revisions.status, facets.lastSeen ? revisions.lastSeen : 0, facets.activity ? revisions.activity : 0);

/** The content without what expired by `at`; the very content where nothing has. */
export const contentAt = (content: PresenceContent, at: number): PresenceContent => {
  const { status, statusMessage, activities, devices, lastSeen } = content;
  const messageOver = statusMessage !== null && isOver(statusMessage, at);
  if (!messageOver && !activities.some((activity) => isOver(activity, at))) return content;
  return {
    status,
    statusMessage: messageOver ? null : statusMessage,
    activities: activities.filter((activity) => !isOver(activity, at)),
    devices,
    lastSeen,
  };
};

/**
 * The answer to a reading at `now`. Its `asOf` is no earlier than any commit that it shows, and nothing in it expires by then: equal
 * `asOf` is equal content.
 */
export const viewAt = (record: PresenceRecord, facets: Facets, now: number): PresenceView => {
  const asOf = Math.max(revisionFor(record, facets), now);
  const { status, statusMessage, activities, devices, lastSeen } = contentAt(contentFor(record, facets), asOf);
  return { userId: record.userId, status, statusMessage, activities, devices, lastSeen, asOf };
};

/** The activities of a user at `now`, also of one who hides or is not there: for the user alone. */
export const ownActivitiesAt = (record: PresenceRecord, now: number): readonly VisibleActivity[] =>
  activitiesOf(record).filter((activity) => !isOver(activity, now));

/** Whether two views show the same content, whatever their `asOf`. */
export const sameContent = (a: PresenceContent, b: PresenceContent): boolean =>
  a === b ||
  (a.status === b.status &&
    a.lastSeen === b.lastSeen &&
    sameMessage(a.statusMessage, b.statusMessage) &&
    sameActivities(a, b));

/** Whether two contents have the same devices and activities. */
export const sameActivities = (a: PresenceContent, b: PresenceContent): boolean =>
  sameItems(a.devices, b.devices) && sameItems(a.activities, b.activities, sameVisible);
