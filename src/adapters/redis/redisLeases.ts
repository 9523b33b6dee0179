import { randomUUID } from 'node:crypto';
import { unavailable } from '../../presence/errors.js';
import type { LostNode, Renewal, RestorePhase } from '../../presence/ports/leases.js';
import type { LiveStore } from '../../presence/ports/stores.js';
import { processOf } from '../../presence/recovery.js';
import { SHARDS_KEY, type ShardKeys } from './keys.js';
import { inPairs } from './replies.js';
import type { Redises } from './scripts.js';

/** A gap between two renewals up to this long is the ordinary unpunctuality of nodes. */
const GAP_MS = 3_000;

export interface LeaseOptions {
  /** How long a node's lease is: what a client may be silent for. */
  readonly leaseMs: number;
  /** How long a shard that came back empty, or older than it was, recovers at the least. */
  readonly settleMs?: number;
  /** For how long at the least nobody is lost after a gap, and what was timed before it goes on. */
  readonly quietMs: number;
  /** For how long at the most: longer than the gap itself, or than any HTTP lease had left in it, would prove nothing more. */
  readonly maxQuietMs?: number;
  readonly gapMs?: number;
  /** Names the channels on which this process hears from itself, see `createRedisBus`. */
  readonly probe?: string;
}

/** As renew.lua takes them. */
const STAGES = { first: 2, again: 1 } as const;

/** What a renewal in one shard found. */
interface Found extends Omit<Renewal, 'emptied'> {
  readonly emptied: boolean;
}

/** A shard as a renewal found it. */
interface Seen {
  readonly epoch: string;
  readonly clock: number;
  /** Records of revisions up to this one may be of before the shard was away. */
  readonly since: number;
}

const NO_NEWS = { lost: false, emptied: new Set<ShardKeys>() };

type LeasePort = Pick<LiveStore, 'renewLease' | 'lostNodes' | 'usersOn' | 'dismiss'>;

