/**
 * Merges two memories of a session, purely: each field from the memory that set it later. Nodes restore in any order and
 * repeatedly, so the merge is commutative, associative and idempotent. See docs/architecture.md#recovery.
 */
import { sameSession, sessionWith } from './copies.js';
import type { Activity, Place, Session } from './types.js';

/** For comparing ends of leases and graces: none sorts before all. */
const orNever = (moment: number | null): number => moment ?? Number.NEGATIVE_INFINITY;

/** Whether `a` sorts after `b`, by their first difference. */
const isAfter = (a: readonly (number | string)[], b: readonly (number | string)[]): boolean => {
  const at = a.findIndex((each, i) => each !== b[i]);
  return at >= 0 && a[at]! > b[at]!;
};

/** The session with the later keys. The keys beyond the moment break ties, the same in either order. */
const laterBy =
  (keys: (session: Session) => readonly (number | string)[]) =>
  (a: Session, b: Session): Session =>
    isAfter(keys(b), keys(a)) ? b : a;

/** Breaks ties between lists of one moment: fewer activities win, since some expired; then a later `startedAt`. */
const textOf = (activities: readonly Activity[]): string =>
  JSON.stringify(
    activities.map(({ type, name, details, startedAt, startedAtGiven, expiresAt }) => [
      startedAt,
      startedAtGiven,
      type,
      name,
      details,
      expiresAt,
    ]),
  );

const nameOf = (places: readonly Place[]): string =>
  JSON.stringify(places.map(({ conversationId, enteredAt }) => [conversationId, enteredAt]));

const byDevice = laterBy(({ deviceAsOf, device }) => [deviceAsOf, device === 'UNKNOWN' ? 0 : 1, device]);
const byActivities = laterBy(({ activitiesAsOf, activities }) => [
  activitiesAsOf,
  -activities.length,
  textOf(activities),
]);
const byIdleness = laterBy(({ idleAsOf, reportedIdle }) => [
  idleAsOf,
  reportedIdle === null ? 0 : reportedIdle ? 2 : 1,
]);
const bySilence = laterBy(({ touchedAt, inferredIdle }) => [touchedAt, inferredIdle ? 1 : 0]);
const byPlaces = laterBy(({ placesAsOf, places }) => [placesAsOf, nameOf(places)]);
const byTray = laterBy(({ trayAsOf, tray }) => [trayAsOf, JSON.stringify(tray)]);
/** Ties: a lease wins over a grace, since a connection that closes leaves its session to its lease. */
const byEnd = laterBy(({ leaseAsOf, leaseUntil, graceUntil, gateways }) => [
  leaseAsOf,
  orNever(leaseUntil),
  orNever(graceUntil),
  JSON.stringify(gateways),
]);

/** The merged session, with the connections of both. */
export const mergedSession = (a: Session, b: Session): Session => {
  const [device, activities, places, tray, idleness, silence, end] = [
    byDevice(a, b),
    byActivities(a, b),
    byPlaces(a, b),
    byTray(a, b),
    byIdleness(a, b),
    bySilence(a, b),
    byEnd(a, b),
  ];
  const connections = [...new Set([...a.connections, ...b.connections])].sort();
  const inferIdleAt = Math.max(orNever(a.inferIdleAt), orNever(b.inferIdleAt));
  return sessionWith(a, {
    startedAt: Math.max(a.startedAt, b.startedAt),
    connections,
    knownLiveAt: Math.max(a.knownLiveAt, b.knownLiveAt),
    activeAt: Math.max(a.activeAt, b.activeAt),
    device: device.device,
    deviceAsOf: device.deviceAsOf,
    activities: activities.activities,
    activitiesAsOf: activities.activitiesAsOf,
    places: places.places,
    placesAsOf: places.placesAsOf,
    tray: tray.tray,
    trayAsOf: tray.trayAsOf,
    reportedIdle: idleness.reportedIdle,
    idleAsOf: idleness.idleAsOf,
    inferredIdle: silence.inferredIdle,
    touchedAt: silence.touchedAt,
    inferIdleAt: inferIdleAt > 0 ? inferIdleAt : null,
    gateways: end.gateways,
    leaseUntil: end.leaseUntil,
    leaseAsOf: end.leaseAsOf,
    graceUntil: connections.length > 0 ? null : end.graceUntil,
  });
};

/**
 * The present session with what `memory` has of later; the very session where that is nothing. Its connections stay as they are:
 * each is restored by its own node. A memory that lived by its connections alone has thus no end to contribute.
 */
export const withMemory = (present: Session, memory: Session): Session => {
  const { connections } = present;
  const isHeld = connections.length > 0;
  const endless = memory.leaseUntil === null && memory.graceUntil === null;
  const known = sessionWith(memory, { connections, leaseAsOf: endless && !isHeld ? -1 : memory.leaseAsOf });
  const next = sessionWith(mergedSession(present, known), { connections });
  return sameSession(next, present) ? present : next;
};
