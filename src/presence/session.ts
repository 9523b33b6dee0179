/** Sessions of a record, purely: found, started, held by connections, ended and revoked (docs/design.md#sessions). */
import { isSameConnection } from './connectionNames.js';
import { recordWith, sessionWith } from './copies.js';
import { isHiding } from './status.js';
import type { Activity, DeviceType, PresenceRecord, Session, Timings } from './types.js';

/** How many sessions a user may have; one more replaces one, see {@link makeRoom}. */
export const MAX_SESSIONS = 20;

/** How long a revoked connection is listed, in ms: its node reconciles once a minute. */
const REVOKED_MS = 180_000;
const MAX_REVOKED = 40;

const NO_GATEWAYS: readonly string[] = [];

/** The name of a gateway's connection among {@link PresenceRecord.revoked}. */
export const revokedGateway = (connectionId: string): string => `gateway:${connectionId}`;

/** The moment of a value that is set again at `now`: never before the one it had, also where the clock went back. */
const since = (before: number, now: number): number => Math.max(before, now);

/** A session that starts now; with `leaseUntil`, one over plain HTTP. */
export const newSession = (id: string, now: number, leaseUntil: number | null = null): Session => ({
  id,
  device: 'UNKNOWN',
  startedAt: now,
  connections: [],
  graceUntil: null,
  gateways: [],
  leaseUntil,
  knownLiveAt: now,
  activeAt: now,
  reportedIdle: null,
  inferredIdle: false,
  inferIdleAt: null,
  activities: [],
  places: [],
  tray: [],
  deviceAsOf: 0,
  activitiesAsOf: 0,
  idleAsOf: 0,
  leaseAsOf: leaseUntil === null ? 0 : now,
  placesAsOf: 0,
  trayAsOf: 0,
  touchedAt: 0,
});

/** The session with what it reports of itself; what is undefined stays as it is. */
export const reporting = (
  session: Session,
  {
    device,
    activities,
    idle,
  }: {
    readonly device?: DeviceType | undefined;
    readonly activities?: readonly Activity[] | undefined;
    readonly idle?: boolean | undefined;
  },
  now: number,
): Session =>
  sessionWith(session, {
    ...(device !== undefined && { device, deviceAsOf: since(session.deviceAsOf, now) }),
    ...(activities !== undefined && { activities, activitiesAsOf: since(session.activitiesAsOf, now) }),
    ...(idle !== undefined && { reportedIdle: idle, idleAsOf: since(session.idleAsOf, now) }),
  });

/** The session with its lease until then; null ends the lease, and what gateways hold by it. */
export const leasedUntil = (session: Session, leaseUntil: number | null, now: number): Session =>
  sessionWith(session, {
    leaseUntil,
    gateways: leaseUntil === null ? NO_GATEWAYS : session.gateways,
    leaseAsOf: since(session.leaseAsOf, now),
  });

export const sessionById = (record: PresenceRecord, id: string): Session | undefined =>
  record.sessions.find((session) => session.id === id);

/** The session that a connection holds; undefined for watchers, and where it was ended or replaced. */
export const holderOf = (record: PresenceRecord, connectionId: string): Session | undefined =>
  record.sessions.find((session) => session.connections.includes(connectionId));

/** The session of a command: the named one; else the connection's own; else the most recently active. Undefined: start one. */
export const resolveSession = (
  record: PresenceRecord,
  { sessionId, connectionId }: { readonly sessionId: string | null; readonly connectionId: string | null },
): Session | undefined => {
  if (sessionId !== null) return sessionById(record, sessionId);
  const own = connectionId === null ? undefined : holderOf(record, connectionId);
  return own ?? mostRecent(record.sessions, (session) => session.activeAt);
};

/** Whether the session has a lease that its commands renew: one over plain HTTP, which no gateway holds. */
const isRenewed = ({ leaseUntil, gateways }: Session): boolean => leaseUntil !== null && gateways.length === 0;

/** A command touches its session: it becomes the most recently active, its silence ends, and its HTTP lease is renewed. */
export const touch = (session: Session, now: number, timings: Timings): Session =>
  sessionWith(session, {
    activeAt: now,
    touchedAt: since(session.touchedAt, now),
    inferredIdle: false,
    inferIdleAt: session.reportedIdle === false ? now + timings.idleAfterMs : null,
    leaseUntil: isRenewed(session) ? now + timings.sessionTtlMs : session.leaseUntil,
    leaseAsOf: isRenewed(session) ? since(session.leaseAsOf, now) : session.leaseAsOf,
    knownLiveAt: session.leaseUntil === null ? session.knownLiveAt : now,
  });

/** The names of its connections over which a subscription to the tray is open, also where their node renamed them. */
const trayConnections = ({ tray, connections }: Session): readonly string[] =>
  tray.filter((id) => connections.some((other) => isSameConnection(id, other)));

/** Whether a subscription to the tray is open on it: over a connection that it has, not one that it had. */
export const showsTray = (session: Session): boolean => trayConnections(session).length > 0;

/** The session with a subscription to the tray over that connection, or without. */
export const withTray = (session: Session, connectionId: string, isOpen: boolean, now: number): Session => {
  const shown = trayConnections(session);
  if (shown.some((id) => isSameConnection(id, connectionId)) === isOpen) return session;
  const others = shown.filter((id) => !isSameConnection(id, connectionId));
  return sessionWith(session, {
    tray: isOpen ? [...others, connectionId] : others,
    trayAsOf: Math.max(session.trayAsOf + 1, now),
  });
};

/** A connection takes the session, which ends its grace and its HTTP lease; that of gateways goes on beside it. */
export const withConnection = (session: Session, connectionId: string, now: number): Session =>
  sessionWith(session.gateways.length > 0 ? session : leasedUntil(session, null, now), {
    connections: session.connections.includes(connectionId)
      ? session.connections
      : [...session.connections, connectionId],
    graceUntil: null,
    activeAt: now,
  });

