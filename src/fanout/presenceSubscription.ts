/**
 * A subscription to presence. Its start has a fixed order: the bus acknowledges the topics, the records are read, then
 * the access facts; an access change received meanwhile repeats the reading. So nothing that happens after the start is
 * lost. See docs/design.md#who-sees-what.
 */
import type { AccessChange } from '../presence/ports/bus.js';
import { checkIds } from '../presence/validate.js';
import type { PresenceView } from '../presence/view.js';
import type { Facets, Viewer } from '../presence/visibility.js';
import type { ReadBudget } from '../service/readBudget.js';
import { checkWatched, roomForRoster } from './budget.js';
import { Cohort } from './cohort.js';
import { type Delivery, viewOf } from './delivery.js';
import { Outbox, type OutboxOwner, type Sink } from './outbox.js';
import { RosterFollower, type RosterOwner } from './rosterFollower.js';
import type { PresenceStream, SubscriptionBudget } from './subscription.js';
import type { OpenSubscription } from './subscriptionRegistry.js';
import type { Topic } from './topic.js';
import type { TopicRegistry } from './topicRegistry.js';
import type { VisibilityChanges, WatcherSource } from './visibilityChanges.js';
import { type Pending, Watcher, type WatcherOwner } from './watcher.js';

/** What all subscriptions to presence share. */
export interface PresenceSubscriptionDeps {
  readonly reads: ReadBudget;
  readonly topics: TopicRegistry<Topic>;
  readonly visibilityChanges: VisibilityChanges;
  /** The viewer's roster: user ids, the first `MAX_WATCHED` by id. */
  readonly rosterOf: (viewerId: string) => Promise<readonly string[]>;
  readonly onError: (error: unknown) => void;
  readonly onEnd: (subscription: PresenceSubscription) => void;
}

/** How one user is watched: synced with a cohort, or individually tracked. */
type Place = Watcher | Cohort;

