/**
 * What a store indexes beside a record, purely: when it is next due, whether it is live, and what its commit changed.
 * Every timed change is one mechanism: {@link nextDue} says when `tick` has something to do (docs/design.md#2-shape).
 */
import { sameMessage } from './copies.js';
import { sameOwnState } from './ownState.js';
import { placesMoved, samePlaces } from './places.js';
import { isSeenLive } from './status.js';
import type { Activity, DurablePresence, PresenceRecord, Session } from './types.js';
import { contentFor, sameContent } from './view.js';
import { SELF } from './visibility.js';

/** The index entries of a commit. */
export interface Schedule {
  /** When `tick` next has something to do; null where nothing is timed. */
  readonly dueAt: number | null;
  /** Whether others see the user live, audience aside: listed by `RecordStore.live`. */
  readonly seenLive: boolean;
  /** Whether any session is live; otherwise the record may be dropped once the journal has it. */
  readonly live: boolean;
  /**
   * Whether anybody sees a difference, the user's own devices included: then the commit is published. That the user came to a place
   * or left one is a difference too, though not of their presence.
   */
  readonly projectionChanged: boolean;
  /** Whether others see a difference, audience aside: then whoever is told states is told this one. */
  readonly changedForOthers: boolean;
  /** The places at which others see the user from now on, or no longer: their indexes have to follow. */
  readonly placesMoved: readonly string[];
  /** Whether the durable part changed: then the record is marked for the journal. */
  readonly durableChanged: boolean;
}

/** The last moment when a session was known live, as of `now`. */
const knownLiveAt = (session: Session, now: number): number =>
  session.connections.length > 0 ? now : session.knownLiveAt;

/** The durable part of a record at `now`. The `lastSeen` of a user seen live is when their sessions were last known live. */
export const durableOf = (record: PresenceRecord, now: number): DurablePresence => ({
  userId: record.userId,
  generation: record.generation,
  revision: record.revision,
  chosen: record.chosen,
  chosenAsOf: record.chosenAsOf,
  message: record.message,
  messageAsOf: record.messageAsOf,
  lastSeen: isSeenLive(record)
    ? Math.max(record.lastSeen ?? 0, ...record.sessions.map((session) => knownLiveAt(session, now)))
    : record.lastSeen,
});

/** When `tick` next has something to do; null where nothing is timed. */
export const nextDue = (record: PresenceRecord): number | null => {
  const endOf = (activities: readonly Activity[]) =>
    activities.reduce((first, { expiresAt }) => sooner(first, expiresAt), NEVER);
  let first = sooner(NEVER, record.message?.expiresAt ?? null);
  for (const { graceUntil, leaseUntil, inferIdleAt, activities } of record.sessions) {
    first = sooner(sooner(sooner(first, graceUntil), leaseUntil), inferIdleAt);
    if (activities.length > 0) first = Math.min(first, endOf(activities));
  }
  for (const { activities } of record.hostProvided) first = Math.min(first, endOf(activities));
  return first === NEVER ? null : first;
};

const NEVER = Number.POSITIVE_INFINITY;
const sooner = (first: number, moment: number | null): number => (moment === null ? first : Math.min(first, moment));

/** Whether the journal must get the commit of `next` after `previous`. */
export const durableChanged = (previous: PresenceRecord | undefined, next: PresenceRecord): boolean =>
  next.sessions.length === 0 ||
  previous === undefined ||
  previous.chosen !== next.chosen ||
  previous.lastSeen !== next.lastSeen ||
  !sameMessage(previous.message, next.message);

/** The index entries of the commit of `next` after `previous`; undefined: the store had no record. */
export const scheduleOf = (previous: PresenceRecord | undefined, next: PresenceRecord): Schedule => {
  const live = next.sessions.length > 0;
  const changedForOthers =
    previous === undefined ||
    previous.revisions.status !== next.revisions.status ||
    previous.revisions.lastSeen !== next.revisions.lastSeen ||
    previous.revisions.activity !== next.revisions.activity;
  return {
    dueAt: live ? nextDue(next) : null,
    seenLive: isSeenLive(next),
    live,
    changedForOthers,
    projectionChanged:
      changedForOthers ||
      !sameContent(contentFor(previous, SELF), contentFor(next, SELF)) ||
      !sameOwnState(previous, next) ||
      !samePlaces(previous, next),
    placesMoved: placesMoved(previous, next),
    durableChanged: durableChanged(previous, next),
  };
};
