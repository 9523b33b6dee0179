/**
 * What reading costs a user: every id that is judged for them counts, in queries and at the start of subscriptions, and
 * large readings of one user follow one another. The host's back end is not limited.
 */

import type { RateLimits } from '../presence/ports/rates.js';
import type { Viewer } from '../presence/visibility.js';
import { createLine } from './userQueue.js';

/** Lists of more ids than this wait for their turn. */
const LARGE = 500;
/** Large readings of one user that wait for their turn, on one node. */
const MAX_WAITING = 50;

export type ReadKind = 'query' | 'start';

export interface Counted<T> {
  readonly result: T;
  readonly counted: number;
}

export interface ReadBudget {
  /** Judges a list of `count` ids. RATE_LIMITED, before anything is read, where that is more than is left. */
  list<T>(viewer: Viewer, count: number, kind: ReadKind, read: () => Promise<T>): Promise<T>;
  /**
   * Judges as many as turn out, which is known afterwards: RATE_LIMITED where nothing is left, and counted when it is done.
   */
  open<T>(viewer: Viewer, kind: ReadKind, read: () => Promise<Counted<T>>): Promise<T>;
  /** The same for a roster, which may be large. */
  roster<T>(viewer: Viewer, kind: ReadKind, read: () => Promise<Counted<T>>): Promise<T>;
}

export const createReadBudget = ({ rateLimits }: { readonly rateLimits: RateLimits }): ReadBudget => {
  const inLine = createLine({ maxWaiting: MAX_WAITING });

  /** Who was cut off has to come back, whatever they asked just before: a start takes from the next allowance too. */
  const take = (userId: string, count: number, kind: ReadKind) =>
    rateLimits.take('read', userId, { count, ahead: kind === 'start' });

  const open: ReadBudget['open'] = async (viewer, kind, read) => {
    if (viewer.kind === 'service') return (await read()).result;
    await take(viewer.userId, 1, kind);
    const { result, counted } = await read();
    if (counted > 1) await rateLimits.count('read', viewer.userId, counted - 1);
    return result;
  };

  return {
    async list(viewer, count, kind, read) {
      if (viewer.kind === 'service' || count === 0) return read();
      await take(viewer.userId, count, kind);
      return count > LARGE ? inLine(viewer.userId, read) : read();
    },

    open,
    roster: (viewer, kind, read) => {
      const judge = () => open(viewer, kind, read);
      return viewer.kind === 'service' ? judge() : inLine(viewer.userId, judge);
    },
  };
};
