/** One watched user on this node: the latest record, the cohorts, and the watchers that are individually tracked. */
import { performance } from 'node:perf_hooks';
import { expireContent } from '../presence/activities.js';
import type { PresenceRecord } from '../presence/types.js';
import { contentFor, NOT_VISIBLE, sameContent } from '../presence/view.js';
import { type Facets, SELF } from '../presence/visibility.js';
import { Cohort, type CohortTopic } from './cohort.js';
import { Projection } from './delivery.js';
import type { Watcher, WatcherTopic } from './watcher.js';

const isNewer = (record: PresenceRecord, than: PresenceRecord | undefined): boolean =>
  !than ||
  record.generation > than.generation ||
  (record.generation === than.generation && record.revision > than.revision);

/** Whether it is an older record, or what the journal kept of the known revision, with nothing live. */
const differs = (record: PresenceRecord, known: PresenceRecord): boolean =>
  record.revision < known.revision || !sameContent(contentFor(record, SELF), contentFor(known, SELF));

/** The record with `at` for the instant of its last change. */
const changedAt = (record: PresenceRecord, at: number): PresenceRecord => ({
  ...record,
  revision: at,
  revisions: { status: at, lastSeen: at, activity: at },
});

const NOBODY: ReadonlySet<Watcher> = new Set();

/** Is told of each new record of a user, whatever differs in it. */
export interface RecordFollower {
  recordChanged(): void;
}

export class Topic implements CohortTopic, WatcherTopic {
  record: PresenceRecord | undefined = undefined;
  private readonly cohorts: Cohort[] = [];
  private tracked: Set<Watcher> | undefined = undefined;
  private followers: Set<RecordFollower> | undefined = undefined;
  private revoked: Projection | undefined = undefined;
  /** How far the store's clock is ahead of `performance.now`. */
  private ahead = 0;

  constructor(
    readonly userId: string,
    readonly broadcastIntervalMs: number,
    /** Reads the record and hands it to {@link Topic.observe}. */
    readonly readAgain: () => Promise<void>,
  ) {}

  /** The store's clock, as far as it is known. */
  storeNow(): number {
    return performance.now() + this.ahead;
  }

  get notVisible(): Projection {
    this.revoked ??= new Projection(this.userId, NOT_VISIBLE, 0, 0, true);
    return this.revoked;
  }

  /**
   * A record, received with its commit or read at `readAt`: broadcast, unless a newer one is known. A record read after
   * the revision that is known holds even where it is older: the store lost what came between.
   */
  observe(received: PresenceRecord, readAt?: number): void {
    const { record } = this;
    this.ahead = (readAt ?? received.revision) - performance.now();
    // Content that expired by the reading is not shown, as in a query, though its end may not be committed yet; that of
    // a user who is not live never is.
    const candidate = readAt === undefined ? received : expireContent(received, readAt);
    if (candidate === record) return;
    if (isNewer(candidate, record)) this.record = candidate;
    else if (record && readAt !== undefined && readAt > record.revision && differs(candidate, record)) {
      this.record = changedAt(candidate, readAt);
    } else return;
    for (const cohort of this.cohorts) cohort.recordChanged();
    if (this.followers) for (const follower of this.followers) follower.recordChanged();
  }

  /** The user was deleted: what was known is void. */
  forget(): void {
    this.record = undefined;
  }

  join(facets: Facets): Cohort {
    const cohort = this.cohorts.find((each) => each.hasFacets(facets)) ?? new Cohort(this, facets);
    if (cohort.members === 0) this.cohorts.push(cohort);
    cohort.members += 1;
    return cohort;
  }

  leave(cohort: Cohort): void {
    cohort.members -= 1;
    if (cohort.members > 0) return;
    cohort.end();
    this.cohorts.splice(this.cohorts.indexOf(cohort), 1);
  }

  follow(follower: RecordFollower): void {
    this.followers ??= new Set();
    this.followers.add(follower);
  }

  unfollow(follower: RecordFollower): void {
    this.followers?.delete(follower);
    if (this.followers?.size === 0) this.followers = undefined;
  }

  track(watcher: Watcher): void {
    this.tracked ??= new Set();
    this.tracked.add(watcher);
  }

  untrack(watcher: Watcher): void {
    this.tracked?.delete(watcher);
    if (this.tracked?.size === 0) this.tracked = undefined;
  }

  offer(cohort: Cohort, projection: Projection): void {
    for (const watcher of this.tracked ?? NOBODY) {
      if (watcher.cohort !== cohort) continue;
      watcher.offer(projection);
      watcher.trySync();
    }
  }

  /** Tracks all who watch the user individually; returns their watchers. */
  trackAll(): readonly Watcher[] {
    for (const cohort of this.cohorts) for (const subscriber of cohort.synced) subscriber.detach(cohort);
    return [...(this.tracked ?? NOBODY)];
  }
}
