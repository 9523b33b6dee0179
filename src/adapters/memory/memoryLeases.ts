import { nodeOf } from '../../presence/connectionNames.js';
import type { LeaseStore } from '../../presence/ports/leases.js';
import type { PresenceRecord } from '../../presence/types.js';

/** The lease of a single process: there is no other node to declare it lost, and the store cannot be lost without it. */
export const createMemoryLeases = (records: ReadonlyMap<string, PresenceRecord>): LeaseStore => {
  const isOn = (incarnation: string) => (record: PresenceRecord) =>
    record.sessions.some(({ connections }) => connections.some((name) => nodeOf(name) === incarnation));
  return {
    renewLease: async () => ({ lost: false, emptied: null, readyInMs: 0, awaited: false }),
    lostNodes: async () => [],
    usersOn: async (incarnation) => [...records.values()].filter(isOn(incarnation)).map(({ userId }) => userId),
    isFirstFor: () => true,
    dismiss: async (incarnation) => ![...records.values()].some(isOn(incarnation)),
  };
};
