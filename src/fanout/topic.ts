/** One watched user on this node: the latest record, and who watches it, in groups of those who see the same facets. */
import { performance } from 'node:perf_hooks';
import { expireContent } from '../presence/activities.js';
import type { PresenceRecord } from '../presence/types.js';
import { contentFor, OUT_OF_SIGHT, sameContent } from '../presence/view.js';
import { type Facets, SELF } from '../presence/visibility.js';
import { Group, type GroupTopic } from './cohort.js';
import { Shown } from './delivery.js';
import type { Interest } from './watcher.js';

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

const NOBODY: ReadonlySet<Interest> = new Set();

export class Topic implements GroupTopic {
  record: PresenceRecord | undefined = undefined;
  private readonly groups: Group[] = [];
  private apart: Set<Interest> | undefined = undefined;
  private lost: Shown | undefined = undefined;
  /** How far the store's clock is ahead of `performance.now`. */
  private ahead = 0;

  constructor(
    readonly userId: string,
    readonly broadcastIntervalMs: number,
    /** Has the record read, and {@link Topic.learn} told. */
    readonly readAgain: () => Promise<void>,
  ) {}

  /** The store's clock, as far as it is known. */
  storeNow(): number {
    return performance.now() + this.ahead;
  }

  get outOfSight(): Shown {
    this.lost ??= new Shown(this.userId, OUT_OF_SIGHT, 0, 0, true);
    return this.lost;
  }

  /**
   * A record was heard of with its commit, or read at `readAt`: taken over, and told, unless a newer one is known. A
   * reading later than what is known holds also where its record is older: the store lost what came between.
   */
  learn(heard: PresenceRecord, readAt?: number): void {
    const { record } = this;
    this.ahead = (readAt ?? heard.revision) - performance.now();
    // What has ended by then is not shown, as in the answer to a query, though its end is not committed yet; that of
    // one who is not live never is.
    const candidate = readAt === undefined ? heard : expireContent(heard, readAt);
    if (candidate === record) return;
    if (isNewer(candidate, record)) this.record = candidate;
    else if (record && readAt !== undefined && readAt > record.revision && isOtherThan(candidate, record)) {
      this.record = asOf(candidate, readAt);
    } else return;
    for (const group of this.groups) group.recordChanged();
  }

  /** The user was deleted: what was known is void. */
  forget(): void {
    this.record = undefined;
  }

  join(facets: Facets): Group {
    const group = this.groups.find((each) => each.isOf(facets)) ?? new Group(this, facets);
    if (group.members === 0) this.groups.push(group);
    group.members += 1;
    return group;
  }

  leave(group: Group): void {
    group.members -= 1;
    if (group.members > 0) return;
    group.end();
    this.groups.splice(this.groups.indexOf(group), 1);
  }

  addApart(interest: Interest): void {
    this.apart ??= new Set();
    this.apart.add(interest);
  }

  removeApart(interest: Interest): void {
    this.apart?.delete(interest);
    if (this.apart?.size === 0) this.apart = undefined;
  }

  offer(group: Group, shown: Shown): void {
    for (const interest of this.apart ?? NOBODY) {
      if (interest.group !== group) continue;
      interest.offer(shown);
      interest.settle();
    }
  }

  /** Everybody who watches, each apart. */
  everybody(): readonly Interest[] {
    for (const group of this.groups) for (const subscriber of group.inStep) subscriber.fallOut(group);
    return [...(this.apart ?? NOBODY)];
  }
}
