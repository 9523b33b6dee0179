/**
 * What reading costs a user (docs/design.md#limits-errors): every id whose visibility is decided for them counts, in
 * queries and at the start of subscriptions, and large reads of one user run one after another. The host's back end is
 * not limited.
 */
import type { RateLimits } from '../presence/ports/rates.js';
import type { Viewer } from '../presence/visibility.js';
import { createUserQueue } from './userQueue.js';

/** Lists of more ids than this are large. */
const LARGE = 500;
/** How many large reads of one user may wait on one node. */
const MAX_WAITING = 50;

export type ReadKind = 'query' | 'start';

export interface Counted<T> {
  readonly result: T;
  /** In ids. */
  readonly counted: number;
}

export interface ReadBudget {
  /** Reads a list of `count` ids. RATE_LIMITED, before anything is read, where that exceeds what is left. */
  list<T>(viewer: Viewer, count: number, kind: ReadKind, read: () => Promise<T>): Promise<T>;
  /** As `list`, for a page of `count`, for which much may have to be read: one at a time a user. */
  page<T>(viewer: Viewer, count: number, kind: ReadKind, read: () => Promise<T>): Promise<T>;
  /** Reads a number of ids that is known afterwards: RATE_LIMITED where nothing is left; counted when done. */
  open<T>(viewer: Viewer, kind: ReadKind, read: () => Promise<Counted<T>>): Promise<T>;
  /** As `open`, for a roster or a page of relations, which may be large. */
  roster<T>(viewer: Viewer, kind: ReadKind, read: () => Promise<Counted<T>>): Promise<T>;
}

export const createReadBudget = ({ rateLimits }: { readonly rateLimits: RateLimits }): ReadBudget => {
  const queued = createUserQueue({ maxWaiting: MAX_WAITING });

  /** A start takes from the next allowance too: a client that was cut off must be able to come back, whatever it read before. */
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
      return count > LARGE ? queued(viewer.userId, read) : read();
    },

    page: (viewer, count, kind, read) => {
      if (viewer.kind === 'service') return read();
      return queued(viewer.userId, async () => {
        await take(viewer.userId, count, kind);
        return read();
      });
    },

    open,
    roster: (viewer, kind, read) => {
      const limited = () => open(viewer, kind, read);
      return viewer.kind === 'service' ? limited() : queued(viewer.userId, limited);
    },
  };
};
