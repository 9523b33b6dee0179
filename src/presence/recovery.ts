/**
 * What becomes of a record when a node is lost, or finds that the store lost what it knew, purely. See docs/architecture.md,
 * "Many nodes".
 */
import { recordWith, sameItems, sameSession, sessionWith } from './copies.js';
import type { Decision } from './decision.js';
import { withMemory } from './merging.js';
import { decide, restoreRecord } from './record.js';
import {
  endSessions,
  loseConnection,
  makeRoom,
  replaceSession,
  revokeConnections,
  revokeSession,
  sessionById,
} from './session.js';
import type { DurablePresence, HostActivities, JournalRow, PresenceRecord, Session, Timings } from './types.js';

/** The incarnation of the node that a connection is on: a connection is named `INCARNATION/number`. */
export const nodeOf = (connectionId: string): string => connectionId.slice(0, connectionId.lastIndexOf('/'));

/** The node of an incarnation, which it is for as long as its process runs: the first part of `NODE.NUMBER`. */
export const processOf = (incarnation: string): string => incarnation.split('.')[0] ?? incarnation;

/** Whether two names are of one connection: it has another one under each incarnation of its node. */
const isSameConnection = (one: string, other: string): boolean =>
  one.slice(one.lastIndexOf('/')) === other.slice(other.lastIndexOf('/')) &&
  processOf(nodeOf(one)) === processOf(nodeOf(other));

/** Incarnations of all nodes that hold connections of a record. */
export const nodesOf = (record: PresenceRecord | undefined): ReadonlySet<string> =>
  new Set(record?.sessions.flatMap(({ connections }) => connections.map(nodeOf)));

/** A node is gone, last heard of at `heardAt`: each of its connections is lost, and sessions without another begin their grace. */
export const nodeLost = (
  record: PresenceRecord,
  { incarnation, aliveAt }: { readonly incarnation: string; readonly aliveAt: number },
  now: number,
  timings: Timings,
): Decision<null> =>
  withoutConnections(record, (connectionId) => nodeOf(connectionId) === incarnation, aliveAt, now, timings);

/** Connections that nobody serves are lost: those of that node which are not among the ones it has. */
export const reconcile = (
  record: PresenceRecord,
  { incarnation, served }: { readonly incarnation: string; readonly served: Pick<ReadonlySet<string>, 'has'> },
  now: number,
  timings: Timings,
): Decision<null> =>
  withoutConnections(
    record,
    (connectionId) => nodeOf(connectionId) === incarnation && !served.has(connectionId),
    now,
    now,
    timings,
  );

const withoutConnections = (
  record: PresenceRecord,
  isGone: (connectionId: string) => boolean,
  aliveAt: number,
  now: number,
  { graceMs }: Timings,
): Decision<null> =>
  decide(record, now, (current) => {
    const gone = current.sessions.flatMap(({ connections }) => connections).filter(isGone);
    const next = gone.reduce(
      (rest, connectionId) => loseConnection(rest, { connectionId, aliveAt }, now, graceMs),
      current,
    );
    return { record: next, result: null };
  });

/**
 * What is left of a record of before the store was away. Leases and graces that lived at `livedAt`, when it was last
 * known to be served, go on until `until` at the least, so that those who were kept from saying anything can say it.
 * Without `connectionsToo` the store came back older than it was: what connections hold is put back by their nodes alone,
 * and what had run out is not shown again.
 */
export const leftOf = (
  record: PresenceRecord,
  {
    livedAt,
    until,
    connectionsToo,
  }: { readonly livedAt: number; readonly until: number; readonly connectionsToo: boolean },
): PresenceRecord => {
  const ends = ({ graceUntil, leaseUntil }: Session) => graceUntil ?? leaseUntil ?? 0;
  const ended = connectionsToo ? [] : record.sessions.filter((session) => ends(session) <= livedAt);
  const left = endSessions(
    record,
    // It was live at least until the record was committed.
    ended.map((session) =>
      session.connections.length > 0 ? sessionWith(session, { knownLiveAt: record.revision }) : session,
    ),
  );
  const later = (moment: number | null) => (moment === null || moment <= livedAt ? moment : Math.max(moment, until));
  const goesOn = (session: Session) =>
    sessionWith(session, {
      connections: connectionsToo ? session.connections : [],
      graceUntil: later(session.graceUntil),
      leaseUntil: later(session.leaseUntil),
    });
  const sessions = left.sessions.map(goesOn);
  return sameItems(sessions, record.sessions, sameSession) ? record : recordWith(left, { sessions });
};

