/** Leases of nodes: which nodes are alive, and which users have connections on them. */

/**
 * How far a node is with its restore. `first`: it restores what it holds; `again`: once all other nodes did so, it adds what
 * else it knows; `done`: it restored everything.
 */
export type RestorePhase = 'first' | 'again' | 'done';

/** Whether the store may have lost something of that user: the part with their record came back empty or older. */
export type Emptied = (userId: string) => boolean;

/** What a renewal of a lease found. */
export interface Renewal {
  /** The lease had run out: other nodes may have ended the connections of this one. */
  readonly lost: boolean;
  /** The store, or a part of it, came back empty or older since the last renewal; null where it did not. */
  readonly emptied: Emptied | null;
  /** In how many milliseconds, at the most, the recovery is over; 0: the store is ready. */
  readonly readyInMs: number;
  /** Whether any node is still in its first restore phase. */
  readonly awaited: boolean;
}

/** A node whose lease ran out. */
export interface LostNode {
  readonly incarnation: string;
  /** When its lease was last renewed, on the store's clock. */
  readonly aliveAt: number;
}

/**
 * Methods reject with UNAVAILABLE while the store cannot be asked. Keeps docs/design.md#2-shape ("Node leases", "Recovering") and
 * docs/architecture.md#recovery; each adapter passes `test/contract/leases.ts`.
 */
export interface LeaseStore {
  /**
   * Renews the lease of an incarnation, `NODE.NUMBER`, every second or so, and announces the node's restore phase. A node that is
   * `lost` or finds the store `emptied` has to take a new incarnation and restore what it holds. During a recovery the store
   * answers no reading. The recovery lasts while any node has a restore phase other than `done`, and for each node that was seen
   * before and does not renew, at most one lease.
   */
  renewLease(incarnation: string, options?: { readonly restorePhase: RestorePhase }): Promise<Renewal>;
  /** Nodes whose lease ran out, until they are dismissed. */
  lostNodes(): Promise<readonly LostNode[]>;
  /** Users with connections of that incarnation. */
  usersOn(incarnation: string): Promise<readonly string[]>;
  /**
   * Whether, of all nodes that have a lease, this one comes first to do for a user what any node may do; with `turn` 1, 2, …: second,
   * third. It is advice, by what was known at the last renewal: whatever is left after a while everybody does.
   */
  isFirstFor(userId: string, turn?: number): boolean;
  /** Removes the lease, or the mark as lost, of an incarnation without users; false where it has users. */
  dismiss(incarnation: string): Promise<boolean>;
}
