/**
 * The key of a pair in a map, such as that of the facts that `People` answers: another pair has another key, whatever characters
 * the ids are made of.
 */
export const pairKey = (viewerId: string, userId: string): string => `${viewerId.length}:${viewerId}${userId}`;
