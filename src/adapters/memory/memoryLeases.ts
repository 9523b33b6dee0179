import type { LeaseStore } from '../../presence/ports/leases.js';
import { nodesOf } from '../../presence/recovery.js';
import type { PresenceRecord } from '../../presence/types.js';

/** The lease of a single process: there is no other node to declare it lost, and the store cannot be lost without it. */
export const createMemoryLeases = (records: ReadonlyMap<string, PresenceRecord>): LeaseStore => {
  const usersOn = (incarnation: string) =>
    [...records.values()].filter((record) => nodesOf(record).has(incarnation)).map(({ userId }) => userId);
  return {
    renewLease: async () => ({ lost: false, emptied: null, readyInMs: 0, awaited: false }),
    lostNodes: async () => [],
    usersOn: async (incarnation) => usersOn(incarnation),
    dismiss: async (incarnation) => usersOn(incarnation).length === 0,
  };
};
