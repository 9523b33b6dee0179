/**
 * Commands of the host's gateways on a presence record, purely (docs/doors.md#nats). A connection of a gateway holds its session by
 * a lease, which its heartbeats prolong on any node; closed, it leaves the session to its grace. They come in any order, and
 * repeatedly. A gateway connects by itself: a chosen OFFLINE or INVISIBLE stays.
 */
import { sessionWith } from './copies.js';
import type { Decision } from './decision.js';
import { decide, startSession } from './record.js';
import {
  endSessions,
  isRevoked,
  leasedUntil,
  newSession,
  replaceSession,
  reporting,
  revokedGateway,
  sessionById,
  touch,
} from './session.js';
import type { DeviceType, PresenceRecord, Session, Timings } from './types.js';

/** How many connections of gateways one session lists: past them the one that it has the longest is forgotten. */
const MAX_GATEWAYS = 20;

/** `closed`: the session was ended on purpose, and the connection does not open it again. `unknown`: no session is held by it. */
export type GatewayOutcome = 'held' | 'closed' | 'unknown';

const heldBy = (record: PresenceRecord, connectionId: string): Session | undefined =>
  record.sessions.find(({ gateways }) => gateways.includes(connectionId));

const without = ({ gateways }: Session, connectionId: string): readonly string[] =>
  gateways.filter((other) => other !== connectionId);

/** The session held by that connection until a heartbeat is overdue; a longer lease of an app in the background stays. */
const heldUntilOverdue = (session: Session, connectionId: string, now: number, timings: Timings): Session =>
  sessionWith(leasedUntil(session, Math.max(session.leaseUntil ?? 0, now + timings.heartbeatTimeoutMs), now), {
    gateways: [...without(session, connectionId), connectionId].slice(-MAX_GATEWAYS),
    graceUntil: null,
    knownLiveAt: now,
  });

/** The record without a session that the connection holds beside the one that it names: a heartbeat had opened it before. */
const withoutOther = (record: PresenceRecord, connectionId: string, sessionId: string, now: number): PresenceRecord => {
  const other = record.sessions.find(({ id, gateways }) => id !== sessionId && gateways.includes(connectionId));
  if (!other) return record;
  const gateways = without(other, connectionId);
  if (gateways.length === 0 && other.connections.length === 0) return endSessions(record, [other]);
  const left = gateways.length === 0 ? leasedUntil(other, null, now) : other;
  return replaceSession(record, sessionWith(left, { gateways }));
};

/** A connection opens, or a heartbeat of one that is not known: it resumes the session of that id, or starts it. */
export const openGateway = (
  record: PresenceRecord,
  {
    connectionId,
    sessionId,
    device,
    idle,
  }: {
    readonly connectionId: string;
    readonly sessionId: string;
    readonly device?: DeviceType | undefined;
    readonly idle?: boolean | undefined;
  },
  now: number,
  timings: Timings,
): Decision<GatewayOutcome> =>
  decide(record, now, (current) => {
    if (isRevoked(current, revokedGateway(connectionId))) return { record: current, result: 'closed' };
    const found = sessionById(current, sessionId);
    const reported = reporting(found ?? newSession(sessionId, now), { device, idle }, now);
    const held = heldUntilOverdue(sessionWith(reported, { activeAt: now }), connectionId, now, timings);
    const next = found ? replaceSession(current, held) : startSession(current, held, now, { background: true });
    return { record: withoutOther(next, connectionId, sessionId, now), result: 'held' };
  });

/** A heartbeat: its session lives on. One that says whether its user is idle is a command of theirs, as `heartbeat` is. */
export const gatewayHeartbeat = (
  record: PresenceRecord,
  { connectionId, idle }: { readonly connectionId: string; readonly idle?: boolean | undefined },
  now: number,
  timings: Timings,
): Decision<GatewayOutcome> =>
  decide(record, now, (current) => {
    const session = heldBy(current, connectionId);
    if (!session) {
      return { record: current, result: isRevoked(current, revokedGateway(connectionId)) ? 'closed' : 'unknown' };
    }
    const touched = idle === undefined ? session : touch(reporting(session, { idle }, now), now, timings);
    // Whoever is active is not in the background any more.
    const unleased = idle === false ? sessionWith(touched, { leaseUntil: null }) : touched;
    return {
      record: replaceSession(current, heldUntilOverdue(unleased, connectionId, now, timings)),
      result: 'held',
    };
  });

/**
 * A connection closed. Removes that connection alone. Without another one the session goes on in the background, where its app
 * announced that over HTTP; else it is left to its grace.
 */
export const closeGateway = (
  record: PresenceRecord,
  connectionId: string,
  now: number,
  { graceMs, heartbeatTimeoutMs }: Timings,
): Decision<GatewayOutcome> =>
  decide(record, now, (current) => {
    const session = heldBy(current, connectionId);
    if (!session) return { record: current, result: 'unknown' };
    const gateways = without(session, connectionId);
    const isBackground = (session.leaseUntil ?? 0) > now + heartbeatTimeoutMs;
    const left = sessionWith(session, { gateways, knownLiveAt: now, leaseAsOf: Math.max(session.leaseAsOf, now) });
    if (gateways.length > 0 || isBackground) return { record: replaceSession(current, left), result: 'held' };
    const unleased = leasedUntil(left, null, now);
    if (session.connections.length > 0) return { record: replaceSession(current, unleased), result: 'held' };
    if (graceMs === 0) return { record: endSessions(current, [unleased]), result: 'held' };
    return {
      record: replaceSession(current, sessionWith(unleased, { graceUntil: now + graceMs })),
      result: 'held',
    };
  });

/** The connections of gateways whose sessions a commit ended on purpose. */
export const revokedGateways = (before: PresenceRecord, after: PresenceRecord): readonly string[] =>
  after.revoked.length === 0
    ? []
    : before.sessions
        .flatMap(({ gateways }) => gateways)
        .filter((id) => isRevoked(after, revokedGateway(id)) && !isRevoked(before, revokedGateway(id)));
