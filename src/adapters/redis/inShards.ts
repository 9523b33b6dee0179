import { groupedBy, inPieces } from '../../async/batches.js';
import type { Keys, ShardKeys } from './keys.js';

/** Some ids of one shard. */
export interface InShard {
  readonly keys: ShardKeys;
  readonly ids: readonly string[];
}

/** The ids by shard, in pieces of at most `size`: each is the work of one script. */
export const inShards = (keys: Pick<Keys, 'ofId'>, ids: readonly string[], size: number): readonly InShard[] =>
  [...groupedBy(ids, keys.ofId)].flatMap(([shard, all]) =>
    inPieces(all, size).map((piece) => ({ keys: shard, ids: piece })),
  );
