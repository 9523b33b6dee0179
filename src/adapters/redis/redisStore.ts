import { LRUCache } from 'lru-cache';
import { sameItems } from '../../presence/copies.js';
import type { Decision } from '../../presence/decision.js';
import { isUnavailable, unavailable } from '../../presence/errors.js';
import type { LiveStore } from '../../presence/ports/stores.js';
import { leftOf, nodesOf } from '../../presence/recovery.js';
import { scheduleOf } from '../../presence/scheduling.js';
import type { PresenceRecord, Session } from '../../presence/types.js';
import { atRevision, decodeRecord, encodeBody, expectedHead, FORMAT, isReadable } from './codec.js';
import { inShards } from './inShards.js';
import type { Keys } from './keys.js';
import { createRedisLeases, type LeaseOptions } from './redisLeases.js';
import { createRedisTyping } from './redisTyping.js';
import { inPairs, ofUser, oneEach } from './replies.js';
import type { Redises, Reply } from './scripts.js';

/** When a shard was away, see renew.lua: revisions and instants, 0 where it never was. */
interface Away {
  /** Records up to this revision were there when it came back older than it had been. */
  readonly begun: number;
  /** Those up to this one are of before it was away at all. */
  readonly since: number;
  /** When it was last known to be served before that. */
  readonly lived: number;
}

const isDoubtful = ({ revision }: PresenceRecord, { begun }: Away): boolean => revision <= begun;

/** How often a commit is tried anew when another node's came first. */
const MAX_ATTEMPTS = 50;
const crowded = () => unavailable('Too many changes of one user at once. Try again in a moment.');

/** How many records a node keeps in mind to decide about without reading them. */
const MAX_RECENT = 20_000;
/** For how long what was restored while a record was dropped may still be on the way to a commit. */
const GONE_MS = 10_000;
/** All seen live are marked for the journal at most once in so many ms, by whichever node comes first. */
const MARK_GUARD_MS = 50_000;
/** What a commit answers where an incarnation that it joins has no lease. */
const WITHOUT_LEASE = -2;
/** By how much a record may grow while Redis is full: who leaves, or hides, gets a moment or two noted. */
const SLACK_CHARS = 64;
/** Records that one script reads, or looks at: a Lua call takes some thousands of arguments, and Redis serves nobody else meanwhile. */
const READ_AT_ONCE = 1_000;

/**
 * The live records of many nodes, in Redis or Redis Cluster. A decision is made here, from what was read, and committed
 * by one script that compares, sets, schedules and publishes; when the record moved in between it is made again.
 */
