/**
 * Visibility changes: which watchers an access change touches, and how what they may see is decided anew. What the
 * change may revoke is suspended at once; the access facts, reread, decide. See docs/design.md#who-sees-what.
 */
import { inPieces } from '../async/batches.js';
import { retry } from '../async/retry.js';
import type { AccessChange } from '../presence/ports/bus.js';
import type { Viewer } from '../presence/visibility.js';
import type { KindTypes } from './kind.js';
import { createLists } from './lists.js';
import type { Topic } from './topic.js';
import type { Watcher } from './watcher.js';

/** Pairs that one reading asks about. */
const BATCH = 2_000;
const RETRY_MS = 500;

/** What a viewer may see of a topic, and the store's clock when that was read. */
export interface Sighting<T extends KindTypes> {
  readonly sight: T['sight'];
  readonly now: number;
}

/** Of one kind: how what its viewers may see is read, and what changes it. */
export interface Sights<T extends KindTypes> {
  /**
   * Reads the states of the topics, which it hands to them, then the access facts of each pair, in the same steps whatever they
   * are; `starting`: nothing from caches, as the time of a start would tell whether others asked, or anything changed, lately.
   * Facts that are missing deny. Rejects with what the ports reject with.
   */
  read(watchers: readonly Watcher<T>[], starting: boolean): Promise<(watcher: Watcher<T>) => Sighting<T>>;
  /** The user whose relations to a viewer decide what the viewer sees of the topic; null: nobody; undefined: not known yet. */
  userOf(key: string): string | null | undefined;
  /** The topics that a change concerns whoever watches them. */
  topicsOf(change: AccessChange): readonly Topic<T>[];
}

/** What one watcher may see, as it was read at its epoch of then. */
interface VisibilityReading<T extends KindTypes> extends Sighting<T> {
  readonly watcher: Watcher<T>;
  readonly epoch: number;
}

/** A subscription to states, as the place to find watchers. */
export interface WatcherSource<T extends KindTypes> {
  readonly viewer: Viewer;
  /** Tracks the topics that match individually; returns their watchers. */
  watchers(isMeant: (key: string) => boolean): readonly Watcher<T>[];
}

/** What the subscriptions of this node to one kind may see, kept up to date. */
export interface VisibilityChanges<T extends KindTypes> {
  add(source: WatcherSource<T>): void;
  remove(source: WatcherSource<T>): void;
  /** An access fact changed: what it may revoke is suspended before this returns. */
  accessChanged(change: AccessChange): void;
  /** Access changes may have been missed: all is reread. Nothing is suspended, as no change is known that may revoke. */
  accessChangesMissed(): void;
  /**
   * Reads states and access facts of these watchers, again until no access change touched them meanwhile, and calls
   * `apply` for each before another change can. Rejects with what the ports reject with.
   */
  read(
    watchers: readonly Watcher<T>[],
    apply: (watcher: Watcher<T>, sight: T['sight'], now: number) => void,
  ): Promise<void>;
  /** Viewers with subscriptions. */
  readonly size: number;
}

const holds = <T extends KindTypes>({ watcher, epoch }: VisibilityReading<T>): boolean => epoch === watcher.epoch;

/** The watchers stay individually tracked while `read` runs. */
const duringReading = async <T extends KindTypes>(
  watchers: readonly Watcher<T>[],
  read: () => Promise<void>,
): Promise<void> => {
  for (const watcher of watchers) watcher.beginReading();
  try {
    await read();
  } finally {
    for (const watcher of watchers) watcher.endReading();
  }
};

export const createVisibilityChanges = <T extends KindTypes>({
  sights,
  onError,
}: {
  readonly sights: Sights<T>;
  readonly onError: (error: unknown) => void;
}): VisibilityChanges<T> => {
  const byViewer = createLists<WatcherSource<T>>();

  const readOnce = async (
    watchers: readonly Watcher<T>[],
    starting: boolean,
  ): Promise<readonly VisibilityReading<T>[]> => {
    const epochs = watchers.map(({ epoch }) => epoch);
    const sightingOf = await sights.read(watchers, starting);
    return watchers.map((watcher, i) => ({ watcher, ...sightingOf(watcher), epoch: epochs[i]! }));
  };

  const rereadBatch = async (watchers: readonly Watcher<T>[]): Promise<void> => {
    const epochs = new Map(watchers.map((watcher) => [watcher, watcher.epoch]));
    const attempt = async () => {
      // A watcher touched again is left to the later rereading.
      const present = watchers.filter((watcher) => watcher.epoch === epochs.get(watcher));
      if (present.length === 0) return;
      const readings = await readOnce(present, false);
      for (const { watcher, sight, now } of readings.filter(holds)) watcher.applySight(sight, now);
    };
    await retry(attempt, { everyMs: RETRY_MS, onFailure: onError });
  };

  /** Invalidates earlier readings of these watchers and rereads, until the ports answer. */
  const reread = async (touched: readonly Watcher<T>[], mayRevoke: boolean): Promise<void> => {
    for (const watcher of touched) watcher.invalidate(mayRevoke);
    await duringReading(touched, async () => {
      for (const batch of inPieces(touched, BATCH)) await rereadBatch(batch);
    });
  };

  const watchersOf = (viewerId: string, isMeant: (key: string) => boolean): readonly Watcher<T>[] =>
    byViewer.get(viewerId).flatMap((source) => source.watchers(isMeant));

  /** The viewer's watchers of what those users decide about, or of what nobody knows yet who does. */
  const watchersAbout = (viewerId: string, isMeant: (userId: string) => boolean): readonly Watcher<T>[] =>
    watchersOf(viewerId, (key) => {
      const userId = sights.userOf(key);
      return userId === undefined || (userId !== null && isMeant(userId));
    });

  const ofPair = (viewerId: string, userId: string) => watchersAbout(viewerId, (id) => id === userId);

  /** Pairs of a user who joined or left and a member, in both directions. */
  const amongMembers = (changed: readonly string[], members: readonly string[]): ReadonlySet<Watcher<T>> => {
    const touched = new Set<Watcher<T>>();
    const both = [new Set(changed), new Set(members)] as const;
    for (const [these, those] of [both, [both[1], both[0]] as const]) {
      for (const viewerId of these) {
        for (const watcher of watchersAbout(viewerId, (userId) => those.has(userId))) touched.add(watcher);
      }
    }
    return touched;
  };

  const ofRelations = (change: AccessChange): Iterable<Watcher<T>> => {
    switch (change.kind) {
      case 'relation': {
        const [a, b] = change.users;
        return [...ofPair(a, b), ...ofPair(b, a)];
      }
      case 'user':
        return [];
      default:
        return amongMembers(change.changed, change.members);
    }
  };

  const touchedBy = (change: AccessChange): readonly Watcher<T>[] => {
    const whole = sights.topicsOf(change).flatMap((topic) => topic.trackAll());
    const touched = [...ofRelations(change)];
    return whole.length === 0 || touched.length === 0 ? whole.concat(touched) : [...new Set(whole.concat(touched))];
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
        let readings: readonly VisibilityReading<T>[];
        do readings = await readOnce(watchers, true);
        while (!readings.every(holds));
        for (const { watcher, sight, now } of readings) apply(watcher, sight, now);
      });
    },
    get size() {
      return byViewer.size;
    },
  };
};
