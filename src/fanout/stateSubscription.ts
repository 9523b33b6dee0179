/**
 * A subscription to the states of topics of one kind. For each topic it is a synced member of a cohort or has a watcher. Its
 * start has a fixed order: the bus acknowledges the topics, the states are read, then the access facts; an access change
 * received meanwhile repeats the reading. So nothing that happens after the start is lost. See docs/design.md#who-sees-what.
 */
import type { AccessChange } from '../presence/ports/bus.js';
import type { Viewer } from '../presence/visibility.js';
import { Cohort } from './cohort.js';
import type { Delivery, Projection } from './delivery.js';
import { DeliveryStream } from './deliveryStream.js';
import type { KindTypes } from './kind.js';
import { Outbox, type OutboxOwner, type Sink } from './outbox.js';
import type { OpenSubscription } from './subscriptionRegistry.js';
import type { Topic } from './topic.js';
import type { TopicRegistry } from './topicRegistry.js';
import type { VisibilityChanges, WatcherSource } from './visibilityChanges.js';
import { type Pending, Watcher, type WatcherOwner } from './watcher.js';

/** What all subscriptions to one kind share. */
export interface StateSubscriptionDeps<T extends KindTypes> {
  readonly topics: TopicRegistry<Topic<T>>;
  readonly visibilityChanges: VisibilityChanges<T>;
  readonly onEnd: (subscription: OpenSubscription) => void;
}

/** How one topic is watched: synced with a cohort, or individually tracked. */
type Place<T extends KindTypes> = Watcher<T> | Cohort<T>;

/** There is one a subscription, with a place for each topic: a class, for its size. */
export abstract class StateSubscription<T extends KindTypes>
  extends DeliveryStream<T['view'], Projection<T>>
  implements WatcherOwner<T>, OutboxOwner<Pending<T>, Delivery<Projection<T>>>, WatcherSource<T>, OpenSubscription
{
  readonly outbox = new Outbox<Pending<T>, Delivery<Projection<T>>>(this);
  private places: Place<T>[] = [];
  hasEnded = false;

  constructor(
    protected readonly deps: StateSubscriptionDeps<T>,
    readonly viewer: Viewer,
  ) {
    super();
  }

  abstract accessChanged(change: AccessChange): void;
  abstract accessChangesMissed(): void;

  /** One topic more, or fewer, counts for the connection. */
  protected abstract counted(difference: 1 | -1): void;

  /** The watcher to begin with, of a topic that was acquired. */
  protected watcherOf(topic: Topic<T>): Watcher<T> {
    return new Watcher(this, topic);
  }

  override flow(sink: Sink<Delivery<Projection<T>>>): void {
    super.flow(sink);
    this.trySync();
  }

  override resume(): void {
    super.resume();
    this.trySync();
  }

  take(delivery: Delivery<Projection<T>>): boolean {
    return this.outbox.push(delivery, delivery.projection.named);
  }

  detach(cohort: Cohort<T>): void {
    this.trackIndividually(this.places.indexOf(cohort), cohort);
  }

  attach(watcher: Watcher<T>, cohort: Cohort<T>): void {
    this.places[this.places.indexOf(watcher)] = cohort;
  }

  watchers(isMeant: (key: string) => boolean): readonly Watcher<T>[] {
    return this.places.flatMap((place, index) => {
      if (!isMeant(place.key)) return [];
      return place instanceof Cohort ? this.trackIndividually(index, place) : place;
    });
  }

  authorize(pending: Pending<T>): Delivery<Projection<T>> | undefined {
    return pending.watcher.authorize(pending);
  }

  named({ watcher, state }: Pending<T>): string | null {
    return state === 'revoked' ? null : watcher.named;
  }

  /** One item a topic: that visibility was revoked, where that is the latest; else the present state. */
  collapse(waiting: readonly Pending<T>[]): readonly Pending<T>[] {
    const latest = new Map<Watcher<T>, Pending<T>>();
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

  get watchedIds(): readonly string[] {
    return this.places.map(({ key }) => key);
  }

  trackedWatchers(keys: ReadonlySet<string>): readonly Watcher<T>[] {
    return this.places.filter((place): place is Watcher<T> => place instanceof Watcher && keys.has(place.key));
  }

  readSights(
    watchers: readonly Watcher<T>[],
    apply: (watcher: Watcher<T>, sight: T['sight'], now: number) => void,
  ): Promise<void> {
    return this.deps.visibilityChanges.read(watchers, apply);
  }

  /** Watches these too; `deliver`: their states are sent. All or none. */
  async add(keys: readonly string[], deliver: boolean): Promise<void> {
    const { topics } = this.deps;
    const acknowledged: Promise<unknown>[] = [];
    const added = keys.map((key) => {
      const { topic, ready } = topics.acquire(key);
      acknowledged.push(ready);
      this.counted(1);
      return this.watcherOf(topic);
    });
    // `concat` makes an array of just that length.
    this.places = this.places.concat(added);
    try {
      await Promise.all(acknowledged);
      await this.readSights(added, (watcher, sight, now) => {
        if (!watcher.hasEnded) watcher.start(sight, now, deliver);
      });
    } catch (error) {
      for (const watcher of added) this.drop(watcher);
      throw error;
    }
  }

  drop(watcher: Watcher<T>): void {
    if (watcher.hasEnded) return;
    this.places = this.places.filter((place) => place !== watcher);
    this.leave(watcher);
  }

  /** Runs the start; where it rejects, the subscription has ended. */
  protected async starting(run: () => Promise<void>): Promise<void> {
    this.deps.visibilityChanges.add(this);
    try {
      await run();
    } catch (error) {
      await this.outbox.return();
      throw error;
    }
  }

  private trySync(): void {
    if (!this.outbox.isFlowing) return;
    for (const place of this.places) if (place instanceof Watcher) place.trySync();
  }

  private trackIndividually(index: number, cohort: Cohort<T>): Watcher<T> {
    cohort.synced.delete(this);
    const watcher = Watcher.detachedFrom(cohort, this, this.deps.topics.acquired(cohort.key));
    this.places[index] = watcher;
    return watcher;
  }

  private leave(place: Place<T>): void {
    if (place instanceof Cohort) place.remove(this);
    else place.end();
    this.deps.topics.release(place.key);
    this.counted(-1);
  }
}
