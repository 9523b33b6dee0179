/**
 * How far a node is with what it puts back: for the `first` time; what it knows beyond that once more, `again`, when all
 * others have put back theirs; null: all of it is done.
 */
export type RestorePhase = 'first' | 'again' | null;

/** Whether a part of the store that came back empty, or older than it was, has that user's record. */
export type Emptied = (userId: string) => boolean;

/** What renewing a lease found. */
export interface Renewal {
  /** The lease had run out, and others may have taken the node's connections for gone. */
  readonly lost: boolean;
  /**
   * The store, or a part of it, is not the one of the last renewal: it came back empty, or older than it was. Of whom it may
   * have lost something by that; null: of nobody.
   */
  readonly emptied: Emptied | null;
  /** In how many milliseconds, at the most, the store has settled; 0: it has. */
  readonly readyInMs: number;
  /** Some node has still to put back what it holds, for the first time. */
  readonly awaited: boolean;
}

export interface LostNode {
  readonly incarnation: string;
  /** When its lease was last renewed. */
  readonly aliveAt: number;
}

/**
 * The leases of nodes: which are alive, and who has connections on which. Methods reject with a `PresenceError` UNAVAILABLE
 * while the store cannot be asked. Each adapter passes `test/contract/leases.ts`.
 */
export interface LeaseStore {
  /**
   * Renews the lease of a node's incarnation, named `NODE.NUMBER`, every second or so. Whoever is `lost`, or finds the
   * store `emptied`, takes a new incarnation and puts back what it holds; until it has settled the store answers no
   * reading. It goes on settling for a node that is `puttingBack` anything, and for those that anybody saw before and that did not
   * renew since, for as long as a lease.
   */
  renewLease(incarnation: string, options?: { readonly restorePhase: RestorePhase }): Promise<Renewal>;
  /** Nodes whose lease ran out. They are listed until they are dismissed. */
  lostNodes(): Promise<readonly LostNode[]>;
  /** Users with connections of that incarnation. */
  usersOn(incarnation: string): Promise<readonly string[]>;
  /** Ends the lease and the mark of an incarnation that nobody is on; false while somebody is. */
  dismiss(incarnation: string): Promise<boolean>;
}
