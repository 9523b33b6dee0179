/**
 * Visibility changes: which watchers an access change touches, and how what they may see is decided anew. What the
 * change may revoke is suspended at once; the access facts, reread, decide. See docs/design.md#who-sees-what.
 */
import { inPieces } from '../async/batches.js';
import { retry } from '../async/retry.js';
import type { ReadAlike } from '../node/recordReader.js';
import { pairKey } from '../presence/pairs.js';
import type { AccessReader } from '../presence/ports/access.js';
import type { AccessChange } from '../presence/ports/bus.js';
import { type Facets, facetsFor, type Viewer } from '../presence/visibility.js';
import { createLists } from './lists.js';
import type { Topic } from './topic.js';
import type { TopicRegistry } from './topicRegistry.js';
import type { Watcher } from './watcher.js';

/** Pairs that one reading asks about. */
const BATCH = 2_000;
const RETRY_MS = 500;

/** What one watcher may see, as read at `now` and at its epoch of then. */
interface VisibilityReading {
  readonly watcher: Watcher;
  readonly facets: Facets;
  readonly now: number;
  readonly epoch: number;
}

/** A subscription to presence, as the place to find watchers. */
export interface WatcherSource {
  readonly viewer: Viewer;
  /** Tracks the users that match individually; returns their watchers. */
  watchers(isMeant: (userId: string) => boolean): readonly Watcher[];
}

/** What the subscriptions of this node may see, kept up to date. */
export interface VisibilityChanges {
  add(source: WatcherSource): void;
  remove(source: WatcherSource): void;
  /** An access fact changed: what it may revoke is suspended before this returns. */
  accessChanged(change: AccessChange): void;
  /** Access changes may have been missed: all is reread. Nothing is suspended, as no change is known that may revoke. */
  accessChangesMissed(): void;
  /**
   * Reads records and access facts of these watchers, again until no access change touched them meanwhile, and calls
   * `apply` for each before another change can. Rejects with what the ports reject with.
   */
  read(watchers: readonly Watcher[], apply: (watcher: Watcher, facets: Facets, now: number) => void): Promise<void>;
  /** Viewers with subscriptions. */
  readonly size: number;
}

const holds = ({ watcher, epoch }: VisibilityReading): boolean => epoch === watcher.epoch;

/** The watchers stay individually tracked while `read` runs. */
const duringReading = async (watchers: readonly Watcher[], read: () => Promise<void>): Promise<void> => {
  for (const watcher of watchers) watcher.beginReading();
  try {
    await read();
  } finally {
    for (const watcher of watchers) watcher.endReading();
  }
};

export const createVisibilityChanges = ({
  people,
  readAlike,
  topics,
  onError,
}: {
  readonly people: Pick<AccessReader, 'accessFacts' | 'accessFactsToWatch'>;
  readonly readAlike: ReadAlike;
  readonly topics: TopicRegistry<Topic>;
  readonly onError: (error: unknown) => void;
}): VisibilityChanges => {
  const byViewer = createLists<WatcherSource>();

  const readOnce = async (
    watchers: readonly Watcher[],
    accessFactsOf: AccessReader['accessFacts'],
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

  const rereadBatch = async (watchers: readonly Watcher[]): Promise<void> => {
    const epochs = new Map(watchers.map((watcher) => [watcher, watcher.epoch]));
    const attempt = async () => {
      // A watcher touched again is left to the later rereading.
      const present = watchers.filter((watcher) => watcher.epoch === epochs.get(watcher));
      if (present.length === 0) return;
      const readings = await readOnce(present, people.accessFactsToWatch);
      for (const { watcher, facets, now } of readings.filter(holds)) watcher.applyFacets(facets, now);
    };
    await retry(attempt, { everyMs: RETRY_MS, onFailure: onError });
  };

  /** Invalidates earlier readings of these watchers and rereads, until the ports answer. */
  const reread = async (touched: readonly Watcher[], mayRevoke: boolean): Promise<void> => {
    for (const watcher of touched) watcher.invalidate(mayRevoke);
    await duringReading(touched, async () => {
      for (const batch of inPieces(touched, BATCH)) await rereadBatch(batch);
    });
  };

  const watchersOf = (viewerId: string, isMeant: (userId: string) => boolean): readonly Watcher[] =>
    byViewer.get(viewerId).flatMap((source) => source.watchers(isMeant));

  const ofPair = (viewerId: string, userId: string) => watchersOf(viewerId, (id) => id === userId);

  /** Pairs of a user who joined or left and a member, in both directions. */
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
      case 'user':
        return topics.get(change.userId)?.trackAll() ?? [];
      default:
        return amongMembers(change.changed, change.members);
    }
  };

  return {
    add: (source) => byViewer.add(source.viewer.userId, source),
    remove: (source) => byViewer.remove(source.viewer.userId, source),
    accessChanged(change) {
      void reread(touchedBy(change), change.mayRevoke);
    },
    accessChangesMissed() {
      const all = byViewer.keys().flatMap((viewerId) => watchersOf(viewerId, () => true));
      void reread(all, false);
    },
    async read(watchers, apply) {
      await duringReading(watchers, async () => {
        let readings: readonly VisibilityReading[];
        // Not the cached facts: the time of a start would tell whether others asked, or anything changed, lately.
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
