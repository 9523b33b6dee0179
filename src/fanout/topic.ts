/**
 * One watched user on this node: the latest record, and who watches it, in groups of those who see the same facets.
 * Each group has its own pace, so that what a viewer may not see neither delays nor hastens what they may.
 * DESIGN section 1, "Broadcast rate".
 */
import { performance } from 'node:perf_hooks';
import { expireContent } from '../presence/content.js';
import type { PresenceRecord, PresenceStatus } from '../presence/types.js';
import { contentFor, OUT_OF_SIGHT, type PresenceContent, revisionFor, sameContent } from '../presence/view.js';
import { type Facets, SELF } from '../presence/visibility.js';
import { createExpiry } from './expiry.js';

/** What a group shows of the record of one revision: one object for all who see it, to be rendered once for all. */
export interface Shown {
  readonly userId: string;
  readonly content: PresenceContent;
  readonly asOf: number;
  readonly revision: number;
  /** The end of sight, with nothing else to see. */
  readonly lost: boolean;
}

/** One subscription's interest in one user. */
export interface Watcher {
  /** What the group shows now. Called once an event, with the same object for the whole group. */
  offer(shown: Shown): void;
}

export interface Group {
  readonly facets: Facets;
  /** What its watchers see of the record as it is; undefined while there is none. */
  shown(): Shown | undefined;
  /** Whether a change waits for the end of the interval. */
  readonly waits: boolean;
}

export interface Topic {
  readonly userId: string;
  /** What is shown last to whom the user leaves the sight of. */
  readonly outOfSight: Shown;
  /**
   * A record was heard of with its commit, or read at `readAt`: taken over, and told, unless a newer one is known. A
   * reading later than what is known holds also where its record is older: the store lost what came between.
   */
  learn(record: PresenceRecord, readAt?: number): void;
  /** The user was deleted: what was known is void. */
  forget(): void;
  join(watcher: Watcher, facets: Facets): Group;
  leave(watcher: Watcher, facets: Facets): void;
}

const keyOf = ({ self, lastSeen, activity }: Facets): number =>
  (self ? 4 : 0) + (lastSeen ? 2 : 0) + (activity ? 1 : 0);

const isNewer = (record: PresenceRecord, than: PresenceRecord | undefined): boolean =>
  !than ||
  record.generation > than.generation ||
  (record.generation === than.generation && record.revision > than.revision);

/** An older record; or what the journal kept of the one that is known, of the same revision, with nothing live. */
const isOtherThan = (record: PresenceRecord, known: PresenceRecord): boolean =>
  record.revision < known.revision || !sameContent(contentFor(record, SELF), contentFor(known, SELF));

/** To oneself INVISIBLE shows as such. */
const hides = (before: PresenceStatus | undefined, now: PresenceStatus): boolean =>
  now !== before && (now === 'OFFLINE' || now === 'INVISIBLE');

/** A record of which nothing is known to be older than `at`. */
const asOf = (record: PresenceRecord, at: number): PresenceRecord => ({
  ...record,
  revision: at,
  revisions: { status: at, lastSeen: at, activity: at },
});

export const createTopic = (
  userId: string,
  broadcastIntervalMs: number,
  /** Has the record read, and {@link Topic.learn} told. */
  readAgain: () => Promise<void>,
): Topic => {
  let record: PresenceRecord | undefined;
  /** How far the store's clock is ahead of `performance.now`. */
  let ahead = 0;
  const groups = new Map<number, ReturnType<typeof createGroup>>();

  const createGroup = (facets: Facets) => {
    const watchers = new Set<Watcher>();
    let shownOf: PresenceRecord | undefined;
    let shown: Shown | undefined;
    const expiry = facets.self ? createExpiry({ storeNow: () => performance.now() + ahead, readAgain }) : undefined;
    const present = (): Shown | undefined => {
      if (shownOf === record) return shown;
      shownOf = record;
      shown = record && {
        userId,
        content: contentFor(record, facets),
        asOf: revisionFor(record, facets),
        revision: record.revision,
        lost: false,
      };
      expiry?.follow(shown?.content.statusMessage?.expiresAt ?? null);
      return shown;
    };

    let sentAt = Number.NEGATIVE_INFINITY;
    // Who joins has a snapshot of their own: what it shows needs no telling, and begins no interval.
    let sent = present()?.content;
    let timer: NodeJS.Timeout | undefined;

    const broadcast = () => {
      clearTimeout(timer);
      timer = undefined;
      const now = present();
      if (!now) return;
      if (!sent || !sameContent(sent, now.content)) sentAt = performance.now();
      sent = now.content;
      for (const watcher of watchers) watcher.offer(now);
    };

    return {
      facets,
      watchers,
      shown: present,
      get waits() {
        return timer !== undefined;
      },
      recordChanged() {
        const before = shown?.content.status;
        const now = present();
        if (!now || (!timer && sent && sameContent(sent, now.content))) return;
        const waitMs = sentAt + broadcastIntervalMs - performance.now();
        // What hides never waits.
        if (hides(before, now.content.status) || waitMs <= 0) broadcast();
        else timer ??= setTimeout(broadcast, waitMs).unref();
      },
      end() {
        clearTimeout(timer);
        expiry?.end();
      },
    };
  };

  return {
    userId,
    outOfSight: { userId, content: OUT_OF_SIGHT, asOf: 0, revision: 0, lost: true },
    learn(heard, readAt) {
      ahead = (readAt ?? heard.revision) - performance.now();
      // What has ended by then is not shown, as in the answer to a query, though its end is not committed yet; that of
      // one who is not live never is.
      const candidate = readAt === undefined ? heard : expireContent(heard, readAt);
      if (isNewer(candidate, record)) record = candidate;
      else if (record && readAt !== undefined && readAt > record.revision && isOtherThan(candidate, record)) {
        record = asOf(candidate, readAt);
      } else return;
      for (const group of groups.values()) group.recordChanged();
    },
    forget() {
      record = undefined;
    },
    join(watcher, facets) {
      const key = keyOf(facets);
      const group = groups.get(key) ?? createGroup(facets);
      groups.set(key, group);
      group.watchers.add(watcher);
      return group;
    },
    leave(watcher, facets) {
      const key = keyOf(facets);
      const group = groups.get(key);
      group?.watchers.delete(watcher);
      if (group?.watchers.size !== 0) return;
      group.end();
      groups.delete(key);
    },
  };
};