export const createRedisStore = ({
  redises,
  keys,
  publish,
  monotonicMs = () => performance.now(),
  ...leaseOptions
}: {
  readonly redises: Redises;
  readonly keys: Keys;
  /** SPUBLISH on a Cluster. */
  readonly publish: 'PUBLISH' | 'SPUBLISH';
  /** A clock of this process that never jumps, in milliseconds since whenever. */
  readonly monotonicMs?: () => number;
} & LeaseOptions) => {
  const shards = Array.from({ length: keys.shards }, (_, shard) => keys.of(shard));
  const shardOf = (id: string) => shards[keys.shardOf(id)]!;
  const leases = createRedisLeases({ redises, shards, shardOf, publish, ...leaseOptions });
  const typing = createRedisTyping({
    redises,
    keys,
    shards,
    publish,
    due: leases.due,
  });

  /** When a shard was away, as a script says it. */
  const awayOf = (begun: Reply | undefined, since: Reply | undefined, lived: Reply | undefined): Away => ({
    begun: Number(begun),
    since: Number(since),
    lived: Number(lived),
  });
  /** A record as it was found, and what is left of it where that is of before the shard was away. */
  const asLeft = (record: PresenceRecord, away: Away): PresenceRecord =>
    record.revision > away.since
      ? record
      : leftOf(record, {
          livedAt: away.lived,
          until: away.since + leaseOptions.quietMs,
          connectionsToo: !isDoubtful(record, away),
        });

  /** The same users, those of one shard together, as many as one script takes. */
  const usersInShards = (userIds: readonly string[]) =>
    inShards(keys, userIds, READ_AT_ONCE).map(({ shard, ids }) => ({ shard: shards[shard]!, ids }));

  /** The records of those users as they are stored; null where there is none. */
  const readAll = async (userIds: readonly string[], when: 'settled' | 'settling too') => {
    const readings = await Promise.all(
      usersInShards(userIds).map(async ({ shard: { shard }, ids }) => {
        const [now, begun, since, lived, ...found] = await redises.run(
          'read',
          [shard, ...ids.map(keys.record)],
          [when === 'settled' ? 0 : 1],
        );
        const away = awayOf(begun, since, lived);
        const texts = oneEach(ids, found).map((text, i) => ({
          userId: ids[i]!,
          text: typeof text === 'string' ? text : null,
          away,
        }));
        return { now: Number(now), texts };
      }),
    );
    const clocks = new Map(readings.flatMap(({ now, texts }) => texts.map(({ userId }) => [userId, now])));
    // The earliest of the readings: none of them is as of earlier.
    const now = readings.length > 0 ? Math.min(...readings.map((reading) => reading.now)) : await leases.now();
    const nowOf = (userId: string) => clocks.get(userId) ?? now;
    return { now, nowOf, texts: readings.flatMap(({ texts }) => texts) };
  };

  const open = async (userId: string) => {
    const [now, found, gone, recovering, begun, since, lived, epoch] = await redises.run('open', [
      shardOf(userId).shard,
      keys.record(userId),
      keys.gone(userId),
    ]);
    const text = typeof found === 'string' ? found : undefined;
    const away = awayOf(begun, since, lived);
    return { now: Number(now), text, gone: gone ?? '', recovering: recovering === 1, away, epoch: String(epoch) };
  };

  /** The revision and time of the commit; undefined when the record moved. */
  const commit = async (
    {
      stored,
      base,
      restored,
      since,
      epoch,
    }: {
      readonly stored: PresenceRecord | undefined;
      readonly base: PresenceRecord;
      /** What `base` is, where it is not what the store has. */
      readonly restored: Restored | undefined;
      readonly since: number;
      /** In which `base` was found; empty: in any. */
      readonly epoch: string;
    },
    next: PresenceRecord,
  ): Promise<{ readonly now: number; readonly record: PresenceRecord } | undefined> => {
    const { userId } = next;
    const shard = shardOf(userId);
    const schedule = scheduleOf(base, next);
    const nodes = nodesMoved(stored, next);
    const body = encodeBody(next);
    const movedOr = (revision: number) => (revision === next.revision ? '' : revision);
    const [done, now, revision] = await redises.run(
      'commit',
      [
        shard.shard,
        keys.record(userId),
        shard.due,
        shard.live,
        shard.dirty,
        keys.gone(userId),
        shard.nodes,
        ...nodes.map(({ node }) => shard.on(node)),
      ],
      [
        stored ? expectedHead(stored) : '',
        restored?.gone ?? '',
        `${FORMAT}|${next.generation}|`,
        base.revision,
        movedOr(next.revisions.status),
        movedOr(next.revisions.lastSeen),
        movedOr(next.revisions.activity),
        body,
        schedule.dueAt ?? '',
        schedule.seenLive ? 1 : 0,
        schedule.live ? 1 : 0,
        schedule.durableChanged || restored ? 1 : 0,
        schedule.projectionChanged ? keys.userChannel(userId) : '',
        publish,
        userId,
        (restored?.openedAt ?? 0) + GONE_MS,
        since,
        epoch,
        ...nodes.map(({ node, joins }) => (joins ? node : '')),
      ],
      () => body.length <= encodeBody(base).length + SLACK_CHARS,
    );
    if (done === WITHOUT_LEASE) {
      await Promise.all(nodes.filter(({ joins }) => joins).map(({ node }) => leases.register(shard, node)));
      return commit({ stored, base, restored, since, epoch }, next);
    }
    if (done !== 1) return undefined;
    receivedClock(Number(now));
    const record = atRevision(next, Number(revision));
    if (schedule.live) recent.set(userId, record);
    else recent.delete(userId);
    return { now: Number(now), record };
  };

  /** What was restored, and the mark of the latest drop before that. */
  interface Restored {
    readonly record: PresenceRecord;
    readonly gone: string | number;
    /** The store's clock when nothing was found: what is committed too long after that is restored once more. */
    readonly openedAt: number;
  }

  /**
   * The records that this node committed last, and how far Redis' clock is ahead of ours (a little too little, by the
   * way of the answer): often nobody else came in between, and a decision need not wait for a reading.
   */
  const recent = new LRUCache<string, PresenceRecord>({ max: MAX_RECENT });
  /** The record in that text. What this node committed last need not be decoded. */
  const decodedOf = (userId: string, text: string): PresenceRecord => {
    const record = recent.peek(userId);
    return record && text.startsWith(expectedHead(record)) ? record : ofUser(userId, decodeRecord(text));
  };
  let clockAhead: number | undefined;
  const receivedClock = (now: number) => {
    clockAhead = now - monotonicMs();
  };

  /** Decides about the record as this node left it, and commits. Undefined where that cannot be, or it moved since. */
  const attemptUnread = async <R>(userId: string, decide: (record: PresenceRecord, now: number) => Decision<R>) => {
    const base = recent.get(userId);
    const shard = shardOf(userId);
    const since = leases.sinceOf(shard);
    const epoch = leases.epochOf(shard) ?? '';
    if (!base || clockAhead === undefined || base.revision <= since) return undefined;
    const decision = decide(base, Math.floor(monotonicMs() + clockAhead));
    // That nothing changes can only be said of what was read.
    if (decision.record === base) return undefined;
    const committed = await commit({ stored: base, base, restored: undefined, since, epoch }, decision.record);
    if (committed) return { committed: { ...committed, result: decision.result } };
    recent.delete(userId);
    return undefined;
  };

  /** Reads, decides and commits once. Undefined when the record moved; `restore` when there is none to decide about. */
  const attempt = async <R>(
    userId: string,
    restored: Restored | undefined,
    decide: (record: PresenceRecord, now: number) => Decision<R>,
  ) => {
    const { now, text, gone, recovering, away, epoch } = await open(userId);
    leases.checkEpoch(shardOf(userId), epoch);
    const stored = text === undefined ? undefined : ofUser(userId, decodeRecord(text));
    const found = stored && asLeft(stored, away);
    const isRestored = !stored || isDoubtful(stored, away);
    const base = isRestored ? restored?.record : found;
    if (!base) return { restore: { gone, openedAt: now, missing: { recovering, doubtful: found } } };
    const decision = decide(base, now);
    // What was found otherwise than it is left is committed in any case.
    if (decision.record === base && (!stored || stored === base)) return { committed: { ...decision, now } };
    const { since } = away;
    const committed = await commit(
      { stored, base, restored: isRestored ? restored : undefined, since, epoch },
      decision.record,
    );
    return committed && { committed: { ...committed, result: decision.result } };
  };

  /** One update of a user at a time within this node: only other nodes' come in between. */
  const turns = new Map<string, Promise<unknown>>();
  const inTurn = async <T>(userId: string, run: () => Promise<T>): Promise<T> => {
    const before = turns.get(userId);
    // Whoever waited for one that Redis did not answer waited long enough.
    const goOn = (error: unknown) => {
      if (isUnavailable(error)) throw error;
      return run();
    };
    const mine = (before ? before.then(run, goOn) : run()) as Promise<T>;
    turns.set(userId, mine);
    try {
      return await mine;
    } finally {
      if (turns.get(userId) === mine) turns.delete(userId);
    }
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
        if (outcome?.committed) return outcome.committed;
        // Restoring may take long, and others need not wait for it.
        restored = outcome && { record: await restore(outcome.restore.missing), ...outcome.restore };
      }
      throw crowded();
    },

    async read(userIds) {
      const { texts, ...clock } = await readAll(userIds, 'settled');
      const records = new Map<string, PresenceRecord>();
      const unreadable = new Set<string>();
      const doubtful = new Set<string>();
      for (const { userId, text, away } of texts) {
        if (text === null) continue;
        if (isReadable(text)) {
          const record = decodedOf(userId, text);
          records.set(userId, asLeft(record, away));
          if (isDoubtful(record, away)) doubtful.add(userId);
        } else unreadable.add(userId);
      }
      return { ...clock, records, unreadable, doubtful };
    },

    async dueUsers(limit) {
      const found = await Promise.all(shards.map(({ shard, due }) => leases.due(shard, due, limit)));
      return found.flat().slice(0, limit);
    },

    async live({ after, limit }) {
      const from = after === null ? '-' : `(${after}`;
      const found = await Promise.all(
        shards.map(({ shard, live }) => redises.run('live', [shard, live], [from, limit])),
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
        usersInShards(userIds).map(({ shard: { shard, live }, ids }) => redises.run('among', [shard, live], ids)),
      );
      return new Set(found.flat().map(String));
    },

    async dirty(limit) {
      const marked = await Promise.all(
        shards.map(({ dirty }) => redises.ask((client) => client.zrange(dirty, 0, limit - 1, 'WITHSCORES'))),
      );
      const userIds = marked
        .flatMap(inPairs)
        .map(([userId, at]) => ({ userId, at }))
        .sort((a, b) => a.at - b.at)
        .slice(0, limit)
        .map(({ userId }) => userId);
      const { now, texts } = await readAll(userIds, 'settling too');
      const gone = texts.flatMap(({ userId, text }) => (text === null ? { userId, revision: 0 } : []));
      if (gone.length > 0) await clean(gone);
      // What a newer release wrote is for its nodes to bring into the journal.
      const readable = texts.flatMap(({ userId, text, away }) =>
        text !== null && isReadable(text) ? asLeft(decodedOf(userId, text), away) : [],
      );
      return { now, records: readable };
    },

    clean,

    async markLiveDirty() {
      await Promise.all(
        shards.map(({ live, dirty, dirtyGuard }) => redises.run('mark', [live, dirty, dirtyGuard], [MARK_GUARD_MS])),
      );
    },

    async forget(userId, generation) {
      await typing.clearTyping(userId, null);
      const { due, live, dirty, on } = shardOf(userId);
      for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
        const { text } = await open(userId);
        const nodes = text !== undefined && isReadable(text) ? [...nodesOf(decodeRecord(text))] : [];
        const [done] = await redises.run(
          'forget',
          [keys.record(userId), due, live, dirty, keys.gone(userId), ...nodes.map(on)],
          [userId, GONE_MS, keys.userChannel(userId), publish, generation, text ?? ''],
        );
        if (done !== 0) return done === 1;
      }
      throw crowded();
    },

    ...typing,
    ...leases.port,

    now: leases.now,

    async close() {},
  } satisfies LiveStore;

  async function clean(written: readonly { readonly userId: string; readonly revision: number }[]): Promise<void> {
    const revisions = new Map(written.map(({ userId, revision }) => [userId, revision]));
    await Promise.all(
      usersInShards([...revisions.keys()]).map(({ shard: { due, live, dirty }, ids }) =>
        redises.run(
          'clean',
          [due, live, dirty, ...ids.flatMap((userId) => [keys.record(userId), keys.gone(userId)])],
          [GONE_MS, ...ids.flatMap((userId) => [userId, revisions.get(userId) ?? 0])],
        ),
      ),
    );
  }
};

/** The nodes that hold connections of a record and did not (it joins them), or did and do not any more. */
const nodesMoved = (
  stored: PresenceRecord | undefined,
  next: PresenceRecord,
): readonly { readonly node: string; readonly joins: boolean }[] => {
  const isHeldAsBefore = (one: Session, other: Session) => one.connections === other.connections;
  if (stored && sameItems(stored.sessions, next.sessions, isHeldAsBefore)) return [];
  const [before, after] = [nodesOf(stored), nodesOf(next)];
  return [
    ...[...after].filter((node) => !before.has(node)).map((node) => ({ node, joins: true })),
    ...[...before].filter((node) => !after.has(node)).map((node) => ({ node, joins: false })),
  ];
};
