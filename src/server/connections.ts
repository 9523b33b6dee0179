/** Connections a user, a node: sockets, watchers and event streams together (docs/semantics.md, "Limits"). */
export const MAX_CONNECTIONS_PER_USER = 20;

/** Ends one connection because its user was deleted. */
type End = () => void;

export interface Connections {
  /**
   * Counts a connection of a user. Returns a function that gives the place back (calling it again does nothing); null
   * when the user has as many connections as are allowed.
   */
  open(userId: string, end: End): (() => void) | null;
  /** Ends every connection of a deleted user. */
  closeUser(userId: string): void;
  /** Users with connections. */
  userIds(): readonly string[];
  /** The number of users with connections. */
  readonly users: number;
}

/** The connections of users on this node. Service tokens are no users: theirs are neither counted nor ended here. */
export const createConnections = ({ maxPerUser = MAX_CONNECTIONS_PER_USER } = {}): Connections => {
  /** Arrays rather than sets: most users have one connection. */
  const byUser = new Map<string, readonly { readonly end: End }[]>();
  return {
    open(userId, end) {
      const mine = byUser.get(userId) ?? [];
      if (mine.length >= maxPerUser) return null;
      // An object for each connection tells apart two that pass the same function.
      const entry = { end };
      byUser.set(userId, [...mine, entry]);
      return () => {
        const others = byUser.get(userId)?.filter((each) => each !== entry) ?? [];
        if (others.length > 0) byUser.set(userId, others);
        else byUser.delete(userId);
      };
    },
    closeUser(userId) {
      for (const { end } of byUser.get(userId) ?? []) end();
    },
    userIds: () => [...byUser.keys()],
    get users() {
      return byUser.size;
    },
  };
};
