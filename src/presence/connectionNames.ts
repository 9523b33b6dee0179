/** The names of connections in records. */

/** The incarnation in a connection's name, `INCARNATION/number`. */
export const nodeOf = (connectionId: string): string => connectionId.slice(0, connectionId.lastIndexOf('/'));

/** The number in a connection's name: the node's own name for it, the same under every incarnation. */
export const localOf = (connectionId: string): string => connectionId.slice(connectionId.lastIndexOf('/') + 1);

/** The node of an incarnation, `NODE.NUMBER`: the same for as long as its process runs. */
export const processOf = (incarnation: string): string => incarnation.split('.')[0] ?? incarnation;

/** Whether two names are of one connection, under different incarnations of its node. */
export const isSameConnection = (one: string, other: string): boolean =>
  one.slice(one.lastIndexOf('/')) === other.slice(other.lastIndexOf('/')) &&
  processOf(nodeOf(one)) === processOf(nodeOf(other));
