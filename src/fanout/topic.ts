/** What is watched on this node: the latest state, the cohorts, and the watchers that are individually tracked. */
import { performance } from 'node:perf_hooks';
import { Cohort, type CohortTopic } from './cohort.js';
import { Projection } from './delivery.js';
import type { Kind, KindTypes } from './kind.js';
import type { Watcher, WatcherTopic } from './watcher.js';

const NOBODY: ReadonlySet<never> = new Set();

/** Is told of each new state, whatever differs in it. */
export interface StateFollower {
  stateChanged(): void;
}

export class Topic<T extends KindTypes> implements CohortTopic<T>, WatcherTopic<T> {
  state: T['state'] | undefined = undefined;
  private readonly cohorts: Cohort<T>[] = [];
  private tracked: Set<Watcher<T>> | undefined = undefined;
  private followers: Set<StateFollower> | undefined = undefined;
  private revoked: Projection<T> | undefined = undefined;
  /** How far the store's clock is ahead of `performance.now`. */
  private ahead = 0;

  constructor(
    readonly kind: Kind<T>,
    /** A user, an object: by id. */
    readonly key: string,
    readonly broadcastIntervalMs: number,
    /** Reads the state and hands it to {@link Topic.observe}. */
    readonly readAgain: () => Promise<void>,
  ) {}

  /** The store's clock, as far as it is known. */
  storeNow(): number {
    return performance.now() + this.ahead;
  }

  get notVisible(): Projection<T> | null {
    const { kind } = this;
    if (kind.notVisible === null) return null;
    this.revoked ??= new Projection(kind, this.key, kind.notVisible, 0, 0, true);
    return this.revoked;
  }

  /** A state, received with its change or read at `readAt`: broadcast, unless a newer one is known. */
  observe(received: T['state'], readAt?: number): void {
    const { kind } = this;
    this.ahead = (readAt ?? kind.revision(received)) - performance.now();
    const state = kind.newer(received, this.state, readAt);
    if (state === undefined) return;
    this.state = state;
    for (const cohort of this.cohorts) cohort.stateChanged();
    if (this.followers) for (const follower of this.followers) follower.stateChanged();
  }

  /** What is watched was deleted: what was known is void. */
  forget(): void {
    this.state = undefined;
  }

  join(sight: T['sight']): Cohort<T> {
    const cohort = this.cohorts.find((each) => each.hasSight(sight)) ?? new Cohort(this, sight);
    if (cohort.members === 0) this.cohorts.push(cohort);
    cohort.members += 1;
    return cohort;
  }

  leave(cohort: Cohort<T>): void {
    cohort.members -= 1;
    if (cohort.members > 0) return;
    cohort.end();
    this.cohorts.splice(this.cohorts.indexOf(cohort), 1);
  }

  follow(follower: StateFollower): void {
    this.followers ??= new Set();
    this.followers.add(follower);
  }

  unfollow(follower: StateFollower): void {
    this.followers?.delete(follower);
    if (this.followers?.size === 0) this.followers = undefined;
  }

  track(watcher: Watcher<T>): void {
    this.tracked ??= new Set();
    this.tracked.add(watcher);
  }

  untrack(watcher: Watcher<T>): void {
    this.tracked?.delete(watcher);
    if (this.tracked?.size === 0) this.tracked = undefined;
  }

  offer(cohort: Cohort<T>, projection: Projection<T>): void {
    for (const watcher of this.tracked ?? NOBODY) {
      if (watcher.cohort !== cohort) continue;
      watcher.offer(projection);
      watcher.trySync();
    }
  }

  /** Tracks all who watch it individually; returns their watchers. */
  trackAll(): readonly Watcher<T>[] {
    for (const cohort of this.cohorts) for (const subscriber of cohort.synced) subscriber.detach(cohort);
    return [...(this.tracked ?? NOBODY)];
  }
}
