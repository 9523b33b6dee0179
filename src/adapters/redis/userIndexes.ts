/** What the shards index of their users: who is due, and who is seen live. */
import type { RecordStore } from '../../presence/ports/records.js';
import { inShards } from './inShards.js';
import type { Keys } from './keys.js';
import { READ_AT_ONCE } from './recordReads.js';
import type { RedisLeases } from './redisLeases.js';
import type { Redises } from './scripts.js';

export const createUserIndexes = ({
  redises,
  keys,
  due,
}: {
  readonly redises: Redises;
  readonly keys: Keys;
  readonly due: RedisLeases['due'];
}): Pick<RecordStore, 'dueUsers' | 'live' | 'liveAmong'> => ({
  async dueUsers(limit) {
    const found = await Promise.all(keys.all.map((shard) => due(shard.shard, shard.due, limit)));
    return found.flat().slice(0, limit);
  },

  async live({ after, limit }) {
    const from = after === null ? '-' : `(${after}`;
    const found = await Promise.all(
      keys.all.map(({ shard, live }) => redises.run('live', [shard, live], [from, limit])),
    );
    return {
      total: found.reduce((sum, [total]) => sum + Number(total), 0),
      userIds: found
        .flatMap(([, ...userIds]) => userIds.map(String))
        .sort()
        .slice(0, limit),
    };
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
