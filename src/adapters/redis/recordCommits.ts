/**
 * Changing records. A decision is made in this process and committed by a script that compares, stores, schedules and
 * publishes in one step; where the record moved in between, the decision is made again. See docs/design.md#2-shape.
 */
import type { LRUCache } from 'lru-cache';
import { sameItems } from '../../presence/copies.js';
import type { Decision } from '../../presence/decision.js';
import { isUnavailable, unavailable } from '../../presence/errors.js';
import { placesMoved, seenPlacesOf } from '../../presence/places.js';
import type { Missing, RecordStore } from '../../presence/ports/records.js';
import { nodesOf } from '../../presence/recovery.js';
import { scheduleOf } from '../../presence/scheduling.js';
import type { PresenceRecord, Session } from '../../presence/types.js';
import { atRevision, decodeRecord, encodeBody, expectedHead, FORMAT, isReadable } from './codec.js';
import { createGatheredCommits } from './gatheredCommits.js';
import type { Keys } from './keys.js';
import type { RecordReads } from './recordReads.js';
import type { RedisLeases } from './redisLeases.js';
import { moveName, type RedisPlaces } from './redisPlaces.js';
import { ofUser } from './replies.js';
import type { Redises } from './scripts.js';
import { afterOutage, isDoubtful } from './shardOutage.js';

/** How often a commit is tried anew when another node's came first. */
const MAX_ATTEMPTS = 50;
const crowded = () => unavailable('Too many changes of one user at once. Try again in a moment.');

/** For how long the mark of a drop is kept: what was restored before it may be committed no later than that. */
export const GONE_MS = 10_000;
/** By how much a record may grow while Redis is full: who leaves, or hides, gets a moment or two noted. */
const SLACK_CHARS = 64;

/** What commit.lua says became of a commit. */
const COMMITTED = 1;
const WITHOUT_LEASE = -2;
/** What forget.lua returns first. */
const MOVED = 0;
const FORGOTTEN = 1;

type Decide<R> = (record: PresenceRecord, now: number) => Decision<R>;

interface Committed<R> extends Decision<R> {
  readonly now: number;
}

/** A record from `restore`, with what was found when there was none to decide about. */
interface Restored {
  readonly record: PresenceRecord;
  /** The mark of the latest drop. */
  readonly gone: string | number;
  /** The store's clock. A commit long after it is refused, and the record restored once more. */
  readonly openedAt: number;
}

/** What a decision was made about. */
interface Basis {
  /** What the store has. */
  readonly stored: PresenceRecord | undefined;
  /** What `decide` was given. */
  readonly base: PresenceRecord;
  /** Where `base` was restored rather than found. */
  readonly restored: Restored | undefined;
  readonly since: number;
  /** The epoch in which `base` was found; empty: any. */
  readonly epoch: string;
}

/** What one attempt came to; undefined where the record moved. */
type Outcome<R> =
  | { readonly committed: Committed<R> }
  | { readonly restore: Omit<Restored, 'record'> & { readonly missing: Missing } }
  | undefined;

