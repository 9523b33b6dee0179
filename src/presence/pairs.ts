/** The key of a (viewer, user) pair in a map; unique, whatever characters the ids have. */
export const pairKey = (viewerId: string, userId: string): string => `${viewerId.length}:${viewerId}${userId}`;
