/** Connections a user, a node: sockets, watchers and SSE streams together (DESIGN section 1, "Limits, errors"). */
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
  const byUser = new Map<string, Set<End>>();
  return {
    open(userId, end) {
      const mine = byUser.get(userId) ?? new Set();
      if (mine.size >= maxPerUser) return null;
      // One entry a connection, also where two pass the same function.
      const entry: End = () => end();
      byUser.set(userId, mine.add(entry));
      return () => {
        mine.delete(entry);
        if (mine.size === 0 && byUser.get(userId) === mine) byUser.delete(userId);
      };
    },
    closeUser(userId) {
      for (const end of [...(byUser.get(userId) ?? [])]) end();
    },
    userIds: () => [...byUser.keys()],
    get users() {
      return byUser.size;
    },
  };
};
