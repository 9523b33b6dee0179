/**
 * What becomes of a record when a node is lost, or finds that the store lost what it knew, purely. DESIGN section 2,
 * "Nothing is claimed" and "A node that was declared lost".
 */
import { recordWith, sessionWith } from './copies.js';
import type { Decision } from './ports.js';
import { decide } from './record.js';
import { loseConnection, makeRoom, replaceSession, sessionById } from './session.js';
import type { PresenceRecord, Session, Timings } from './types.js';

/** The incarnation of the node that a connection is on: a connection is named `INCARNATION/number`. */
export const nodeOf = (connectionId: string): string => connectionId.slice(0, connectionId.lastIndexOf('/'));

/** Incarnations of all nodes that hold connections of a record. */
export const nodesOf = (record: PresenceRecord | undefined): ReadonlySet<string> =>
  new Set(record?.sessions.flatMap(({ connections }) => connections.map(nodeOf)));

/** A node is gone, last heard of at `heardAt`: each of its connections is lost, and sessions without another begin their grace. */
export const nodeLost = (
  record: PresenceRecord,
  { incarnation, heardAt }: { readonly incarnation: string; readonly heardAt: number },
  now: number,
  timings: Timings,
): Decision<null> =>
  withoutConnections(record, (connectionId) => nodeOf(connectionId) === incarnation, heardAt, now, timings);

/** Connections that nobody serves are lost: those of that node which are not among the ones it has. */
export const mend = (
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
  heardAt: number,
  now: number,
  { graceMs }: Timings,
): Decision<null> =>
  decide(record, now, (current) => {
    const gone = current.sessions.flatMap(({ connections }) => connections).filter(isGone);
    const next = gone.reduce(
      (rest, connectionId) => loseConnection(rest, { connectionId, heardAt }, now, graceMs),
      current,
    );
    return { record: next, result: null };
  });

/** A session that is there, with what it said last, where another memory of it is of later. */
const latest = (present: Session, other: Session): Session => {
  const { connections, graceUntil, leaseUntil } = present;
  return present.activeAt >= other.activeAt ? present : sessionWith(other, { connections, graceUntil, leaseUntil });
};

/** The later end of two leases, or graces, of a session that no connection holds. */
const longest = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.max(one, other);

/** A session that another node put back is brought up to what this one remembers, where that is of later. */
export const remind = (record: PresenceRecord, session: Session, now: number): Decision<null> =>
  decide(record, now, (current) => {
    const present = sessionById(current, session.id);
    const next = present && latest(present, session);
    return { record: next === undefined || next === present ? current : replaceSession(current, next), result: null };
  });

/**
 * Puts a session back as a node remembers it, held by `connectionId`, or, with null, as it lives on without one. A
 * session that is there keeps what it has and gets the connection. A put-back is no start: it ends no chosen OFFLINE.
 */
export const putBack = (
  record: PresenceRecord,
  { session, connectionId }: { readonly session: Session; readonly connectionId: string | null },
  now: number,
): Decision<null> =>
  decide(record, now, (current) => {
    const present = sessionById(current, session.id);
    if (connectionId === null) {
      if (!present) return { record: withSession(current, sessionWith(session, { connections: [] })), result: null };
      const next = latest(present, session);
      const isHeld = present.connections.length > 0;
      return {
        record: replaceSession(
          current,
          sessionWith(next, {
            graceUntil: isHeld ? present.graceUntil : longest(present.graceUntil, session.graceUntil),
            leaseUntil: isHeld ? present.leaseUntil : longest(present.leaseUntil, session.leaseUntil),
          }),
        ),
        result: null,
      };
    }
    const others = present ? present.connections.filter((id) => id !== connectionId) : [];
    const next = sessionWith(present ? latest(present, session) : session, {
      connections: [...others, connectionId],
      graceUntil: null,
      // An app that went to the background keeps its lease; one that only connected has none beside its connection.
      leaseUntil: session.leaseUntil,
    });
    return { record: present ? replaceSession(current, next) : withSession(current, next), result: null };
  });

const withSession = (record: PresenceRecord, session: Session): PresenceRecord => {
  const roomy = makeRoom(record);
  return recordWith(roomy, { sessions: [...roomy.sessions, session] });
};
