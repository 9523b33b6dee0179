/**
 * How the nodes divide what any of them may do, so that they do not repeat each other. It is advice and no claim: whoever has a share
 * may hang or be gone, so everybody takes up what is left after a while. See docs/architecture.md#many-nodes.
 */
import { processOf } from '../../presence/connectionNames.js';

/** For how long a share of the shards is the same node's, on the clock of the store. */
const TURN_MS = 10_000;

export interface NodeShares {
  /** How many nodes there are, as far as this one knows. */
  readonly nodes: number;
  /** Whether this node comes first for the user; with `turn` 1, 2, …: second, third. */
  isFirstFor(userId: string, turn?: number): boolean;
  /** Those of the parts that are this node's for some seconds. Each part is one node's, and all are each node's in turn. */
  mine<P>(parts: readonly P[]): readonly P[];
}

/** What nodes and which of them this is, as the latest renewal of the lease found it. */
export interface KnownNodes {
  readonly incarnations: readonly string[];
  /** Those of them that were found lost. */
  readonly lost: ReadonlySet<string>;
  /** This node. */
  readonly node: string;
  /** The clock of the store. */
  readonly clock: number;
}

/** The place of a node among all that have a lease: the same order on each. Alone, where it is not among them. */
const placeIn = ({ incarnations, lost, node }: KnownNodes): { readonly index: number; readonly count: number } => {
  const alive = incarnations.filter((incarnation) => !lost.has(incarnation)).map(processOf);
  const nodes = [...new Set(alive)].sort();
  const index = nodes.indexOf(node);
  return index < 0 ? { index: 0, count: 1 } : { index, count: nodes.length };
};

export const createNodeShares = (known: () => KnownNodes): NodeShares => {
  let nodes = known();
  let found = placeIn(nodes);
  /** Found once a renewal: it is asked for each of thousands of users. */
  const place = () => {
    const { incarnations, lost, node } = nodes;
    nodes = known();
    const isSame = nodes.incarnations === incarnations && nodes.lost === lost && nodes.node === node;
    if (!isSame) found = placeIn(nodes);
    return found;
  };
  return {
    get nodes() {
      return place().count;
    },
    isFirstFor(userId, turn = 0) {
      const { index, count } = place();
      return count === 1 || hashOf(userId) % count === (index + turn) % count;
    },
    mine(parts) {
      const { index, count } = place();
      const turn = Math.floor(known().clock / TURN_MS);
      return count === 1 ? parts : parts.filter((_, part) => (part + turn) % count === index);
    },
  };
};

/** FNV-1a: another one than that by which users are in shards. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
};
