/** What the shards index of their users: who is due, and who is seen live. */
import { groupedBy } from '../../async/batches.js';
import { byBytes } from '../../presence/byBytes.js';
import type { RecordStore } from '../../presence/ports/records.js';
import { fromParts } from './fromParts.js';
import { inShards } from './inShards.js';
import type { Keys } from './keys.js';
import { READ_AT_ONCE } from './recordReads.js';
import type { Due, RedisLeases } from './redisLeases.js';
import type { Redises } from './scripts.js';

/** For as many nodes users are looked at beyond those wanted. */
const MAX_NODES = 16;

export const createUserIndexes = ({
  redises,
  keys,
  leases: { due, shares },
}: {
  readonly redises: Redises;
  readonly keys: Keys;
  readonly leases: Pick<RedisLeases, 'due' | 'shares'>;
}): Pick<RecordStore, 'dueUsers' | 'live' | 'liveAmong'> => ({
  async dueUsers(limit, { othersAfterMs } = { othersAfterMs: 0 }) {
    // As many more as there are nodes, of which one in so many is this node's.
    const looked = limit * (othersAfterMs > 0 ? Math.min(shares.nodes, MAX_NODES) : 1);
    // Who is due in a part that is away stays due.
    const { found } = await fromParts(keys.all, looked, (shard, offset, count) =>
      due(shard.shard, shard.due, count, offset),
    );
    // One's own first: where all nodes are late they do not help each other, which would make all of them later.
    const turnOf = ({ member, lateMs }: Due): number => {
      if (shares.isFirstFor(member)) return 0;
      if (lateMs >= 2 * othersAfterMs) return 2;
      return lateMs >= othersAfterMs && shares.isFirstFor(member, 1) ? 1 : Number.POSITIVE_INFINITY;
    };
    const byTurn = groupedBy(found, turnOf);
    const members = [0, 1, 2].flatMap((turn) => (byTurn.get(turn) ?? []).map(({ member }) => member));
    return [...new Set(members)].slice(0, limit);
  },

  async live({ after, limit }) {
    const parts = keys.all.map((shard) => ({ shard, after, total: 0, ids: [] as string[], hasMore: true }));
    /** All ids up to this one are known. */
    const isBehind = ({ ids, hasMore }: (typeof parts)[number], last: string | undefined): boolean =>
      hasMore && (last === undefined || ids.length === 0 || byBytes(ids.at(-1)!, last) < 0);
    // Some more than its share, since shards are not exactly alike.
    const share = Math.min(limit, Math.ceil((1.5 * limit) / parts.length) + 4);
    for (let behind = parts; ; ) {
      await Promise.all(
        behind.map(async (part) => {
          const { shard, live } = part.shard;
          const from = part.after === null ? '-' : `(${part.after}`;
          const [total, ...userIds] = await redises.run('live', [shard, live], [from, share]);
          part.ids.push(...userIds.map(String));
          Object.assign(part, {
            total: Number(total),
            after: part.ids.at(-1) ?? part.after,
            hasMore: userIds.length === share,
          });
        }),
      );
      const userIds = parts.flatMap(({ ids }) => ids).sort(byBytes);
      const last = userIds[limit - 1];
      behind = parts.filter((part) => isBehind(part, last));
      if (behind.length === 0 || limit === 0) {
        return { total: parts.reduce((sum, { total }) => sum + total, 0), userIds: userIds.slice(0, limit) };
      }
    }
  },

  async liveAmong(userIds) {
    const found = await Promise.all(
      inShards(keys, userIds, READ_AT_ONCE).map(({ keys: { shard, live }, ids }) =>
        redises.run('among', [shard, live], ids),
      ),
    );
    return new Set(found.flat().map(String));
  },
});
