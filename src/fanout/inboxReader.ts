/**
 * Reads the trays of this node that moved, gathered: one query at a time, of up to {@link BATCH} trays each. However many trays move,
 * the database has one such query of a node to answer; with 100,000 trays that move every second, 500 a second. A reading that fails is
 * repeated until it succeeds; only a subscription that starts by it is refused. The names of its actors are read with it, and are then
 * known to this node: else an event whose names could not be read when it is executed would say that there are none.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Directory } from '../presence/ports/directory.js';
import type { TrayStore } from '../social/ports/trays.js';
import type { InboxChange } from '../social/socialTypes.js';
import { changedAfter, type InboxTopic } from './inboxTopic.js';

const BATCH = 200;
const RETRY_MS = 500;

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
      const change = changes.get(topic.userId)!;
      topic.read(change);
      for (const { after, begin } of starts) begin(firstChange(change, after));
    }
  };

  const fail = async (batch: readonly Waiting[], error: unknown): Promise<void> => {
    for (const [, starts] of [...batch, ...waiting]) {
      // Those that waited for this reading have waited long enough.
      for (const { refuse } of starts.splice(0)) refuse(error);
    }
    onError(error);
    await wait(RETRY_MS, undefined, { ref: false });
    for (const [topic] of batch) topic.failed();
  };

  const run = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    // What is asked for in the same turn of the event loop is read in one query.
    await Promise.resolve();
    while (waiting.size > 0) {
      const batch = takeBatch();
      await read(batch).catch((error: unknown) => fail(batch, error));
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
