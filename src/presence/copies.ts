/**
 * Changed copies of records and sessions, and their comparison, written out field by field. Every mutation goes through here, and
 * V8 optimizes it only while all records have one hidden class: spreading (`{ ...record }`) makes others, and
 * `isDeepStrictEqual` compares every field by name.
 */
import type {
  Activity,
  HostActivities,
  Place,
  PresenceRecord,
  RevokedConnection,
  Session,
  StatusMessage,
} from './types.js';

/** Every field, the optional ones too. */
type EachField<T> = { readonly [K in keyof Required<T>]: unknown };

/** The record with those fields changed. */
export const recordWith = (record: PresenceRecord, changes: Partial<PresenceRecord>): PresenceRecord => {
  const {
    userId = record.userId,
    generation = record.generation,
    revision = record.revision,
    revisions = record.revisions,
    chosen = record.chosen,
    chosenAsOf = record.chosenAsOf,
    message = record.message,
    messageAsOf = record.messageAsOf,
    lastSeen = record.lastSeen,
    sessions = record.sessions,
    hostProvided = record.hostProvided,
    hostProvidedAsOf = record.hostProvidedAsOf,
    revoked = record.revoked,
  } = changes;
  return {
    userId,
    generation,
    revision,
    revisions,
    chosen,
    chosenAsOf,
    message,
    messageAsOf,
    lastSeen,
    sessions,
    hostProvided,
    hostProvidedAsOf,
    revoked,
  } satisfies EachField<PresenceRecord>;
};

/** The session with those fields changed. */
export const sessionWith = (session: Session, changes: Partial<Session>): Session => {
  const {
    id = session.id,
    device = session.device,
    startedAt = session.startedAt,
    connections = session.connections,
    graceUntil = session.graceUntil,
    gateways = session.gateways,
    leaseUntil = session.leaseUntil,
    knownLiveAt = session.knownLiveAt,
    activeAt = session.activeAt,
    reportedIdle = session.reportedIdle,
    inferredIdle = session.inferredIdle,
    inferIdleAt = session.inferIdleAt,
    activities = session.activities,
    places = session.places,
    tray = session.tray,
    deviceAsOf = session.deviceAsOf,
    activitiesAsOf = session.activitiesAsOf,
    idleAsOf = session.idleAsOf,
    leaseAsOf = session.leaseAsOf,
    placesAsOf = session.placesAsOf,
    trayAsOf = session.trayAsOf,
    touchedAt = session.touchedAt,
  } = changes;
  return {
    id,
    device,
    startedAt,
    connections,
    graceUntil,
    gateways,
    leaseUntil,
    knownLiveAt,
    activeAt,
    reportedIdle,
    inferredIdle,
    inferIdleAt,
    activities,
    places,
    tray,
    deviceAsOf,
    activitiesAsOf,
    idleAsOf,
    leaseAsOf,
    placesAsOf,
    trayAsOf,
    touchedAt,
  } satisfies EachField<Session>;
};

/** Whether two lists have the same items at the same places. */
export const sameItems = <T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean = Object.is): boolean => {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (!same(a[i]!, b[i]!)) return false;
  return true;
};

export const sameMessage = (a: StatusMessage | null, b: StatusMessage | null): boolean =>
  a === b || (a !== null && b !== null && a.text === b.text && a.emoji === b.emoji && a.expiresAt === b.expiresAt);

/** Whether two activities show the same. */
export const sameVisible = (a: Omit<Activity, 'startedAtGiven'>, b: Omit<Activity, 'startedAtGiven'>): boolean =>
  a === b ||
  (a.type === b.type &&
    a.name === b.name &&
    a.details === b.details &&
    a.startedAt === b.startedAt &&
    a.expiresAt === b.expiresAt);

const sameActivity = (a: Activity, b: Activity): boolean => sameVisible(a, b) && a.startedAtGiven === b.startedAtGiven;

export const sameHostActivities = (a: HostActivities, b: HostActivities): boolean =>
  a === b || (a.source === b.source && sameItems(a.activities, b.activities, sameActivity));

const sameRevoked = (a: RevokedConnection, b: RevokedConnection): boolean =>
  a.connectionId === b.connectionId && a.at === b.at;

const samePlace = (a: Place, b: Place): boolean =>
  a === b || (a.conversationId === b.conversationId && a.enteredAt === b.enteredAt);

export const sameSession = (a: Session, b: Session): boolean =>
  a === b ||
  (a.activeAt === b.activeAt &&
    a.id === b.id &&
    a.device === b.device &&
    a.startedAt === b.startedAt &&
    a.graceUntil === b.graceUntil &&
    a.leaseUntil === b.leaseUntil &&
    a.knownLiveAt === b.knownLiveAt &&
    a.reportedIdle === b.reportedIdle &&
    a.inferredIdle === b.inferredIdle &&
    a.inferIdleAt === b.inferIdleAt &&
    a.deviceAsOf === b.deviceAsOf &&
    a.activitiesAsOf === b.activitiesAsOf &&
    a.idleAsOf === b.idleAsOf &&
    a.leaseAsOf === b.leaseAsOf &&
    a.trayAsOf === b.trayAsOf &&
    a.placesAsOf === b.placesAsOf &&
    a.touchedAt === b.touchedAt &&
    sameItems(a.connections, b.connections) &&
    sameItems(a.gateways, b.gateways) &&
    sameItems(a.tray, b.tray) &&
    sameItems(a.places, b.places, samePlace) &&
    sameItems(a.activities, b.activities, sameActivity));

/** Whether two records of one user are the same but for their revisions. */
export const sameRecord = (a: PresenceRecord, b: PresenceRecord): boolean =>
  a === b ||
  (a.userId === b.userId &&
    a.generation === b.generation &&
    a.chosen === b.chosen &&
    a.chosenAsOf === b.chosenAsOf &&
    a.messageAsOf === b.messageAsOf &&
    a.lastSeen === b.lastSeen &&
    sameMessage(a.message, b.message) &&
    sameItems(a.sessions, b.sessions, sameSession) &&
    a.hostProvidedAsOf === b.hostProvidedAsOf &&
    sameItems(a.hostProvided, b.hostProvided, sameHostActivities) &&
    sameItems(a.revoked, b.revoked, sameRevoked));
