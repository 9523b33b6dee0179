/** One watched user on this node: the latest record, and who watches it, in groups of those who see the same facets. */
import { performance } from 'node:perf_hooks';
import { expireContent } from '../presence/activities.js';
import type { PresenceRecord } from '../presence/types.js';
import { contentFor, NOT_VISIBLE, sameContent } from '../presence/view.js';
import { type Facets, SELF } from '../presence/visibility.js';
import { Cohort, type CohortTopic } from './cohort.js';
import { Projection } from './delivery.js';
import type { Watcher } from './watcher.js';

const isNewer = (record: PresenceRecord, than: PresenceRecord | undefined): boolean =>
  !than ||
  record.generation > than.generation ||
  (record.generation === than.generation && record.revision > than.revision);

/** An older record; or what the journal kept of the one that is known, of the same revision, with nothing live. */
const isOtherThan = (record: PresenceRecord, known: PresenceRecord): boolean =>
  record.revision < known.revision || !sameContent(contentFor(record, SELF), contentFor(known, SELF));

/** A record of which nothing is known to be older than `at`. */
const asOf = (record: PresenceRecord, at: number): PresenceRecord => ({
  ...record,
  revision: at,
  revisions: { status: at, lastSeen: at, activity: at },
});

const NOBODY: ReadonlySet<Watcher> = new Set();

export class Topic implements CohortTopic {
  record: PresenceRecord | undefined = undefined;
  private readonly cohorts: Cohort[] = [];
  private tracked: Set<Watcher> | undefined = undefined;
  private lost: Projection | undefined = undefined;
  /** How far the store's clock is ahead of `performance.now`. */
  private ahead = 0;

  constructor(
    readonly userId: string,
    readonly broadcastIntervalMs: number,
    /** Has the record read, and {@link Topic.observe} told. */
    readonly readAgain: () => Promise<void>,
  ) {}

  /** The store's clock, as far as it is known. */
  storeNow(): number {
    return performance.now() + this.ahead;
  }

  get notVisible(): Projection {
    this.lost ??= new Projection(this.userId, NOT_VISIBLE, 0, 0, true);
    return this.lost;
  }

  /**
   * A record was heard of with its commit, or read at `readAt`: taken over, and told, unless a newer one is known. A
   * reading later than what is known holds also where its record is older: the store lost what came between.
   */
  observe(received: PresenceRecord, readAt?: number): void {
    const { record } = this;
    this.ahead = (readAt ?? received.revision) - performance.now();
    // What has ended by then is not shown, as in the answer to a query, though its end is not committed yet; that of
    // one who is not live never is.
    const candidate = readAt === undefined ? received : expireContent(received, readAt);
    if (candidate === record) return;
    if (isNewer(candidate, record)) this.record = candidate;
    else if (record && readAt !== undefined && readAt > record.revision && isOtherThan(candidate, record)) {
      this.record = asOf(candidate, readAt);
    } else return;
    for (const cohort of this.cohorts) cohort.recordChanged();
  }

  /** The user was deleted: what was known is void. */
  forget(): void {
    this.record = undefined;
  }

  join(facets: Facets): Cohort {
    const cohort = this.cohorts.find((each) => each.isOf(facets)) ?? new Cohort(this, facets);
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

  /** Everybody who watches, each apart. */
  everybody(): readonly Watcher[] {
    for (const cohort of this.cohorts) for (const subscriber of cohort.synced) subscriber.detach(cohort);
    return [...(this.tracked ?? NOBODY)];
  }
}
