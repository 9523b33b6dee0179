import { LRUCache } from 'lru-cache';
import type { RecordStore } from '../../presence/ports/records.js';
import type { StateMarking } from '../../presence/ports/stateMarks.js';
import type { LiveStore } from '../../presence/ports/stores.js';
import type { PresenceRecord } from '../../presence/types.js';
import { createJournalMarks } from './journalMarks.js';
import type { Keys } from './keys.js';
import { createRecordCommits } from './recordCommits.js';
import { createRecordReads } from './recordReads.js';
import { createRedisClosedNames } from './redisClosedNames.js';
import { createRedisLeases } from './redisLeases.js';
import { createRedisPlaces } from './redisPlaces.js';
import { createRedisStateMarks } from './redisStateMarks.js';
import { createRedisTyping } from './redisTyping.js';
import type { Redises } from './scripts.js';
import type { LeaseOptions } from './shardRenewal.js';
import { createUserIndexes } from './userIndexes.js';

/** How many records a node keeps to decide about without reading them. */
const MAX_LAST_COMMITTED = 20_000;

/** All live state of many nodes, in Redis or a Redis Cluster. See docs/design.md#2-shape. */
export const createRedisStore = ({
  redises,
  keys,
  publish,
  monotonicMs = () => performance.now(),
  ...leaseOptions
}: {
  readonly redises: Redises;
  readonly keys: Keys;
  /** SPUBLISH on a Cluster. */
  readonly publish: 'PUBLISH' | 'SPUBLISH';
  /** A clock of this process that never jumps, in milliseconds. */
  readonly monotonicMs?: () => number;
} & LeaseOptions) => {
  const { quietMs } = leaseOptions;
  const leases = createRedisLeases({ redises, keys, publish, ...leaseOptions });
  const typing = createRedisTyping({ redises, keys, publish, due: leases.due });
  // By size, of which each has one: given `max`, it would make room for all of them at once.
  const lastCommitted = new LRUCache<string, PresenceRecord>({
    maxSize: MAX_LAST_COMMITTED,
    sizeCalculation: () => 1,
  });
  const reads = createRecordReads({ redises, keys, quietMs, lastCommitted, clock: leases.now });
  const places = createRedisPlaces({ redises, keys, publish, due: leases.due, read: reads.read });
  const commits = createRecordCommits({
    redises,
    keys,
    publish,
    quietMs,
    monotonicMs,
    leases,
    reads,
    places,
    lastCommitted,
  });
  const recordStore = {
    read: reads.read,
    heads: reads.heads,
    update: commits.update,
    async forget(userId: string, generation: number) {
      await typing.clearTyping(userId, null);
      return commits.forget(userId, generation);
    },
    ...createUserIndexes({ redises, keys, leases }),
    ...createJournalMarks({ redises, keys, reads, shares: leases.shares }),
  } satisfies RecordStore;
  return {
    ...recordStore,
    ...typing,
    ...places.port,
    ...createRedisClosedNames({ redises, keys }),
    ...leases.port,
    stateMarks: createRedisStateMarks({ redises, keys }),
    now: leases.now,
    close: async () => {},
  } satisfies LiveStore & StateMarking;
};
