/**
 * One session of two memories of it, purely: each field as it was said later, in whatever order the memories come, and how
 * often. What one of them does not know of is no reason to lose it. See "Recovery" in docs/architecture.md.
 */
import { sameSession, sessionWith } from './copies.js';
import type { Activity, Session } from './types.js';

/** Later ends of leases and graces come after earlier ones, and all of them after none. */
const orNever = (moment: number | null): number => moment ?? Number.NEGATIVE_INFINITY;

/** Whether `a` comes after `b`, by what differs first. */
const isAfter = (a: readonly (number | string)[], b: readonly (number | string)[]): boolean => {
  const at = a.findIndex((each, i) => each !== b[i]);
  return at >= 0 && a[at]! > b[at]!;
};

/** Of two the one that comes later by its keys: of equal ones, which are of one moment, always the same. */
const laterBy =
  (keys: (session: Session) => readonly (number | string)[]) =>
  (a: Session, b: Session): Session =>
    isAfter(keys(b), keys(a)) ? b : a;

/** Of one moment, what has run out meanwhile has; and what was moved on begins later. */
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
/** A connection that closes beside a lease leaves its session to that: of one moment a lease is of later than a grace. */
const byEnd = laterBy(({ leaseAsOf, leaseUntil, graceUntil }) => [leaseAsOf, orNever(leaseUntil), orNever(graceUntil)]);

/** Both memories of a session, and the connections of both: commutative, associative and idempotent. */
export const mergedSession = (a: Session, b: Session): Session => {
  const [device, activities, idleness, silence, end] = [
    byDevice(a, b),
    byActivities(a, b),
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
    reportedIdle: idleness.reportedIdle,
    idleAsOf: idleness.idleAsOf,
    inferredIdle: silence.inferredIdle,
    touchedAt: silence.touchedAt,
    inferIdleAt: inferIdleAt > 0 ? inferIdleAt : null,
    leaseUntil: end.leaseUntil,
    leaseAsOf: end.leaseAsOf,
    graceUntil: connections.length > 0 ? null : end.graceUntil,
  });
};

/**
 * A session as it is there, brought up to what another memory of it knows of later; the very session where that is
 * nothing. Connections are put back by their own nodes alone: without them a memory that has no other end has none to give.
 */
export const withMemory = (present: Session, memory: Session): Session => {
  const { connections } = present;
  const isHeld = connections.length > 0;
  const endless = memory.leaseUntil === null && memory.graceUntil === null;
  const known = sessionWith(memory, { connections, leaseAsOf: endless && !isHeld ? -1 : memory.leaseAsOf });
  const next = sessionWith(mergedSession(present, known), { connections });
  return sameSession(next, present) ? present : next;
};
