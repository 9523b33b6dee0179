/**
 * Records after a failure, purely: of a node (its connections are lost), or of the store (it came back empty or older, and nodes
 * restore what they remember). Restores are merges, in any order and repeatedly. See docs/architecture.md#recovery.
 */
import { isSameConnection, nodeOf } from './connectionNames.js';
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

/** The incarnations with connections of a record. */
export const nodesOf = (record: PresenceRecord | undefined): ReadonlySet<string> =>
  new Set(record?.sessions.flatMap(({ connections }) => connections.map(nodeOf)));

/** A node is lost, last alive at `aliveAt`: so are its connections, and sessions without another begin their grace. */
export const nodeLost = (
  record: PresenceRecord,
  { incarnation, aliveAt }: { readonly incarnation: string; readonly aliveAt: number },
  now: number,
  timings: Timings,
): Decision<null> =>
  withoutConnections(record, (connectionId) => nodeOf(connectionId) === incarnation, aliveAt, now, timings);

/** Connections of an incarnation that its node does not serve are lost. */
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
 * A record from before the outage of the store. Leases and graces that lived at `livedAt`, when the store was last served, go on until
 * `until` at the least: their users could not renew them meanwhile. Without `connectionsToo` the store came back older: connections
 * are removed, for their nodes to restore, and sessions that had ended by `livedAt` end.
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
    // A connected session was live at least until the record's commit.
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

/** The later of two `lastSeen`. */
const lastOf = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.max(one, other);

/** The record with the choice and the message that another memory knows as of later, whatever was committed since without them. */
export const withPersisted = (record: PresenceRecord, persisted: DurablePresence): PresenceRecord => {
  if (persisted.generation !== record.generation) return record;
  const { chosen, chosenAsOf } = persisted.chosenAsOf > record.chosenAsOf ? persisted : record;
  const { message, messageAsOf } = persisted.messageAsOf > record.messageAsOf ? persisted : record;
  const lastSeen = lastOf(record.lastSeen, persisted.lastSeen);
  return recordWith(record, { chosen, chosenAsOf, message, messageAsOf, lastSeen });
};

/** The record joined with a durable memory: each value as of later. Its revision is later than either where it takes from both. */
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
 * A record from before the store came back older, joined with the journal's row. Where the row is later its sessions are dropped:
 * a later commit may have ended them.
 */
export const reconciled = (found: PresenceRecord, row: JournalRow): PresenceRecord => {
  if (row.generation !== found.generation) return restoreRecord(found.userId, row);
  if (row.persisted === null) return found;
  const { userId, generation, hostProvided, hostProvidedAsOf, revoked } = found;
  if (row.persisted.revision <= found.revision) return joined(found, { userId, generation, ...row.persisted });
  return recordWith(joined(restoreRecord(userId, row), found), { hostProvided, hostProvidedAsOf, revoked });
};

/** The record of a journal's row; `doubtful` is the store's own, from before it came back older. */
export const fromJournal = (userId: string, row: JournalRow, doubtful: PresenceRecord | undefined): PresenceRecord =>
  doubtful ? reconciled(doubtful, row) : restoreRecord(userId, row);

const withSession = (record: PresenceRecord, session: Session, now: number): PresenceRecord => {
  const roomy = makeRoom(record, now);
  // In the order of their starts, whichever was restored first.
  const sessions = [...roomy.sessions, session].sort((one, other) => one.startedAt - other.startedAt);
  return recordWith(roomy, { sessions });
};

/** A node's memory of all activities that the host provided, as of a revision of the record. */
export interface HostMemory {
  readonly hostProvided: readonly HostActivities[];
  readonly asOf: number;
}

/**
 * Restores what the host provided for a live user. The memory as of the latest revision holds, in whatever order nodes restore:
 * what was cleared stays so.
 */
const withHostActivities = (record: PresenceRecord, memory: HostMemory | null): PresenceRecord =>
  memory === null || record.sessions.length === 0 || record.hostProvidedAsOf >= memory.asOf
    ? record
    : recordWith(record, { hostProvided: memory.hostProvided, hostProvidedAsOf: memory.asOf });

/**
 * Restores a session without a connection of this node; one with connections comes back by their nodes. `again`: it was restored
 * before, so where it is missing now a node that knows of its end removed it.
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
 * Restores a connection with its session, as its node remembers it. A present session is merged with the memory and gets the
 * connection. A restore is no start: a chosen OFFLINE stays.
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
      // It may have been restored before, under an earlier name.
      const others = present ? present.connections.filter((id) => !isSameConnection(id, connectionId)) : [];
      const held = sessionWith(present ?? session, { connections: [...others, connectionId], graceUntil: null });
      const next = withMemory(held, session);
      const there = present ? replaceSession(current, next) : withSession(current, next, now);
      return { record: withHostActivities(there, memory), result: null };
    },
    { again: true },
  );

/** A session that was ended by the commit of revision `at`, and until when it may come back by mistake. */
export interface Ended {
  readonly at: number;
  readonly until: number;
  /** Its revoked connections, where it was ended on purpose. */
  readonly connections: readonly string[];
}

/** What a node remembers of a record that the store lost. */
export interface Memory {
  /** The record, with what the host provided; its leases and graces lived at `livedAt`. */
  readonly known: {
    readonly record: PresenceRecord;
    readonly memory: HostMemory | null;
    readonly livedAt: number;
  } | null;
  readonly persisted: DurablePresence | undefined;
  readonly ends: ReadonlyMap<string, Ended>;
}

/** The record without ended sessions, unless they were touched since or other connections hold them. */
const withoutEnded = (record: PresenceRecord, ends: ReadonlyMap<string, Ended>, now: number): PresenceRecord =>
  record.sessions.reduce((rest, session) => {
    const ended = ends.get(session.id);
    if (!ended) return rest;
    const wasRevoked = (id: string) => ended.connections.some((revoked) => isSameConnection(revoked, id));
    const isTimed = session.leaseUntil !== null || session.graceUntil !== null;
    const goesOn = !session.connections.every(wasRevoked) || (isTimed && session.activeAt >= ended.at);
    return goesOn ? revokeConnections(rest, session, wasRevoked, now) : revokeSession(rest, session, now);
  }, record);

/** Whether a node remembers more of a record than it restores with its own connections. */
export const knowsMore = (known: PresenceRecord, served: ReadonlySet<string> | undefined): boolean =>
  known.sessions.some(({ id, connections }) => connections.length === 0 || !served?.has(id));

/**
 * Restores what a node remembers beyond its own connections:
 * - the choice and the message, where the record has none as of later;
 * - sessions that had ended are ended;
 * - HTTP leases and graces that lived at `livedAt` go on to their ends, and for `atLeastMs` at the least;
 * - sessions that other nodes restored are merged with this node's memory, and so is what the host provided.
 *
 * `again`, after all nodes restored once, adds no missing session.
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
