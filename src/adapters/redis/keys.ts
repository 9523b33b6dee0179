/**
 * The names of everything in Redis (docs/architecture.md). All of one user's keys and their channel are in
 * one shard, and so in one slot of a Cluster; so are a conversation's. Ids never build a name unescaped.
 */
import { createHash } from 'node:crypto';

export interface Keys {
  readonly shards: number;
  /** Which shard a user or a conversation is in. */
  shardOf(id: string): number;
  record(userId: string): string;
  gone(userId: string): string;
  userChannel(userId: string): string;
  /** Who types in a conversation, and until when. */
  typists(conversationId: string): string;
  typistsEnds(conversationId: string): string;
  typingChannel(conversationId: string): string;
  /** The conversations in which a user may be typing. */
  typingOf(userId: string): string;
  /** What there is one of a shard. */
  of(shard: number): ShardKeys;
}

export interface ShardKeys {
  readonly shard: string;
  readonly due: string;
  readonly live: string;
  readonly dirty: string;
  readonly dirtyGuard: string;
  readonly typingDue: string;
  readonly nodes: string;
  readonly lost: string;
  /** For which nodes a shard still recovers. */
  readonly awaited: string;
  on(incarnation: string): string;
  /** On which a node hears from itself that its subscriptions are alive. */
  probeChannel(probe: string): string;
}

/** How many shards the keys were made for: a node that is set otherwise must not start. */
export const SHARDS_KEY = 'rc:shards';

export const createKeys = (shards: number): Keys => {
  const shardOf = (id: string) => (shards === 1 ? 0 : createHash('sha1').update(id).digest().readUInt32BE(0) % shards);
  const name = (shard: number, kind: string) => `rc:{${shard}}:${kind}`;
  const ofId = (kind: string) => (id: string) => `rc:{${shardOf(id)}}:${kind}:${encodeURIComponent(id)}`;
  return {
    shards,
    shardOf,
    record: ofId('record'),
    gone: ofId('gone'),
    userChannel: ofId('user'),
    typists: ofId('typists'),
    typistsEnds: ofId('typists-ends'),
    typingChannel: ofId('typed'),
    typingOf: ofId('types-in'),
    of: (shard) => ({
      shard: name(shard, 'shard'),
      due: name(shard, 'due'),
      live: name(shard, 'live'),
      dirty: name(shard, 'dirty'),
      dirtyGuard: name(shard, 'dirty-guard'),
      typingDue: name(shard, 'typists-due'),
      nodes: name(shard, 'nodes'),
      lost: name(shard, 'lost'),
      awaited: name(shard, 'awaited'),
      on: (incarnation) => name(shard, `on:${incarnation}`),
      probeChannel: (probe) => name(shard, `probe:${probe}`),
    }),
  };
};
