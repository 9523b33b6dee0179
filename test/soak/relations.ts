/**
 * Who may see whom, as docs/semantics.md tells it, from what the crowd did: the run's own knowledge, which shares no code with the
 * server. Times are milliseconds since 1970 on the clock of this machine, which is that of Redis.
 */

export const AUDIENCES = ['EVERYONE', 'FOLLOWERS', 'MUTUALS', 'NOBODY'] as const;
export type Audience = (typeof AUDIENCES)[number];

export interface Privacy {
  readonly status: Audience;
  readonly lastSeen: Audience;
  readonly activity: Audience;
}
const FIRST_PRIVACY: Privacy = { status: 'FOLLOWERS', lastSeen: 'FOLLOWERS', activity: 'FOLLOWERS' };

/** What one user sees of another. */
export interface Sight {
  readonly status: boolean;
  readonly lastSeen: boolean;
  readonly activity: boolean;
}
const NOTHING: Sight = { status: false, lastSeen: false, activity: false };
const EVERYTHING: Sight = { status: true, lastSeen: true, activity: true };

interface User {
  exists: boolean;
  privacy: Privacy;
  readonly follows: Set<string>;
  readonly blocks: Set<string>;
  /** Changes of what others may see of the user, or the user of others, that are not answered yet. */
  pending: number;
  /** When the last of them was answered. */
  changedAt: number;
  /** Since when the user has been INVISIBLE, by the `asOf` of the answer; null: is not, or something is not answered yet. */
  invisibleSince: number | null;
}

export type Relations = ReturnType<typeof createRelations>;

export const createRelations = (now: () => number = Date.now) => {
  const users = new Map<string, User>();
  const circles = new Map<string, ReadonlySet<string>>();
  /** The members of those that are not open. */
  const closed = new Map<string, ReadonlySet<string>>();

  const of = (id: string): User => {
    let user = users.get(id);
    if (!user) {
      user = {
        exists: false,
        privacy: FIRST_PRIVACY,
        follows: new Set(),
        blocks: new Set(),
        pending: 0,
        changedAt: 0,
        invisibleSince: null,
      };
      users.set(id, user);
    }
    return user;
  };
  const shares = (groups: ReadonlyMap<string, ReadonlySet<string>>, one: string, other: string): boolean => {
    for (const members of groups.values()) if (members.has(one) && members.has(other)) return true;
    return false;
  };
  const isIn = (audience: Audience, viewerId: string, userId: string): boolean => {
    const follows = of(viewerId).follows.has(userId);
    switch (audience) {
      case 'EVERYONE':
        return true;
      case 'FOLLOWERS':
        return follows || shares(circles, viewerId, userId) || shares(closed, viewerId, userId);
      case 'MUTUALS':
        return (follows && of(userId).follows.has(viewerId)) || shares(circles, viewerId, userId);
      case 'NOBODY':
        return false;
    }
  };

  return {
    of,
    /** Runs a call that changes what these users see or show, and `settle` once it is answered. */
    async change<T>(ids: Iterable<string>, call: () => Promise<T>, settle: (answer: T) => void): Promise<T> {
      const touched = [...ids].map(of);
      for (const user of touched) user.pending += 1;
      try {
        const answer = await call();
        settle(answer);
        return answer;
      } finally {
        for (const user of touched) {
          user.pending -= 1;
          user.changedAt = now();
        }
      }
    },
    setCircle: (id: string, members: readonly string[]) => void circles.set(id, new Set(members)),
    setConversation(id: string, members: readonly string[], open: boolean) {
      if (open) closed.delete(id);
      else closed.set(id, new Set(members));
    },
    removeConversation: (id: string) => void closed.delete(id),
    /** A deleted user: nothing of before is left. */
    remove(id: string) {
      const user = of(id);
      Object.assign(user, { exists: false, privacy: FIRST_PRIVACY, invisibleSince: null });
      user.follows.clear();
      user.blocks.clear();
      for (const other of users.values()) {
        other.follows.delete(id);
        other.blocks.delete(id);
      }
      for (const groups of [circles, closed])
        for (const [group, members] of groups) groups.set(group, new Set([...members].filter((each) => each !== id)));
    },
    isBlocked: (one: string, other: string): boolean => of(one).blocks.has(other) || of(other).blocks.has(one),
    /** Whom a user watches without naming them. */
    roster(viewerId: string): ReadonlySet<string> {
      const roster = new Set(of(viewerId).follows);
      for (const members of circles.values()) if (members.has(viewerId)) for (const id of members) roster.add(id);
      roster.delete(viewerId);
      return roster;
    },
    sight(viewerId: string, userId: string): Sight {
      const { exists, privacy } = of(userId);
      if (!exists) return NOTHING;
      if (viewerId === userId) return EVERYTHING;
      const blocked = of(viewerId).blocks.has(userId) || of(userId).blocks.has(viewerId);
      if (blocked || !isIn(privacy.status, viewerId, userId)) return NOTHING;
      // Never wider than the status.
      return {
        status: true,
        lastSeen: isIn(privacy.lastSeen, viewerId, userId),
        activity: isIn(privacy.activity, viewerId, userId),
      };
    },
    /** When the sight of the pair changed last; Infinity while a change is under way. */
    sightChangedAt(viewerId: string, userId: string): number {
      const [viewer, user] = [of(viewerId), of(userId)];
      return viewer.pending + user.pending > 0 ? Infinity : Math.max(viewer.changedAt, user.changedAt);
    },
  };
};