/** The later of two moments at which a user was seen. */
const lastOf = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.max(one, other);

/** The record with what of its choice and message another memory knows of later, whatever was committed since without it. */
export const withPersisted = (record: PresenceRecord, persisted: DurablePresence): PresenceRecord => {
  if (persisted.generation !== record.generation) return record;
  const { chosen, chosenAsOf } = persisted.chosenAsOf > record.chosenAsOf ? persisted : record;
  const { message, messageAsOf } = persisted.messageAsOf > record.messageAsOf ? persisted : record;
  const lastSeen = lastOf(record.lastSeen, persisted.lastSeen);
  return recordWith(record, { chosen, chosenAsOf, message, messageAsOf, lastSeen });
};

/** The record with what is kept of it of later, as it is known to whoever reads both; as of later than either where it is of both. */
export const joined = (record: PresenceRecord, persisted: DurablePresence): PresenceRecord => {
  if (persisted.generation !== record.generation) return record;
  const later = persisted.revision > record.revision ? persisted : record;
  const next = withPersisted(record, persisted);
  const isAlike = next.chosenAsOf === later.chosenAsOf && next.messageAsOf === later.messageAsOf;
  const revision = isAlike ? later.revision : later.revision + 1;
  if (revision === record.revision) return record;
  const revisions = { status: revision, lastSeen: revision, activity: revision };
  const lastSeen = later === persisted ? next.lastSeen : record.lastSeen;
  return recordWith(next, { lastSeen, revision, revisions });
};

/**
 * A record of before the store came back older than it was, with what the journal knows of later. Where something was
 * committed since, its sessions are not taken for live: they may have ended, as whoever committed it knows.
 */
export const reconciled = (found: PresenceRecord, row: JournalRow): PresenceRecord => {
  if (row.generation !== found.generation) return restoreRecord(found.userId, row);
  if (row.persisted === null) return found;
  const { userId, generation, hostProvided, hostProvidedAsOf, revoked } = found;
  if (row.persisted.revision <= found.revision) return joined(found, { userId, generation, ...row.persisted });
  return recordWith(joined(restoreRecord(userId, row), found), { hostProvided, hostProvidedAsOf, revoked });
};

/** The record to start from where the store has none: the journal's, joined with one that is in doubt. */
export const fromJournal = (userId: string, row: JournalRow, doubtful: PresenceRecord | undefined): PresenceRecord =>
  doubtful ? reconciled(doubtful, row) : restoreRecord(userId, row);

const withSession = (record: PresenceRecord, session: Session, now: number): PresenceRecord => {
  const roomy = makeRoom(record, now);
  // They stand in the order in which they started, whichever was put back first.
  const sessions = [...roomy.sessions, session].sort((one, other) => one.startedAt - other.startedAt);
  return recordWith(roomy, { sessions });
};

/** What a node knows of what the host put, all of it, as of a revision of the record. */
export interface HostMemory {
  readonly hostProvided: readonly HostActivities[];
  readonly asOf: number;
}

/**
 * What the host put comes back for who is live. Each node knows what there was as of another revision: whichever is of
 * later holds, in whatever order they come, so that nothing comes back that was cleared.
 */
const withHostActivities = (record: PresenceRecord, memory: HostMemory | null): PresenceRecord =>
  memory === null || record.sessions.length === 0 || record.hostProvidedAsOf >= memory.asOf
    ? record
    : recordWith(record, { hostProvided: memory.hostProvided, hostProvidedAsOf: memory.asOf });

/**
 * A session that no connection of this node holds, as it is remembered: one of another node's connections comes back with
 * those. `again`: it was put back before, so where it is missing by now, a node that knows of its end took it away.
 */
const withRemembered = (
  record: PresenceRecord,
  session: Session,
  { again }: { readonly again: boolean },
  now: number,
): PresenceRecord => {
  const present = sessionById(record, session.id);
  if (!present) return again || session.connections.length > 0 ? record : withSession(record, session, now);
  const next = withMemory(present, session);
  return next === present ? record : replaceSession(record, next);
};

