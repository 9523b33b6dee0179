/** What a viewer sees of a record, purely (docs/semantics.md, "Status"). */
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

/** An activity as it is shown. */
export type VisibleActivity = Omit<Activity, 'startedAtGiven'>;

/** What an answer or event shows, apart from when it was true. */
export interface PresenceContent {
  readonly status: PresenceStatus;
  readonly statusMessage: StatusMessage | null;
  readonly activities: readonly VisibleActivity[];
  readonly devices: readonly DeviceType[];
  readonly lastSeen: number | null;
}

/** One user's presence as one viewer may see it. Instants in milliseconds. */
export interface PresenceView extends PresenceContent {
  readonly userId: string;
  readonly asOf: number;
  /** On the last event of a user who leaves the viewer's sight: name and picture are withheld too. */
  readonly lost?: true;
}

const NONE: readonly never[] = Object.freeze([]);

/** What is left of a user who leaves a viewer's sight. */
export const NOT_VISIBLE: PresenceContent = Object.freeze({
  status: 'OFFLINE',
  statusMessage: null,
  activities: NONE,
  devices: NONE,
  lastSeen: null,
});

/** What those facets show of a record. The caller has made sure that they show the user at all. */
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

/**
 * The instant at which what those facets show of the record last changed. What they do not show moves nothing, so
 * that nobody can tell from it that something hidden happened.
 */
export const revisionFor = ({ revision, revisions }: PresenceRecord, facets: Facets): number =>
  facets.self
    ? revision
    : Math.max(revisions.status, facets.lastSeen ? revisions.lastSeen : 0, facets.activity ? revisions.activity : 0);

/** What of a content has not ended by `at`; itself where nothing has. */
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
 * The answer to a reading at `now`: never earlier than any commit that it shows, and without what expires by its
 * `asOf`, so that equal `asOf` is equal content.
 */
export const viewAt = (record: PresenceRecord, facets: Facets, now: number): PresenceView => {
  const asOf = Math.max(revisionFor(record, facets), now);
  const { status, statusMessage, activities, devices, lastSeen } = contentAt(contentFor(record, facets), asOf);
  return { userId: record.userId, status, statusMessage, activities, devices, lastSeen, asOf };
};

/** Whether two views show the same, whenever they were true. */
export const sameContent = (a: PresenceContent, b: PresenceContent): boolean =>
  a === b ||
  (a.status === b.status &&
    a.lastSeen === b.lastSeen &&
    sameMessage(a.statusMessage, b.statusMessage) &&
    sameActivities(a, b));

/** Whether two views show the same to who may see activities. */
export const sameActivities = (a: PresenceContent, b: PresenceContent): boolean =>
  sameItems(a.devices, b.devices) && sameItems(a.activities, b.activities, sameVisible);
