/**
 * Reads the trays of this node that moved, gathered: one query at a time, of up to {@link BATCH} trays each. However many trays move,
 * the database has one such query of a node to answer; with 100,000 trays that move every second, 500 a second. A reading that fails is
 * repeated until it succeeds; only a subscription that starts by it is refused. One tray that cannot be read fails no other: what cannot
 * be read together is read one by one, and a tray that fails then, where others do not, is read alone until it succeeds. The names of
 * its actors are read with a tray, and are then known to this node: else an event whose names could not be read when it is executed
 * would say that there are none.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Directory } from '../presence/ports/directory.js';
import type { TrayStore } from '../social/ports/trays.js';
import type { InboxChange } from '../social/socialTypes.js';
import { changedAfter, type InboxTopic } from './inboxTopic.js';

const BATCH = 200;
const RETRY_MS = 500;
/** Where none of those that are read one by one could be read after so long, the database cannot be asked. */
const APART_MS = 1_000;

/** A device that starts, and what it knows: the revision after which it asks; null for the totals alone. */
interface Start {
  readonly after: number | null;
  readonly begin: (change: InboxChange) => void;
  readonly refuse: (error: unknown) => void;
}

/** A tray to be read, and who starts with it. */
type Waiting = readonly [InboxTopic, Start[]];

export interface InboxReader {
  /** Has a tray read, and its topic told. */
  request(topic: InboxTopic): void;
  /**
   * Has a tray read, and calls `begin` with what changed after a revision, before anybody hears of anything later. Rejects with
   * UNAVAILABLE.
   */
  start(topic: InboxTopic, after: number | null, begin: (change: InboxChange) => void): Promise<void>;
}

/** What a device is sent first. One that knows a later revision than there is knows a tray that is no more: it has to ask again. */
const firstChange = (change: InboxChange, after: number | null): InboxChange => {
  const { inbox } = change;
  if (after === null) return { inbox, notices: [], partial: false };
  return after > inbox.revision ? { inbox, notices: [], partial: true } : changedAfter(change, after);
};

const earliest = (revisions: readonly (number | null)[]): number | null => {
  const known = revisions.filter((revision) => revision !== null);
  return known.length > 0 ? Math.min(...known) : null;
};

/** Whom events with those changes name. */
const actorsOf = (changes: Iterable<InboxChange>): readonly string[] => {
  const ids = new Set<string>();
  for (const { notices } of changes)
    for (const { gone, actorIds, latest } of notices)
      if (!gone) for (const id of [latest.actorId, ...actorIds]) ids.add(id);
  return [...ids];
};

export const createInboxReader = ({
  trays,
  people,
  onError,
}: {
  readonly trays: Pick<TrayStore, 'changedSince'>;
  readonly people: Pick<Directory, 'profiles'>;
  readonly onError: (error: unknown) => void;
}): InboxReader => {
  const waiting = new Map<InboxTopic, Start[]>();
  /** Trays that could not be read where others could. */
  const alone = new WeakSet<InboxTopic>();
  let busy = false;

  const startsOf = (topic: InboxTopic): Start[] => {
    const starts = waiting.get(topic) ?? [];
    waiting.set(topic, starts);
    return starts;
  };

  /** Each user once: a tray that is watched anew may still be waiting under its earlier topic. */
  const takeBatch = (): readonly Waiting[] => {
    const batch = new Map<string, Waiting>();
    for (const [topic, starts] of waiting) {
      if (batch.size === BATCH) break;
      if (alone.has(topic)) {
        if (batch.size > 0) continue;
        waiting.delete(topic);
        return [[topic, starts]];
      }
      if (!batch.has(topic.userId)) batch.set(topic.userId, [topic, starts]);
    }
    for (const [topic] of batch.values()) waiting.delete(topic);
    return [...batch.values()];
  };

  const read = async (batch: readonly Waiting[]): Promise<void> => {
    for (const [topic] of batch) topic.begin();
    const changes = await trays.changedSince(
      batch.map(([topic, starts]) => ({
        userId: topic.userId,
        after: earliest([topic.revision, ...starts.map(({ after }) => after)]),
      })),
    );
    const actors = actorsOf(changes.values());
    if (actors.length > 0) await people.profiles(actors);
    for (const [topic, starts] of batch) {
      const change = topic.found(changes.get(topic.userId)!);
      alone.delete(topic);
      topic.read(change);
      for (const { after, begin } of starts) begin(firstChange(change, after));
    }
  };

  const refuseAll = (failed: Iterable<Waiting>, error: unknown): void => {
    for (const [, starts] of failed) for (const { refuse } of starts.splice(0)) refuse(error);
  };

  const repeat = async (failed: readonly Waiting[]): Promise<void> => {
    await wait(RETRY_MS, undefined, { ref: false });
    for (const [topic] of failed) topic.failed();
  };

  /** The database cannot be asked. */
  const fail = async (batch: readonly Waiting[], error: unknown): Promise<void> => {
    // Those that waited for this reading have waited long enough.
    refuseAll([...batch, ...waiting], error);
    onError(error);
    await repeat(batch);
  };

  /** Those that fail hold up nobody. */
  const failAlone = (failed: readonly Waiting[], error: unknown): void => {
    refuseAll(failed, error);
    onError(error);
    for (const [topic] of failed) alone.add(topic);
    void repeat(failed);
  };

  const readApart = async (batch: readonly Waiting[], error: unknown): Promise<void> => {
    const failed: Waiting[] = [];
    const until = performance.now() + APART_MS;
    for (const [i, one] of batch.entries()) {
      // Those that were not tried come first next time.
      if (failed.length === i && performance.now() > until) return fail([...batch.slice(i), ...failed], error);
      await read([one]).catch(() => void failed.push(one));
    }
    if (failed.length === batch.length) return fail(batch, error);
    failAlone(failed, error);
  };

  const run = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    // What is asked for in the same turn of the event loop is read in one query.
    await Promise.resolve();
    while (waiting.size > 0) {
      const batch = takeBatch();
      await read(batch).catch((error: unknown) => {
        if (batch.length > 1) return readApart(batch, error);
        return batch.every(([topic]) => alone.has(topic)) ? failAlone(batch, error) : fail(batch, error);
      });
    }
    busy = false;
  };

  return {
    request(topic) {
      startsOf(topic);
      void run();
    },
    start: (topic, after, begin) =>
      new Promise<void>((resolve, refuse) => {
        const first = (change: InboxChange) => {
          begin(change);
          resolve();
        };
        startsOf(topic).push({ after, begin: first, refuse });
        void run();
      }),
  };
};
