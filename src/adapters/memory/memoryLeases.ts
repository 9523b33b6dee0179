import type { LiveStore } from '../../presence/ports/stores.js';
import { nodesOf } from '../../presence/recovery.js';
import type { PresenceRecord } from '../../presence/types.js';

/** Leases of one process: nobody else could find it lost, and its store is empty only when it is. */
export const createMemoryLeases = (
  records: ReadonlyMap<string, PresenceRecord>,
): Pick<LiveStore, 'renewLease' | 'lostNodes' | 'usersOn' | 'dismiss'> => {
  const usersOn = (incarnation: string) =>
    [...records.values()].filter((record) => nodesOf(record).has(incarnation)).map(({ userId }) => userId);
  return {
    renewLease: async () => ({ lost: false, emptied: null, readyInMs: 0, awaited: false }),
    lostNodes: async () => [],
    usersOn: async (incarnation) => usersOn(incarnation),
    dismiss: async (incarnation) => usersOn(incarnation).length === 0,
  };
};