/**
 * Puts a session back as a node remembers it, held by `connectionId`. A session that is there keeps what it has and gets
 * the connection. A put-back is no start: it ends no chosen OFFLINE.
 */
export const restoreConnection = (
  record: PresenceRecord,
  {
    session,
    connectionId,
    memory = null,
  }: { readonly session: Session; readonly connectionId: string; readonly memory?: HostMemory | null },
  now: number,
): Decision<null> =>
  decide(
    record,
    now,
    (current) => {
      const present = sessionById(current, session.id);
      // It may have come back before, under an earlier name.
      const others = present ? present.connections.filter((id) => !isSameConnection(id, connectionId)) : [];
      const held = sessionWith(present ?? session, { connections: [...others, connectionId], graceUntil: null });
      const next = withMemory(held, session);
      const there = present ? replaceSession(current, next) : withSession(current, next, now);
      return { record: withHostActivities(there, memory), result: null };
    },
    { again: true },
  );

/** A session that ended by the commit of the revision `at`, and until when a node may yet bring it back. */
export interface Ended {
  readonly at: number;
  readonly until: number;
  /** That held it, where it was ended on purpose. */
  readonly connections: readonly string[];
}

/** What a node knows of a record that the store lost. */
export interface Memory {
  /** As it was, with leases and graces that lived at `livedAt`, and what the host put. */
  readonly known: {
    readonly record: PresenceRecord;
    readonly memory: HostMemory | null;
    readonly livedAt: number;
  } | null;
  readonly persisted: DurablePresence | undefined;
  readonly ends: ReadonlyMap<string, Ended>;
}

/** Without sessions that had ended, unless they said something since or other connections hold them. */
const withoutEnded = (record: PresenceRecord, ends: ReadonlyMap<string, Ended>, now: number): PresenceRecord =>
  record.sessions.reduce((rest, session) => {
    const ended = ends.get(session.id);
    if (!ended) return rest;
    const wasRevoked = (id: string) => ended.connections.some((revoked) => isSameConnection(revoked, id));
    const isTimed = session.leaseUntil !== null || session.graceUntil !== null;
    const goesOn = !session.connections.every(wasRevoked) || (isTimed && session.activeAt >= ended.at);
    return goesOn ? revokeConnections(rest, session, wasRevoked, now) : revokeSession(rest, session, now);
  }, record);

/** Whether a node knows more of a record than what comes back with the connections that it serves itself. */
export const knowsMore = (known: PresenceRecord, served: ReadonlySet<string> | undefined): boolean =>
  known.sessions.some(({ id, connections }) => connections.length === 0 || !served?.has(id));

/**
 * What a node knows beyond the connections that it serves itself: its choice and message, where nobody knows of later;
 * which sessions had ended; HTTP leases and graces that lived at `livedAt`, when the store was last seen, go on for as long
 * as they had, and for `atLeastMs`; sessions that others put back, which may know less of them, are brought up to date; and
 * so is what the host put. `again`, once all nodes have put back what they know, nothing is added that is missing.
 */
export const restoreRemainder = (
  record: PresenceRecord,
  { known, persisted, ends }: Memory,
  { atLeastMs, again }: { readonly atLeastMs: number; readonly again: boolean },
  now: number,
): Decision<null> =>
  decide(
    record,
    now,
    (current) => {
      const there = withoutEnded(persisted ? withPersisted(current, persisted) : current, ends, now);
      if (known === null || known.record.generation !== current.generation) return { record: there, result: null };
      const prolonged = (until: number | null) => until && Math.max(until, now + atLeastMs);
      const back = known.record.sessions.reduce((rest, session) => {
        if (session.connections.length > 0) return withRemembered(rest, session, { again }, now);
        if ((session.graceUntil ?? session.leaseUntil ?? 0) <= known.livedAt) return rest;
        const { graceUntil, leaseUntil } = session;
        const longer = sessionWith(session, { graceUntil: prolonged(graceUntil), leaseUntil: prolonged(leaseUntil) });
        return withRemembered(rest, longer, { again }, now);
      }, there);
      return { record: withHostActivities(back, known.memory), result: null };
    },
    { again: true },
  );