/** Node leases: one in each shard, renewed together with a look at the shard's epoch. */
export const createRedisLeases = ({
  redises,
  shards,
  shardOf,
  publish,
  leaseMs,
  settleMs = 2_000,
  quietMs,
  maxQuietMs = Number.MAX_SAFE_INTEGER,
  gapMs = GAP_MS,
  probe = '',
}: LeaseOptions & {
  readonly redises: Redises;
  readonly shards: readonly ShardKeys[];
  /** In which of them a user is. */
  readonly shardOf: (userId: string) => ShardKeys;
  readonly publish: 'PUBLISH' | 'SPUBLISH';
}) => {
  /** Each shard as this process last saw it. */
  const known = new Map<ShardKeys, Seen>();
  /** For which incarnations a lease was asked for, in which epoch, answered or not: those of this process' life. */
  const asked = new Map<ShardKeys, Map<string, string>>(shards.map((shard) => [shard, new Map()]));
  /** The nodes that had leases a moment ago: a shard that comes back with less than it had recovers until they are back. */
  let nodes: readonly string[] = [];
  let turns = 0;
  /** How far this node is with what it puts back, as it said last. */
  let restorePhase: RestorePhase = null;
  /** What was found and nobody was told of yet, since another shard did not answer. */
  let untold = NO_NEWS;
  /** The epoch of each shard that whoever renews knows of. */
  const reportedEpochs = new Map<ShardKeys, string>();

  const renewIn = async (
    shard: ShardKeys,
    incarnation: string,
    { lists }: { readonly lists: boolean },
  ): Promise<Found> => {
    const before = known.get(shard);
    const askedBefore = asked.get(shard)?.get(incarnation) ?? '';
    if (before !== undefined) asked.get(shard)?.set(incarnation, before.epoch);
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
        processOf(incarnation),
        // What was found and not told yet is not even begun to be put back.
        untold.emptied.size > 0 ? STAGES.first : restorePhase ? STAGES[restorePhase] : 0,
        before?.epoch ?? '',
        before?.clock ?? 0,
        lists ? 1 : 0,
        askedBefore,
        ...nodes,
      ],
    );
    known.set(shard, { epoch: String(epoch), clock: Number(clock), since: Number(since) });
    asked.get(shard)?.set(incarnation, String(epoch));
    const emptied = before !== undefined && before.epoch !== epoch;
    if (lists && !emptied && left === 0) nodes = [...new Set(incarnations.map((each) => processOf(String(each))))];
    return { emptied, lost: state === 'lost' && !emptied, readyInMs: Number(left), awaited: awaited === 1 };
  };

  const keepInMind = (shard: ShardKeys, { lost, emptied }: Found): void => {
    untold = { lost: untold.lost || lost, emptied: emptied ? new Set([...untold.emptied, shard]) : untold.emptied };
  };

  const port: LeasePort = {
    async renewLease(incarnation, options = { restorePhase: null }) {
      restorePhase = options.restorePhase;
      // All shards have the same leases: one of them is asked, another one each time.
      const listing = shards[turns++ % shards.length];
      const renewals = await Promise.allSettled(
        shards.map(async (shard) => {
          const found = await renewIn(shard, incarnation, { lists: shard === listing });
          keepInMind(shard, found);
          return found;
        }),
      );
      const found = renewals.flatMap((renewal) => (renewal.status === 'fulfilled' ? [renewal.value] : []));
      const failed = renewals.find((renewal) => renewal.status === 'rejected');
      if (failed) throw failed.reason;
      // The number of shards, which a node that starts compares with its own, was lost with the rest.
      if (untold.emptied.size > 0) await redises.ask((client) => client.set(SHARDS_KEY, shards.length, 'NX'));
      const { lost, emptied } = untold;
      untold = NO_NEWS;
      for (const [shard, { epoch }] of known) reportedEpochs.set(shard, epoch);
      return {
        lost,
        emptied: emptied.size > 0 ? (userId) => emptied.has(shardOf(userId)) : null,
        readyInMs: Math.max(...found.map(({ readyInMs }) => readyInMs)),
        awaited: found.some((each) => each.awaited),
      };
    },

    async lostNodes() {
      const found = new Map<string, LostNode>();
      const lapsed = await Promise.all(
        shards.map(({ shard, nodes, lost }) => redises.run('lapsed', [shard, nodes, lost], [leaseMs, gapMs])),
      );
      for (const [incarnation, aliveAt] of lapsed.flatMap(inPairs)) {
        const before = found.get(incarnation);
        found.set(incarnation, { incarnation, aliveAt: Math.min(aliveAt, before?.aliveAt ?? aliveAt) });
      }
      return [...found.values()];
    },

    async usersOn(incarnation) {
      const members = await Promise.all(
        shards.map((shard) => redises.ask((client) => client.smembers(shard.on(incarnation)))),
      );
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
     * Gives an incarnation that somebody joins its first lease. UNAVAILABLE where it had one: it was lost, as the next
     * renewal tells, and whoever joined it would be lost with it.
     */
    async register(shard: ShardKeys, incarnation: string): Promise<void> {
      const found = await renewIn(shard, incarnation, { lists: false });
      keepInMind(shard, found);
      if (found.lost) throw unavailable('This node was taken for lost, and is about to return.');
    },

    /** The epoch of a shard as of the last renewal; undefined before the first. */
    epochOf: (shard: ShardKeys): string | undefined => reportedEpochs.get(shard),

    /**
     * UNAVAILABLE where a shard began an epoch of which this node learns with its next renewal: what it knows of the one
     * before, and puts back then, is not to be replaced by what others have put back so far.
     */
    checkEpoch(shard: ShardKeys, epoch: string): void {
      const before = reportedEpochs.get(shard);
      if (before !== undefined && before !== epoch)
        throw unavailable('The live store is settling after an interruption.');
    },

    /** What of a schedule is due. */
    async due(shard: string, schedule: string, limit: number) {
      const members = await redises.run('due', [shard, schedule], [limit, gapMs]);
      return members.map(String);
    },

    /** Up to which revision records of a shard may be of before it was away, as this process last saw it. */
    sinceOf: (shard: ShardKeys): number => known.get(shard)?.since ?? 0,

    async now(): Promise<number> {
      const [now] = await redises.run('open', [shards[0]!.shard, shards[0]!.dirtyGuard, shards[0]!.dirtyGuard]);
      return Number(now);
    },
  };
};
