/** Renewing the lease of this node in one shard, and what the renewal finds there. See docs/architecture.md, "Recovery". */
import { randomUUID } from 'node:crypto';
import { processOf } from '../../presence/connectionNames.js';
import type { Renewal, RestorePhase } from '../../presence/ports/leases.js';
import type { ShardKeys } from './keys.js';
import type { KnownNodes } from './nodeShares.js';
import type { Redises } from './scripts.js';

export interface LeaseOptions {
  /** How long a node's lease is: for how long a client may be silent. */
  readonly leaseMs: number;
  /** How long a shard that came back empty, or older than it was, recovers at the least. */
  readonly settleMs?: number;
  /** For how long at the least, after a gap in the renewals, nobody is lost and leases and graces go on. */
  readonly quietMs: number;
  /** The same at the most: beyond the gap itself, or any HTTP lease, waiting proves nothing more. */
  readonly maxQuietMs?: number;
  /** A gap between two renewals up to this long is the ordinary unpunctuality of nodes. */
  readonly gapMs?: number;
  /** Names the channels on which this process receives its own probes, see `createGapDetector`. */
  readonly probe?: string;
}

/** What a renewal in one shard found. */
export interface ShardRenewal extends Omit<Renewal, 'emptied'> {
  readonly emptied: boolean;
}

/** A shard as a renewal found it. */
interface Seen {
  readonly epoch: string;
  readonly clock: number;
  /** Records up to this revision may be of before an outage. */
  readonly since: number;
}

/** Restore phases as renew.lua takes them. */
const STAGES = { first: 2, again: 1, done: 0 } as const;

export const createShardRenewals = ({
  redises,
  shards,
  publish,
  leaseMs,
  settleMs = 2_000,
  quietMs,
  maxQuietMs = Number.MAX_SAFE_INTEGER,
  gapMs,
  probe = '',
}: LeaseOptions & {
  readonly redises: Redises;
  readonly shards: readonly ShardKeys[];
  readonly publish: 'PUBLISH' | 'SPUBLISH';
  readonly gapMs: number;
}) => {
  /** Each shard as this process last saw it. */
  const seen = new Map<ShardKeys, Seen>();
  /** The incarnations of this process that asked for a lease, and in which epoch; answered or not. */
  const requested = new Map<ShardKeys, Map<string, string>>(shards.map((shard) => [shard, new Map()]));
  /** The nodes that had leases a moment ago: a shard that lost something recovers until they are back. */
  let knownNodes: readonly string[] = [];
  /** The incarnations that have leases, as the latest list has them, and this node's own name. */
  let listed: readonly string[] = [];
  let node = '';

  return {
    seen: seen as ReadonlyMap<ShardKeys, Seen>,

    /** Who has leases, for advice alone. */
    known: (): Omit<KnownNodes, 'lost'> => ({ incarnations: listed, node, clock: seen.get(shards[0]!)?.clock ?? 0 }),

    /** `listsNodes`: also brings the known nodes up to date. */
    async renew(
      shard: ShardKeys,
      incarnation: string,
      { phase, listsNodes }: { readonly phase: RestorePhase; readonly listsNodes: boolean },
    ): Promise<ShardRenewal> {
      node = processOf(incarnation);
      const before = seen.get(shard);
      const requestedBefore = requested.get(shard)?.get(incarnation) ?? '';
      if (before !== undefined) requested.get(shard)?.set(incarnation, before.epoch);
      const [epoch, state, left, clock, since, awaited, ...incarnations] = await redises.run(
        'renew',
        [shard.shard, shard.nodes, shard.lost, shard.awaited, shard.due, shard.live],
        [
          incarnation,
          leaseMs,
          randomUUID(),
          settleMs,
          gapMs,
          quietMs,
          maxQuietMs,
          shard.probeChannel(probe),
          publish,
          node,
          STAGES[phase],
          before?.epoch ?? '',
          before?.clock ?? 0,
          listsNodes ? 1 : 0,
          requestedBefore,
          ...knownNodes,
        ],
      );
      seen.set(shard, { epoch: String(epoch), clock: Number(clock), since: Number(since) });
      requested.get(shard)?.set(incarnation, String(epoch));
      const emptied = before !== undefined && before.epoch !== epoch;
      if (listsNodes && !emptied && left === 0) {
        listed = incarnations.map(String);
        knownNodes = [...new Set(listed.map(processOf))];
      }
      return { emptied, lost: state === 'lost' && !emptied, readyInMs: Number(left), awaited: awaited === 1 };
    },
  };
};
