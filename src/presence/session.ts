/**
 * Sessions within a record, purely: how they are found, start, are held by connections, and end (docs/semantics.md,
 * "Sessions").
 */
import { recordWith, sessionWith } from './copies.js';
import { isHiding } from './status.js';
import type { Activity, DeviceType, PresenceRecord, Session, Timings } from './types.js';

/** The next session beyond these replaces one. */
export const MAX_SESSIONS = 20;

/** For how long it is kept that a connection has no session any more, in ms: its node looks once a minute. */
const REVOKED_MS = 180_000;
const MAX_REVOKED = 40;

/** When something is said at `now` that was said before: by what the clock gave before, never earlier. */
const since = (before: number, now: number): number => Math.max(before, now);

/** A session that starts now, and has said nothing yet; with `leaseUntil`, one of plain HTTP. */
export const newSession = (id: string, now: number, leaseUntil: number | null = null): Session => ({
  id,
  device: 'UNKNOWN',
  startedAt: now,
  connections: [],
  graceUntil: null,
  leaseUntil,
  knownLiveAt: now,
  activeAt: now,
  reportedIdle: null,
  inferredIdle: false,
  inferIdleAt: null,
  activities: [],
  deviceAsOf: 0,
  activitiesAsOf: 0,
  idleAsOf: 0,
  leaseAsOf: leaseUntil === null ? 0 : now,
  touchedAt: 0,
});

/** The session once it said of itself what is given; what is undefined stays as it is. */
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

/** The session with another end of its lease. */
export const leasedUntil = (session: Session, leaseUntil: number | null, now: number): Session =>
  sessionWith(session, { leaseUntil, leaseAsOf: since(session.leaseAsOf, now) });

export const sessionById = (record: PresenceRecord, id: string): Session | undefined =>
  record.sessions.find((session) => session.id === id);

/** The session that a connection holds; undefined for watchers, and where it was ended or replaced. */
export const holderOf = (record: PresenceRecord, connectionId: string): Session | undefined =>
  record.sessions.find((session) => session.connections.includes(connectionId));

/** Whose session speaks; undefined where one has to be started. */
export const resolveSession = (
  record: PresenceRecord,
  { sessionId, connectionId }: { readonly sessionId: string | null; readonly connectionId: string | null },
): Session | undefined => {
  if (sessionId !== null) return sessionById(record, sessionId);
  const own = connectionId === null ? undefined : holderOf(record, connectionId);
  return own ?? mostRecent(record.sessions, (session) => session.activeAt);
};

/** The session says something: it is the most recently active, not quiet, and its HTTP lease, if any, begins anew. */
export const touch = (session: Session, now: number, timings: Timings): Session =>
  sessionWith(session, {
    activeAt: now,
    touchedAt: since(session.touchedAt, now),
    inferredIdle: false,
    inferIdleAt: session.reportedIdle === false ? now + timings.idleAfterMs : null,
    leaseUntil: session.leaseUntil === null ? null : now + timings.sessionTtlMs,
    leaseAsOf: session.leaseUntil === null ? session.leaseAsOf : since(session.leaseAsOf, now),
    knownLiveAt: session.leaseUntil === null ? session.knownLiveAt : now,
  });

/** A connection holds the session; a grace or an HTTP lease is over with that. */
export const withConnection = (session: Session, connectionId: string, now: number): Session =>
  sessionWith(leasedUntil(session, null, now), {
    connections: session.connections.includes(connectionId)
      ? session.connections
      : [...session.connections, connectionId],
    graceUntil: null,
    activeAt: now,
  });

/**
 * Without that connection: held by others, in the background for longer than the grace, or in grace; undefined when
 * it ends at once.
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
  if (session.leaseUntil !== null && session.leaseUntil > now + graceMs) return left;
  if (graceMs === 0) return undefined;
  const unleased = left.leaseUntil === null ? left : leasedUntil(left, null, now);
  return sessionWith(unleased, { graceUntil: now + graceMs });
};

/** The record without one connection, and without its session where nothing else holds that and there is no grace. */
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

/**
 * Ends sessions. `lastSeen` keeps the latest moment at which any of them was known live, as far as it was seen:
 * while the user hides it does not move.
 */
export const endSessions = (record: PresenceRecord, ended: readonly Session[]): PresenceRecord => {
  if (ended.length === 0) return record;
  const ids = new Set(ended.map(({ id }) => id));
  const hidden = isHiding(record.chosen);
  return recordWith(record, {
    lastSeen: hidden ? record.lastSeen : Math.max(record.lastSeen ?? 0, ...ended.map(({ knownLiveAt }) => knownLiveAt)),
    sessions: record.sessions.filter(({ id }) => !ids.has(id)),
  });
};

/** Connections hold nothing any more, and go on as watchers, see {@link PresenceRecord.revoked}. */
const withRevoked = (record: PresenceRecord, connectionIds: readonly string[], now: number): PresenceRecord => {
  if (connectionIds.length === 0) return record;
  const revoked = connectionIds.map((connectionId) => ({ connectionId, at: now }));
  return recordWith(record, { revoked: [...record.revoked, ...revoked] });
};

/** Ends a session on purpose: connections that hold it go on as watchers. */
export const revokeSession = (record: PresenceRecord, session: Session, now: number): PresenceRecord =>
  withRevoked(endSessions(record, [session]), session.connections, now);

/** The same for some of its connections: the session goes on without them. */
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

/** Without those of which every node has learnt by `now`, or that are too many. */
export const withoutOldRevocations = (record: PresenceRecord, now: number): PresenceRecord => {
  if (record.revoked.length === 0) return record;
  const revoked = record.revoked.filter(({ at }) => at > now - REVOKED_MS).slice(-MAX_REVOKED);
  return revoked.length === record.revoked.length ? record : recordWith(record, { revoked });
};

export const isRevoked = (record: PresenceRecord, connectionId: string): boolean =>
  record.revoked.some((each) => each.connectionId === connectionId);

/** Room for one more session: of twenty, one is replaced: in grace first, then HTTP, then the oldest. */
export const makeRoom = (record: PresenceRecord, now: number): PresenceRecord => {
  if (record.sessions.length < MAX_SESSIONS) return record;
  const inGrace = record.sessions.filter(({ graceUntil }) => graceUntil !== null);
  const overHttp = record.sessions.filter(
    ({ connections, graceUntil }) => connections.length === 0 && graceUntil === null,
  );
  const victim =
    least(inGrace, ({ graceUntil }) => graceUntil ?? 0) ??
    least(overHttp, ({ leaseUntil }) => leaseUntil ?? 0) ??
    least(record.sessions, ({ startedAt }) => startedAt);
  return victim ? revokeSession(record, victim, now) : record;
};

/** The one for which `at` is greatest; of equals the last. */
const mostRecent = (sessions: readonly Session[], at: (session: Session) => number): Session | undefined =>
  sessions.reduce<Session | undefined>((best, session) => (best && at(best) > at(session) ? best : session), undefined);

/** The one for which `at` is least; of equals the first, since sessions stand in the order in which they started. */
const least = (sessions: readonly Session[], at: (session: Session) => number): Session | undefined =>
  sessions.reduce<Session | undefined>(
    (best, session) => (best && at(best) <= at(session) ? best : session),
    undefined,
  );