/** There is one a subscription, with a place for each watched user: a class, for its size. */
export class PresenceSubscription
  implements PresenceStream, WatcherOwner, RosterOwner, OutboxOwner<Pending, Delivery>, WatcherSource, OpenSubscription
{
  readonly outbox = new Outbox<Pending, Delivery>(this);
  private places: Place[] = [];
  private roster: RosterFollower | undefined = undefined;
  hasEnded = false;

  constructor(
    private readonly deps: PresenceSubscriptionDeps,
    readonly viewer: Viewer,
    private readonly budget: SubscriptionBudget,
  ) {}

  /**
   * Resolves when the subscription watches; `userIds` null: the viewer's roster. Rejects with BAD_USER_INPUT,
   * RATE_LIMITED or UNAVAILABLE; it has then ended.
   */
  async start({ userIds, snapshot }: { readonly userIds: readonly string[] | null; readonly snapshot: boolean }) {
    this.deps.visibilityChanges.add(this);
    try {
      if (userIds === null) await this.startRoster(snapshot);
      else await this.startList(checkIds(userIds, 'userIds'), snapshot);
    } catch (error) {
      await this.outbox.return();
      throw error;
    }
  }

  async next(): Promise<IteratorResult<PresenceView>> {
    const next = await this.outbox.next();
    return next.done ? next : { done: false, value: viewOf(next.value) };
  }

  async return(): Promise<IteratorResult<PresenceView>> {
    await this.outbox.return();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  flow(sink: Sink<Delivery>): void {
    this.outbox.flow(sink);
    this.trySync();
  }

  resume(): void {
    this.outbox.resume();
    this.trySync();
  }

  accessChanged(change: AccessChange): void {
    this.roster?.accessChanged(change);
  }

  accessChangesMissed(): void {
    this.roster?.request();
  }

  take(delivery: Delivery): boolean {
    return this.outbox.push(delivery);
  }

  detach(cohort: Cohort): void {
    this.trackIndividually(this.places.indexOf(cohort), cohort);
  }

  attach(watcher: Watcher, cohort: Cohort): void {
    this.places[this.places.indexOf(watcher)] = cohort;
  }

  watchers(isMeant: (userId: string) => boolean): readonly Watcher[] {
    return this.places.flatMap((place, index) => {
      if (!isMeant(place.userId)) return [];
      return place instanceof Cohort ? this.trackIndividually(index, place) : place;
    });
  }

  authorize(pending: Pending): Delivery | undefined {
    return pending.watcher.authorize(pending);
  }

  /** One item a user: that visibility was revoked, where that is the latest; else the present state. */
  collapse(waiting: readonly Pending[]): readonly Pending[] {
    const latest = new Map<Watcher, Pending>();
    for (const { watcher, state, notBefore } of waiting) {
      latest.set(watcher, { watcher, state: state === 'revoked' ? state : 'present', notBefore });
    }
    return [...latest.values()];
  }

  onReturn(): void {
    this.hasEnded = true;
    for (const place of this.places) this.leave(place);
    this.places = [];
    this.deps.visibilityChanges.remove(this);
    this.deps.onEnd(this);
  }

  get room(): number {
    return roomForRoster(this.budget);
  }

  get watchedIds(): readonly string[] {
    return this.places.map(({ userId }) => userId);
  }

  async readRoster(): Promise<readonly string[]> {
    const { viewer } = this;
    return viewer.kind === 'user' ? await this.deps.rosterOf(viewer.userId) : [];
  }

  trackedWatchers(userIds: ReadonlySet<string>): readonly Watcher[] {
    return this.places.filter((place): place is Watcher => place instanceof Watcher && userIds.has(place.userId));
  }

  readFacets(
    watchers: readonly Watcher[],
    apply: (watcher: Watcher, facets: Facets, now: number) => void,
  ): Promise<void> {
    return this.deps.visibilityChanges.read(watchers, apply);
  }

  async add(userIds: readonly string[], deliver: boolean): Promise<void> {
    const { topics } = this.deps;
    const acknowledged: Promise<unknown>[] = [];
    const added = userIds.map((userId) => {
      const { topic, ready } = topics.acquire(userId);
      acknowledged.push(ready);
      this.budget.watched += 1;
      const parted = this.roster?.takeParted(userId);
      parted?.restart(topic);
      return parted ?? new Watcher(this, topic);
    });
    // `concat` makes an array of just that length.
    this.places = this.places.concat(added);
    try {
      await Promise.all(acknowledged);
      await this.readFacets(added, (watcher, facets, now) => {
        if (!watcher.hasEnded) watcher.start(facets, now, deliver);
      });
    } catch (error) {
      for (const watcher of added) this.drop(watcher);
      throw error;
    }
  }

  drop(watcher: Watcher): void {
    if (watcher.hasEnded) return;
    this.places = this.places.filter((place) => place !== watcher);
    this.leave(watcher);
  }

  private async startRoster(snapshot: boolean): Promise<void> {
    const { reads, onError } = this.deps;
    const follower = new RosterFollower(this, onError);
    this.roster = follower;
    await reads.roster(this.viewer, 'start', async () => {
      // A roster never fails for its own size; but a full connection starts no further one.
      checkWatched(this.budget, 1);
      const roster = await this.readRoster();
      await this.add(roster, snapshot);
      return { result: undefined, counted: roster.length };
    });
    follower.open();
  }

  private async startList(userIds: readonly string[], snapshot: boolean): Promise<void> {
    await this.deps.reads.list(this.viewer, userIds.length, 'start', async () => {
      checkWatched(this.budget, userIds.length);
      await this.add(userIds, snapshot);
    });
  }

  private trySync(): void {
    if (!this.outbox.isFlowing) return;
    for (const place of this.places) if (place instanceof Watcher) place.trySync();
  }

  private trackIndividually(index: number, cohort: Cohort): Watcher {
    cohort.synced.delete(this);
    const watcher = Watcher.detachedFrom(cohort, this, this.deps.topics.acquired(cohort.userId));
    this.places[index] = watcher;
    return watcher;
  }

  private leave(place: Place): void {
    if (place instanceof Cohort) place.remove(this);
    else place.end();
    this.deps.topics.release(place.userId);
    this.budget.watched -= 1;
  }
}
