/** What users see of themselves: the answer of `me`, and the events of `meChanged`. */
import { sameItems } from '../presence/copies.js';
import { expiryOf } from '../presence/record.js';
import { isIdle } from '../presence/status.js';
import type { PresenceRecord, Timings } from '../presence/types.js';
import { ownActivitiesAt, sameContent, viewAt } from '../presence/view.js';
import { type Privacy, SELF } from '../presence/visibility.js';
import type { MeView, SessionView } from './contract.js';

/** A record and the effective privacy of its user, as the user sees them at `now`. */
export const meViewAt = (record: PresenceRecord, privacy: Privacy, now: number, timings: Timings): MeView => ({
  userId: record.userId,
  presence: viewAt(record, SELF, now),
  chosenStatus: record.chosen,
  activities: ownActivitiesAt(record, now),
  privacy,
  sessions: record.sessions.map((session) => ({
    id: session.id,
    device: session.device,
    idle: isIdle(session),
    startedAt: session.startedAt,
    expiresAt: expiryOf(session, now, timings),
  })),
});

export const samePrivacy = (a: Privacy, b: Privacy): boolean =>
  a.status === b.status && a.lastSeen === b.lastSeen && a.activity === b.activity;

/** Renewals of a session do not count: its `expiresAt` moves with every heartbeat. */
const sameSession = (a: SessionView, b: SessionView): boolean =>
  a.id === b.id && a.device === b.device && a.idle === b.idle && a.startedAt === b.startedAt;

/** Whether two views show the same, whatever their `asOf`. */
export const sameMe = (a: MeView, b: MeView): boolean =>
  a.chosenStatus === b.chosenStatus &&
  samePrivacy(a.privacy, b.privacy) &&
  sameItems(a.sessions, b.sessions, sameSession) &&
  sameContent(a.presence, b.presence);
