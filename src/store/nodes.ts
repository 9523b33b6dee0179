import type { PresenceRecord } from '../presence/types.js';

/** The incarnation of the node that a connection is on: a connection is named `INCARNATION/number`. */
export const nodeOf = (connectionId: string): string => connectionId.slice(0, connectionId.lastIndexOf('/'));

/** Incarnations of all nodes that hold connections of a record. */
export const nodesOf = (record: PresenceRecord | undefined): ReadonlySet<string> =>
  new Set(record?.sessions.flatMap(({ connections }) => connections.map(nodeOf)));
