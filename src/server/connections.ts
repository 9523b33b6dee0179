/** Connections a user, a node: sockets, watchers and SSE streams together (docs/semantics.md, "Limits"). */
export const MAX_CONNECTIONS_PER_USER = 20;

/** Ends one connection because its user was deleted. */
type End = () => void;

export interface Connections {
  /**
   * Counts a connection of that user, until the returned function is called (calling it again does nothing).
   * Null when the user has as many as are allowed.
   */
  open(userId: string, end: End): (() => void) | null;
  /** Ends every connection of a user who was deleted. */
  closeUser(userId: string): void;
  /** Who has connections. */
  userIds(): readonly string[];
  /** How many users have connections. */
  readonly users: number;
}

/** Service tokens are no users: their connections are neither counted nor ended here. */
export const createConnections = ({ maxPerUser = MAX_CONNECTIONS_PER_USER } = {}): Connections => {
  /** Lists: most users have one. */
  const byUser = new Map<string, readonly { readonly end: End }[]>();
  return {
    open(userId, end) {
      const mine = byUser.get(userId) ?? [];
      if (mine.length >= maxPerUser) return null;
      // One entry a connection, also where two pass the same function.
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
