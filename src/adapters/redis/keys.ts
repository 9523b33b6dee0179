/**
 * The names of everything in Redis. All keys of one user and their channel are in one shard, and so in one slot of a Cluster;
 * so are those of a conversation. Ids are always escaped. See docs/design.md#2-shape.
 */
import { createHash } from 'node:crypto';
import { STATE_CONSUMERS, type StateConsumer } from '../../presence/ports/stateMarks.js';

export interface Keys {
  /** How many shards there are. */
  readonly shards: number;
  /** The number of the shard that a user or a conversation is in. */
  shardOf(id: string): number;
  record(userId: string): string;
  /** When the user's record was last dropped. */
  gone(userId: string): string;
  /** There while a name of the user's is remembered as closed. */
  closed(userId: string, name: string): string;
  userChannel(userId: string): string;
  /** The typists of a conversation, with their sessions. */
  typists(conversationId: string): string;
  /** The same typists by when they end. */
  typistsEnds(conversationId: string): string;
  typingChannel(conversationId: string): string;
  /** What moves a user's tray, and what the user mutes. */
  trayChannel(userId: string): string;
  countsChannel(objectId: string): string;
  /** The users of a place, by the revision of their record. */
  place(conversationId: string): string;
  placeChannel(conversationId: string): string;
  /** The conversations in which a user may be typing. */
  typingOf(userId: string): string;
  /** The keys that each shard has once: the same object each time for the same shard. */
  of(shard: number): ShardKeys;
  /** Those of the shard that a user or a conversation is in. */
  ofId(id: string): ShardKeys;
  /** Those of every shard. */
  readonly all: readonly ShardKeys[];
}

export interface ShardKeys {
  /** Epoch, clock and the other fields that renew.lua lists. */
  readonly shard: string;
  /** Users by when `tick` next has something to do. */
  readonly due: string;
  /** Users seen live. */
  readonly live: string;
  /** Users whose record the journal has not got yet. */
  readonly dirty: string;
  /** Keeps nodes of an earlier release from marking all who are seen live dirty at once. */
  readonly dirtyGuard: string;
  /** Users whose state a consumer has yet to be told, see `StateMarks`. */
  stateMarks(consumer: StateConsumer): string;
  /** Those of all consumers, in the order of `STATE_CONSUMERS`. */
  readonly allStateMarks: readonly string[];
  /** The sender that has the lease of a consumer's marks. */
  stateLease(consumer: StateConsumer): string;
  /** Conversations by when their first typist ends. */
  readonly typingDue: string;
  /** Users and places whose index has to follow a commit, by when another node takes that up. */
  readonly placesMoved: string;
  /** Incarnations by the end of their lease. */
  readonly nodes: string;
  /** Incarnations whose lease ran out, and when each was last alive. */
  readonly lost: string;
  /** The nodes for which the shard goes on recovering. */
  readonly awaited: string;
  /** Users with connections on an incarnation. */
  on(incarnation: string): string;
  /** The channel on which a node receives its own probes. */
  probeChannel(probe: string): string;
}

/** The number of shards that the first node chose; a node that is configured otherwise must not start. */
export const SHARDS_KEY = 'rc:shards';

const shardKeys = (shard: number): ShardKeys => {
  const name = (kind: string) => `rc:{${shard}}:${kind}`;
  return {
    shard: name('shard'),
    due: name('due'),
    live: name('live'),
    dirty: name('dirty'),
    dirtyGuard: name('dirty-guard'),
    stateMarks: (consumer) => name(`marks-${consumer}`),
    allStateMarks: STATE_CONSUMERS.map((consumer) => name(`marks-${consumer}`)),
    stateLease: (consumer) => name(`marks-lease-${consumer}`),
    typingDue: name('typists-due'),
    placesMoved: name('places-moved'),
    nodes: name('nodes'),
    lost: name('lost'),
    awaited: name('awaited'),
    on: (incarnation) => name(`on:${incarnation}`),
    probeChannel: (probe) => name(`probe:${probe}`),
  };
};

export const createKeys = (shards: number): Keys => {
  const all = Array.from({ length: shards }, (_, shard) => shardKeys(shard));
  const shardOf = (id: string) => (shards === 1 ? 0 : createHash('sha1').update(id).digest().readUInt32BE(0) % shards);
  const named = (kind: string) => (id: string) => `rc:{${shardOf(id)}}:${kind}:${encodeURIComponent(id)}`;
  return {
    shards,
    shardOf,
    record: named('record'),
    gone: named('gone'),
    closed: (userId, name) => `${named('closed')(userId)}:${encodeURIComponent(name)}`,
    userChannel: named('user'),
    typists: named('typists'),
    typistsEnds: named('typists-ends'),
    typingChannel: named('typed'),
    trayChannel: named('inbox'),
    countsChannel: named('counts'),
    typingOf: named('types-in'),
    place: named('place'),
    placeChannel: named('came'),
    of: (shard) => all[shard]!,
    ofId: (id) => all[shardOf(id)]!,
    all,
  };
};
