import { unavailable } from '../../presence/errors.js';
import type { LeaseStore, LostNode, RestorePhase } from '../../presence/ports/leases.js';
import { type Keys, SHARDS_KEY, type ShardKeys } from './keys.js';
import { createNodeShares } from './nodeShares.js';
import { inPairs } from './replies.js';
import type { Redises } from './scripts.js';
import { createShardRenewals, type LeaseOptions, type ShardRenewal } from './shardRenewal.js';

const GAP_MS = 3_000;
/** About how many members of a set are listed at a time. */
const LISTED_AT_ONCE = 1_000;

/** A member of a schedule whose moment has passed. */
export interface Due {
  readonly member: string;
  readonly lateMs: number;
}

/** What renewals found. */
interface Findings {
  readonly lost: boolean;
  /** The shards that came back empty, or older than they were. */
  readonly emptied: ReadonlySet<ShardKeys>;
}

const NO_FINDINGS: Findings = { lost: false, emptied: new Set() };

/** Node leases: one in each shard, renewed together with a look at the shard's epoch. See docs/design.md#2-shape. */
export const createRedisLeases = ({
  redises,
  keys,
  publish,
  gapMs = GAP_MS,
  ...options
}: LeaseOptions & {
  readonly redises: Redises;
  readonly keys: Keys;
  readonly publish: 'PUBLISH' | 'SPUBLISH';
}) => {
  const shards = keys.all;
  const renewals = createShardRenewals({ redises, shards, publish, gapMs, ...options });
  const { seen, renew } = renewals;
  let renewed = 0;
  /** As the latest look found them. */
  let lostIncarnations: ReadonlySet<string> = new Set();
  const shares = createNodeShares(() => ({ ...renewals.known(), lost: lostIncarnations }));
  /** How far this node is with its restore, as its latest renewal announced. */
  let restorePhase: RestorePhase = 'done';
  /** What was found and could not be reported yet, since another shard did not answer. */
  let unreported = NO_FINDINGS;
  /** The epoch of each shard that the latest complete renewal reported. */
  const reportedEpochs = new Map<ShardKeys, string>();

  const renewIn = async (shard: ShardKeys, incarnation: string, { listsNodes }: { readonly listsNodes: boolean }) => {
    // The restore of what was not reported yet has not begun.
    const phase = unreported.emptied.size > 0 ? 'first' : restorePhase;
    const found = await renew(shard, incarnation, { phase, listsNodes });
    const { lost, emptied } = unreported;
    unreported = { lost: lost || found.lost, emptied: found.emptied ? new Set([...emptied, shard]) : emptied };
    return found;
  };

  const report = (): Findings => {
    const findings = unreported;
    unreported = NO_FINDINGS;
    for (const [shard, { epoch }] of seen) reportedEpochs.set(shard, epoch);
    return findings;
  };

  /** In steps: listing many at once would keep Redis from all else. */
  const membersOf = async (set: string): Promise<readonly string[]> => {
    const members = new Set<string>();
    let cursor = '0';
    do {
      const [next, some] = await redises.ask((client) => client.sscan(set, cursor, 'COUNT', LISTED_AT_ONCE));
      for (const member of some) members.add(member);
      cursor = next;
    } while (cursor !== '0');
    return [...members];
  };

  const port: LeaseStore = {
    async renewLease(incarnation, options = { restorePhase: 'done' }) {
      restorePhase = options.restorePhase;
      // All shards have the same leases: one of them lists the nodes, another one each time.
      const listing = shards[renewed++ % shards.length];
      const found = await allOrFirstFailure(
        shards.map((shard) => renewIn(shard, incarnation, { listsNodes: shard === listing })),
      );
      // The number of shards, which a node that starts compares with its own, was lost with the rest.
      if (unreported.emptied.size > 0) await redises.ask((client) => client.set(SHARDS_KEY, shards.length, 'NX'));
      const { lost, emptied } = report();
      return {
        lost,
        emptied: emptied.size > 0 ? (userId) => emptied.has(keys.ofId(userId)) : null,
        readyInMs: Math.max(...found.map(({ readyInMs }) => readyInMs)),
        awaited: found.some(({ awaited }) => awaited),
      };
    },

    async lostNodes() {
      const found = new Map<string, LostNode>();
      const lapsed = await Promise.all(
        shards.map(({ shard, nodes, lost }) => redises.run('lapsed', [shard, nodes, lost], [options.leaseMs, gapMs])),
      );
      for (const [incarnation, aliveAt] of lapsed.flatMap(inPairs)) {
        const before = found.get(incarnation);
        found.set(incarnation, { incarnation, aliveAt: Math.min(aliveAt, before?.aliveAt ?? aliveAt) });
      }
      lostIncarnations = new Set(found.keys());
      return [...found.values()];
    },

    isFirstFor: shares.isFirstFor,

    async usersOn(incarnation) {
      const members = await Promise.all(shards.map((shard) => membersOf(shard.on(incarnation))));
      return members.flat();
    },

    async dismiss(incarnation) {
      const done = await Promise.all(
        shards.map(({ nodes, lost, on }) => redises.run('dismiss', [nodes, lost, on(incarnation)], [incarnation])),
      );
      return done.every(([dismissed]) => dismissed === 1);
    },
  };

  return {
    port,

    /**
     * Gives an incarnation its first lease, when the first connection of it joins a record. UNAVAILABLE where it had one and
     * was lost: the next renewal tells, and whoever joined it now would be lost with it.
     */
    async register(shard: ShardKeys, incarnation: string): Promise<void> {
      const { lost } = await renewIn(shard, incarnation, { listsNodes: false });
      if (lost) throw unavailable('This node was declared lost, and is about to return.');
    },

    /** The epoch of a shard as last reported; undefined before the first renewal. */
    epochOf: (shard: ShardKeys): string | undefined => reportedEpochs.get(shard),

    /**
     * UNAVAILABLE where a shard is in an epoch that was not reported yet: this node restores what it knows of the one before
     * with its next renewal, and must not replace that by what others have restored so far.
     */
    checkEpoch(shard: ShardKeys, epoch: string): void {
      const reported = reportedEpochs.get(shard);
      if (reported !== undefined && reported !== epoch)
        throw unavailable('The live store is recovering after an interruption.');
    },

    /** Up to `limit` members of a shard's schedule that are due, beyond the first `offset`, the longest due first. */
    async due(shard: string, schedule: string, limit: number, offset = 0): Promise<readonly Due[]> {
      const [now, ...found] = await redises.run('due', [shard, schedule], [limit, gapMs, offset]);
      return inPairs(found).map(([member, at]) => ({ member, lateMs: Number(now) - at }));
    },

    shares,

    /** Up to which revision records of a shard may be of before an outage, as this process last saw it. */
    sinceOf: (shard: ShardKeys): number => seen.get(shard)?.since ?? 0,

    /** The clock of the first shard. */
    async now(): Promise<number> {
      const { shard, dirtyGuard } = keys.of(0);
      const [now] = await redises.run('open', [shard, dirtyGuard, dirtyGuard]);
      return Number(now);
    },
  };
};

export type RedisLeases = ReturnType<typeof createRedisLeases>;

/** Waits for all of them, also where one fails: each of the others notes what it found. */
const allOrFirstFailure = async (renewals: readonly Promise<ShardRenewal>[]): Promise<readonly ShardRenewal[]> => {
  await Promise.allSettled(renewals);
  return Promise.all(renewals);
};
