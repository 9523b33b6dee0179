/**
 * Changes of sight: which open interests a change of facts touches, and how they are judged anew. What may narrow
 * withholds at once; the facts, read again, decide. See docs/semantics.md, "Who sees what".
 */
import { setTimeout as wait } from 'node:timers/promises';
import { inPieces } from '../async/batches.js';
import type { ReadAlike } from '../node/recordReader.js';
import { pairKey } from '../presence/pairs.js';
import type { AccessChange } from '../presence/ports/bus.js';
import type { People } from '../presence/ports/stores.js';
import { type Facets, facetsFor, type Viewer } from '../presence/visibility.js';
import { createLists } from './lists.js';
import type { TopicRegistry } from './topics.js';
import type { Watcher } from './watcher.js';

/** How many pairs are asked about at once. */
const BATCH = 2_000;
const RETRY_MS = 500;

/** What one interest may see, as read at `now` and at its epoch of then. */
interface VisibilityReading {
  readonly watcher: Watcher;
  readonly facets: Facets;
  readonly now: number;
  readonly epoch: number;
}

/** A subscription, whose interests are judged anew when facts change: those that are asked for are apart. */
export interface WatchingSubscription {
  readonly viewer: Viewer;
  /** Its interests in the users that are meant. */
  watchers(isMeant: (userId: string) => boolean): readonly Watcher[];
}

/** The subscriptions of this node, by viewer. */
export interface VisibilityChanges {
  add(watching: WatchingSubscription): void;
  remove(watching: WatchingSubscription): void;
  /** A change of facts was heard. */
  changed(change: AccessChange): void;
  /** Changes of facts may have been missed: all is judged anew. Nothing is withheld meanwhile: nothing is known to narrow. */
  missed(): void;
  /**
   * Reads records and facts of these interests, again and again until none was touched meanwhile, and at once, before
   * one can be touched again, tells `apply` what each may see. Rejects with what the ports reject with.
   */
  read(watchers: readonly Watcher[], apply: (watcher: Watcher, facets: Facets, now: number) => void): Promise<void>;
  /** How many viewers have subscriptions. */
  readonly size: number;
}

const holds = ({ watcher, epoch }: VisibilityReading): boolean => epoch === watcher.epoch;

/** Keeps interests apart for as long as it is read what they may see. */
const whileTracked = async (watchers: readonly Watcher[], read: () => Promise<void>): Promise<void> => {
  for (const watcher of watchers) watcher.readingBegins();
  try {
    await read();
  } finally {
    for (const watcher of watchers) watcher.readingEnds();
  }
};

export const createVisibilityChanges = ({
  people,
  readAlike,
  topics,
  onError,
}: {
  readonly people: People;
  readonly readAlike: ReadAlike;
  readonly topics: TopicRegistry;
  readonly onError: (error: unknown) => void;
}): VisibilityChanges => {
  const byViewer = createLists<WatchingSubscription>();

  const readOnce = async (
    watchers: readonly Watcher[],
    accessFactsOf: People['accessFacts'],
  ): Promise<readonly VisibilityReading[]> => {
    const epochs = watchers.map(({ epoch }) => epoch);
    const userIds = [...new Set(watchers.map(({ userId }) => userId))];
    const { nowOf, records, accessFacts } = await readAlike(userIds, () =>
      accessFactsOf(watchers.map(({ viewer, userId }) => ({ viewerId: viewer.userId, userId }))),
    );
    for (const record of records.values()) topics.get(record.userId)?.observe(record, nowOf(record.userId));
    return watchers.map((watcher, i) => ({
      watcher,
      facets: facetsFor(
        watcher.viewer,
        watcher.userId,
        accessFacts.get(pairKey(watcher.viewer.userId, watcher.userId)),
      ),
      now: nowOf(watcher.userId),
      epoch: epochs[i]!,
    }));
  };

  const recheckBatch = async (watchers: readonly Watcher[]): Promise<void> => {
    const epochs = new Map(watchers.map((watcher) => [watcher, watcher.epoch]));
    for (;;) {
      // One that was touched again is the business of the later recheck.
      const present = watchers.filter((watcher) => watcher.epoch === epochs.get(watcher));
      if (present.length === 0) return;
      try {
        const readings = await readOnce(present, people.accessFactsToWatch);
        for (const { watcher, facets, now } of readings.filter(holds)) watcher.see(facets, now);
        return;
      } catch (error) {
        onError(error);
        await wait(RETRY_MS, undefined, { ref: false });
      }
    }
  };

  /** What was read of these before does not hold. Judges them anew, and goes on trying while the ports cannot be asked. */
  const recheck = async (touched: readonly Watcher[], mayRevoke: boolean): Promise<void> => {
    for (const watcher of touched) watcher.touch(mayRevoke);
    await whileTracked(touched, async () => {
      for (const batch of inPieces(touched, BATCH)) await recheckBatch(batch);
    });
  };

  const watchersOf = (viewerId: string, isMeant: (userId: string) => boolean): readonly Watcher[] =>
    byViewer.get(viewerId).flatMap((watching) => watching.watchers(isMeant));

  const ofPair = (viewerId: string, userId: string) => watchersOf(viewerId, (id) => id === userId);

  /** Pairs of one who came or left with a member, in both directions. */
  const amongMembers = (changed: readonly string[], members: readonly string[]): readonly Watcher[] => {
    const touched = new Set<Watcher>();
    const both = [new Set(changed), new Set(members)] as const;
    for (const [these, those] of [both, [both[1], both[0]] as const]) {
      for (const viewerId of these) {
        for (const watcher of watchersOf(viewerId, (userId) => those.has(userId))) touched.add(watcher);
      }
    }
    return [...touched];
  };

  const touchedBy = (change: AccessChange): readonly Watcher[] => {
    switch (change.kind) {
      case 'relation': {
        const [a, b] = change.users;
        return [...ofPair(a, b), ...ofPair(b, a)];
      }
      case 'user': {
        return topics.get(change.userId)?.everybody() ?? [];
      }
      default:
        return amongMembers(change.changed, change.members);
    }
  };

  return {
    add: (watching) => byViewer.add(watching.viewer.userId, watching),
    remove: (watching) => byViewer.remove(watching.viewer.userId, watching),
    changed(change) {
      void recheck(touchedBy(change), change.mayRevoke);
    },
    missed() {
      const all = byViewer.keys().flatMap((viewerId) => watchersOf(viewerId, () => true));
      void recheck(all, false);
    },
    async read(watchers, apply) {
      await whileTracked(watchers, async () => {
        let readings: readonly VisibilityReading[];
        // Who starts to watch would tell from what is remembered whether others asked, or anything changed, lately.
        do readings = await readOnce(watchers, people.accessFacts);
        while (!readings.every(holds));
        for (const { watcher, facets, now } of readings) apply(watcher, facets, now);
      });
    },
    get size() {
      return byViewer.size;
    },
  };
};
