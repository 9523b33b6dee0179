import { inPieces } from '../presence/batches.js';
import type { Keys } from './keys.js';

/** Those ids that are in one shard, or some of them. */
export interface InShard {
  readonly shard: number;
  readonly ids: readonly string[];
}

/** The same ids, those of one shard together, at most so many at a time. */
export const inShards = (keys: Pick<Keys, 'shardOf'>, ids: readonly string[], size: number): readonly InShard[] => {
  const byShard = new Map<number, string[]>();
  for (const id of ids) {
    const shard = keys.shardOf(id);
    const group = byShard.get(shard) ?? [];
    group.push(id);
    byShard.set(shard, group);
  }
  return [...byShard].flatMap(([shard, all]) => inPieces(all, size).map((piece) => ({ shard, ids: piece })));
};