/**
 * The session without that connection: held by others, or by gateways; else on its HTTP lease, where that outlasts a grace; else in
 * grace.
 * Undefined where it ends at once, without a grace.
 */
export const withoutConnection = (
  session: Session,
  { connectionId, aliveAt }: { readonly connectionId: string; readonly aliveAt: number },
  now: number,
  graceMs: number,
): Session | undefined => {
  const connections = session.connections.filter((id) => id !== connectionId);
  if (connections.length > 0) return sessionWith(session, { connections });
  const left = sessionWith(session, { connections, knownLiveAt: Math.max(session.knownLiveAt, aliveAt) });
  if (session.gateways.length > 0) return left;
  if (session.leaseUntil !== null && session.leaseUntil > now + graceMs) return left;
  if (graceMs === 0) return undefined;
  const unleased = left.leaseUntil === null ? left : leasedUntil(left, null, now);
  return sessionWith(unleased, { graceUntil: now + graceMs });
};

/** The record without one connection; its session ends where {@link withoutConnection} says so. */
export const loseConnection = (
  record: PresenceRecord,
  lost: { readonly connectionId: string; readonly aliveAt: number },
  now: number,
  graceMs: number,
): PresenceRecord => {
  const session = holderOf(record, lost.connectionId);
  if (!session) return record;
  const left = withoutConnection(session, lost, now, graceMs);
  if (left) return replaceSession(record, left);
  return endSessions(record, [sessionWith(session, { knownLiveAt: Math.max(session.knownLiveAt, lost.aliveAt) })]);
};

export const replaceSession = (record: PresenceRecord, session: Session): PresenceRecord =>
  recordWith(record, { sessions: record.sessions.map((other) => (other.id === session.id ? session : other)) });

/** Ends sessions. `lastSeen` becomes the latest moment when one of them was known live, unless the user hides. */
export const endSessions = (record: PresenceRecord, ended: readonly Session[]): PresenceRecord => {
  if (ended.length === 0) return record;
  const ids = new Set(ended.map(({ id }) => id));
  const hidden = isHiding(record.chosen);
  return recordWith(record, {
    lastSeen: hidden ? record.lastSeen : Math.max(record.lastSeen ?? 0, ...ended.map(({ knownLiveAt }) => knownLiveAt)),
    sessions: record.sessions.filter(({ id }) => !ids.has(id)),
  });
};

/** Lists connections as revoked, see {@link PresenceRecord.revoked}. */
const withRevoked = (record: PresenceRecord, connectionIds: readonly string[], now: number): PresenceRecord => {
  if (connectionIds.length === 0) return record;
  const revoked = connectionIds.map((connectionId) => ({ connectionId, at: now }));
  return recordWith(record, { revoked: [...record.revoked, ...revoked] });
};

/** Ends a session on purpose: its connections are revoked, and go on as watchers; those of gateways do not open it again. */
export const revokeSession = (record: PresenceRecord, session: Session, now: number): PresenceRecord =>
  withRevoked(endSessions(record, [session]), [...session.connections, ...session.gateways.map(revokedGateway)], now);

/** Revokes some connections of a session, which goes on without them. */
export const revokeConnections = (
  record: PresenceRecord,
  session: Session,
  isRevoked: (connectionId: string) => boolean,
  now: number,
): PresenceRecord => {
  const connections = session.connections.filter((connectionId) => !isRevoked(connectionId));
  if (connections.length === session.connections.length) return record;
  return withRevoked(
    replaceSession(record, sessionWith(session, { connections })),
    session.connections.filter(isRevoked),
    now,
  );
};

/** The record without revoked connections that every node has read by `now`, and at most {@link MAX_REVOKED}. */
export const withoutOldRevocations = (record: PresenceRecord, now: number): PresenceRecord => {
  if (record.revoked.length === 0) return record;
  const revoked = record.revoked.filter(({ at }) => at > now - REVOKED_MS).slice(-MAX_REVOKED);
  return revoked.length === record.revoked.length ? record : recordWith(record, { revoked });
};

export const isRevoked = (record: PresenceRecord, connectionId: string): boolean =>
  record.revoked.some((each) => each.connectionId === connectionId);

/** Makes room for one more session. Of {@link MAX_SESSIONS} one is revoked: one in grace, else one over HTTP, else the oldest. */
export const makeRoom = (record: PresenceRecord, now: number): PresenceRecord => {
  if (record.sessions.length < MAX_SESSIONS) return record;
  const inGrace = record.sessions.filter(({ graceUntil }) => graceUntil !== null);
  const overHttp = record.sessions.filter(
    ({ connections, gateways, graceUntil }) => connections.length === 0 && gateways.length === 0 && graceUntil === null,
  );
  const victim =
    least(inGrace, ({ graceUntil }) => graceUntil ?? 0) ??
    least(overHttp, ({ leaseUntil }) => leaseUntil ?? 0) ??
    least(record.sessions, ({ startedAt }) => startedAt);
  return victim ? revokeSession(record, victim, now) : record;
};

/** The session with the greatest `at`; of equals the last. */
const mostRecent = (sessions: readonly Session[], at: (session: Session) => number): Session | undefined =>
  sessions.reduce<Session | undefined>((best, session) => (best && at(best) > at(session) ? best : session), undefined);

/** The session with the least `at`; of equals the first, since sessions are in the order of their starts. */
const least = (sessions: readonly Session[], at: (session: Session) => number): Session | undefined =>
  sessions.reduce<Session | undefined>(
    (best, session) => (best && at(best) <= at(session) ? best : session),
    undefined,
  );