export const createRecordCommits = ({
  redises,
  keys,
  publish,
  quietMs,
  monotonicMs,
  leases,
  reads,
  places,
  lastCommitted,
}: {
  readonly redises: Redises;
  readonly keys: Keys;
  readonly publish: 'PUBLISH' | 'SPUBLISH';
  readonly quietMs: number;
  readonly monotonicMs: () => number;
  readonly leases: RedisLeases;
  readonly reads: Pick<RecordReads, 'open'>;
  /** Follows commits that moved their users from or to places. */
  readonly places: Pick<RedisPlaces, 'committed' | 'dropped'>;
  /** The records as this node last committed them: often nobody else came in between, and nothing need be read. */
  readonly lastCommitted: LRUCache<string, PresenceRecord>;
}): Pick<RecordStore, 'update' | 'forget'> => {
  /** By how much Redis' clock is ahead of ours; a little too little, by the way of the answer. */
  let clockAheadMs: number | undefined;
  const inTurn = createUserTurns();
  const send = createGatheredCommits({ redises, publish });

  /** Undefined where the record moved. */
  const commit = async (
    basis: Basis,
    next: PresenceRecord,
  ): Promise<{ readonly now: number; readonly record: PresenceRecord } | undefined> => {
    const { stored, base, restored, since, epoch } = basis;
    const { userId } = next;
    const shard = keys.ofId(userId);
    const schedule = scheduleOf(base, next);
    const nodes = nodesMoved(stored, next);
    // Of what is restored it is not known what the index has.
    const moved = restored
      ? unionOf(stored ? seenPlacesOf(stored) : [], seenPlacesOf(next))
      : placesMoved(stored, next);
    const body = encodeBody(next);
    const movedOr = (revision: number) => (revision === next.revision ? '' : revision);
    const [done, now, revision] = await send(shard, {
      userId,
      keys: [keys.record(userId), keys.gone(userId), ...nodes.map(({ node }) => shard.on(node))],
      terms: [
        stored ? expectedHead(stored) : '',
        restored?.gone ?? '',
        `${FORMAT}|${next.generation}|`,
        base.revision,
        movedOr(next.revisions.status),
        movedOr(next.revisions.lastSeen),
        movedOr(next.revisions.activity),
        schedule.dueAt ?? '',
        schedule.seenLive ? 1 : 0,
        schedule.live ? 1 : 0,
        schedule.durableChanged || restored ? 1 : 0,
        // Who is restored live may have been told to be gone, or not been told at all.
        schedule.changedForOthers || (restored && schedule.seenLive) ? 1 : 0,
        (restored?.openedAt ?? 0) + GONE_MS,
        since,
        epoch,
      ],
      body,
      channel: schedule.projectionChanged ? keys.userChannel(userId) : '',
      marks: moved.map((conversationId) => moveName({ userId, conversationId })),
      joined: nodes.map(({ node, joins }) => (joins ? node : '')),
      shrinks: () => body.length <= encodeBody(base).length + SLACK_CHARS,
    });
    if (done === WITHOUT_LEASE) {
      await Promise.all(nodes.filter(({ joins }) => joins).map(({ node }) => leases.register(shard, node)));
      return commit(basis, next);
    }
    if (done !== COMMITTED) return undefined;
    clockAheadMs = now - monotonicMs();
    const record = atRevision(next, Number(revision));
    if (schedule.live) lastCommitted.set(userId, record);
    else lastCommitted.delete(userId);
    if (moved.length > 0) await places.committed(record, moved);
    return { now, record };
  };

  /** Decides about the record as this node left it, and commits. Undefined where that cannot be, or the record moved. */
  const attemptUnread = async <R>(userId: string, decide: Decide<R>): Promise<Outcome<R>> => {
    const base = lastCommitted.get(userId);
    const shard = keys.ofId(userId);
    const since = leases.sinceOf(shard);
    const epoch = leases.epochOf(shard) ?? '';
    if (!base || clockAheadMs === undefined || base.revision <= since) return undefined;
    const decision = decide(base, Math.floor(monotonicMs() + clockAheadMs));
    // Only where the record was read is it known that nothing changes.
    if (decision.record === base) return undefined;
    const committed = await commit({ stored: base, base, restored: undefined, since, epoch }, decision.record);
    if (committed) return { committed: { ...committed, result: decision.result } };
    lastCommitted.delete(userId);
    return undefined;
  };

  /** Reads, decides and commits once; asks for `restore` where there is nothing to decide about. */
  const attempt = async <R>(userId: string, restored: Restored | undefined, decide: Decide<R>): Promise<Outcome<R>> => {
    const { now, text, gone, recovering, outage, epoch } = await reads.open(userId);
    leases.checkEpoch(keys.ofId(userId), epoch);
    const stored = text === undefined ? undefined : ofUser(userId, decodeRecord(text));
    const found = stored && afterOutage(stored, outage, quietMs);
    const isRestored = !stored || isDoubtful(stored, outage);
    const base = isRestored ? restored?.record : found;
    if (!base) return { restore: { gone, openedAt: now, missing: { recovering, doubtful: found } } };
    const decision = decide(base, now);
    // What the outage took from the stored record is committed even where the decision changes nothing.
    if (decision.record === base && (!stored || stored === base)) return { committed: { ...decision, now } };
    const { since } = outage;
    const basis = { stored, base, restored: isRestored ? restored : undefined, since, epoch };
    const committed = await commit(basis, decision.record);
    return committed && { committed: { ...committed, result: decision.result } };
  };

  return {
    async update(userId, restore, decide) {
      let restored: Restored | undefined;
      for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
        const outcome = await inTurn(
          userId,
          async () =>
            (attempts === 0 ? await attemptUnread(userId, decide) : undefined) ?? attempt(userId, restored, decide),
        );
        if (outcome && 'committed' in outcome) return outcome.committed;
        // Outside the turn: restoring may take long, and other updates need not wait for it.
        restored = outcome && { record: await restore(outcome.restore.missing), ...outcome.restore };
      }
      throw crowded();
    },

    async forget(userId, generation) {
      const { shard, due, live, dirty, allStateMarks, on } = keys.ofId(userId);
      for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
        const { now, text } = await reads.open(userId);
        const record = text !== undefined && isReadable(text) ? decodeRecord(text) : undefined;
        const nodes = [...nodesOf(record)];
        const [done] = await redises.run(
          'forget',
          [keys.record(userId), due, live, dirty, keys.gone(userId), shard, ...allStateMarks, ...nodes.map(on)],
          [userId, GONE_MS, keys.userChannel(userId), publish, generation, text ?? ''],
        );
        if (done === MOVED) continue;
        if (done !== FORGOTTEN) return null;
        if (record) await places.dropped(userId, seenPlacesOf(record), record.revision);
        return { record: record ?? null, now };
      }
      throw crowded();
    },
  };
};

/** One update of a user at a time within this node, so that only other nodes' commits come in between. */
const createUserTurns = () => {
  const turns = new Map<string, Promise<unknown>>();
  return async <T>(userId: string, run: () => Promise<T>): Promise<T> => {
    const before = turns.get(userId);
    // Who waited for an update that Redis did not answer has waited long enough.
    const afterFailure = (error: unknown) => {
      if (isUnavailable(error)) throw error;
      return run();
    };
    const mine = (before ? before.then(run, afterFailure) : run()) as Promise<T>;
    turns.set(userId, mine);
    try {
      return await mine;
    } finally {
      if (turns.get(userId) === mine) turns.delete(userId);
    }
  };
};

const unionOf = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])];

/** The nodes whose connections came to a record (`joins`), or left it. */
const nodesMoved = (
  stored: PresenceRecord | undefined,
  next: PresenceRecord,
): readonly { readonly node: string; readonly joins: boolean }[] => {
  const sameConnections = (one: Session, other: Session) => one.connections === other.connections;
  if (stored && sameItems(stored.sessions, next.sessions, sameConnections)) return [];
  const [before, after] = [nodesOf(stored), nodesOf(next)];
  return [
    ...[...after].filter((node) => !before.has(node)).map((node) => ({ node, joins: true })),
    ...[...before].filter((node) => !after.has(node)).map((node) => ({ node, joins: false })),
  ];
};
