import { groupedBy, inPieces } from '../../async/batches.js';
import type { Keys } from './keys.js';

/** Those ids that are in one shard, or some of them. */
export interface InShard {
  readonly shard: number;
  readonly ids: readonly string[];
}

/** The same ids, those of one shard together, at most so many at a time. */
export const inShards = (keys: Pick<Keys, 'shardOf'>, ids: readonly string[], size: number): readonly InShard[] =>
  [...groupedBy(ids, keys.shardOf)].flatMap(([shard, all]) =>
    inPieces(all, size).map((piece) => ({ shard, ids: piece })),
  );
