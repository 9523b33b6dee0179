/** Users whose state is being sent: each is in one request at a time, so that the states of one user arrive in order. */
import type { MarkPart } from '../../presence/ports/stateMarks.js';

/** A user, and the part that their mark was taken from. */
export interface Taken {
  readonly userId: string;
  readonly at: MarkPart;
  /** They changed since: their mark was taken once more. */
  changed: boolean;
}

export const createInFlight = () => {
  const users = new Map<string, Taken>();
  return {
    has: (userId: string): boolean => users.has(userId),
    /** Undefined where the user is in a request: then that one knows that they changed. */
    begin(userId: string, at: MarkPart): Taken | undefined {
      const before = users.get(userId);
      if (before?.at === at) {
        before.changed = true;
        return undefined;
      }
      // Whoever held the part before has lost it, and sends nothing more of it.
      const taken = { userId, at, changed: false };
      users.set(userId, taken);
      return taken;
    },
    isOn: (taken: Taken): boolean => users.get(taken.userId) === taken,
    end(taken: Taken): void {
      if (users.get(taken.userId) === taken) users.delete(taken.userId);
    },
  };
};

export type InFlight = ReturnType<typeof createInFlight>;

/** By the part that they were taken from. */
export const byPart = (all: readonly Taken[]): ReadonlyMap<MarkPart, readonly Taken[]> => {
  const parts = new Map<MarkPart, Taken[]>();
  for (const taken of all) parts.set(taken.at, [...(parts.get(taken.at) ?? []), taken]);
  return parts;
};
