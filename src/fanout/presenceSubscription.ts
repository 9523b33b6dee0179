/**
 * A subscription to presence. It starts in this order: the bus acknowledges its topics, the records are read, then
 * the facts; a change heard meanwhile repeats the reading. So nothing that happens after it started is lost.
 */
import { badInput } from '../presence/errors.js';
import type { AccessChange } from '../presence/ports/bus.js';
import { checkIds } from '../presence/validate.js';
import type { PresenceView } from '../presence/view.js';
import type { Viewer } from '../presence/visibility.js';
import type { ReadBudget } from '../service/readBudget.js';
import { Cohort } from './cohort.js';
import { type Delivery, viewOf } from './delivery.js';
import { Outbox, type OutboxOwner, type Sink } from './outbox.js';
import { createRefresher, type Refresher } from './refresher.js';
import type { PresenceStream, SubscriptionBudget } from './subscription.js';
import type { FollowingSubscription } from './subscriptions.js';
import type { TopicRegistry } from './topics.js';
import type { VisibilityChanges, WatchingSubscription } from './visibilityChanges.js';
import { type Pending, Watcher, type WatcherOwner } from './watcher.js';

/** How many users one connection watches at most; of a roster, the first by id. */
export const MAX_WATCHED = 5_000;
/** The same with a roster that starts beside others, or that grew since it started: beyond it who comes is not watched. */
const MAX_WITH_ROSTER = 2 * MAX_WATCHED;

/** What all subscriptions to presence share. */
export interface SubscriptionDeps {
  readonly reads: ReadBudget;
  readonly topics: TopicRegistry;
  readonly visibilityChanges: VisibilityChanges;
  /** Whom a viewer watches by default, the first {@link MAX_WATCHED} by id. */
  readonly rosterOf: (viewerId: string) => Promise<readonly string[]>;
  readonly onError: (error: unknown) => void;
  readonly onEnd: (subscription: PresenceSubscription) => void;
}

/** Where a subscription stands with one user: apart, or in step with a group. */
type Place = Watcher | Cohort;

const userIdOf = (place: Place): string => (place instanceof Cohort ? place.topic.userId : place.userId);

/** There is one a subscription, with a place for each watched user: a class, for its size. */
export class PresenceSubscription
  implements PresenceStream, WatcherOwner, OutboxOwner<Pending, Delivery>, WatchingSubscription, FollowingSubscription
{
  readonly outbox = new Outbox<Pending, Delivery>(this);
  private places: Place[] = [];
  /** Ended ones of users who left the roster and the viewer's sight: should they come back, what was told counts. */
  private parted: Map<string, Watcher> | undefined = undefined;
  /** Of a roster. */
  private refresher: Refresher | undefined = undefined;
  private ended = false;

  constructor(
    private readonly deps: SubscriptionDeps,
    readonly viewer: Viewer,
    private readonly budget: SubscriptionBudget,
  ) {}

  /** Resolves when it watches. Rejects with what the input or the ports reject with; it has then ended. */
  async start({ userIds, snapshot }: { readonly userIds: readonly string[] | null; readonly snapshot: boolean }) {
    const { visibilityChanges, reads, onError } = this.deps;
    visibilityChanges.add(this);
    try {
      if (userIds === null) {
        const refresher = createRefresher({ read: () => this.followRoster(), hasEnded: () => this.ended, onError });
        this.refresher = refresher;
        await reads.roster(this.viewer, 'start', async () => {
          // One never fails for its own size; but not one after the other.
          this.checkBudget(1);
          const roster = await this.rosterOf();
          await this.add(roster, snapshot);
          return { result: undefined, counted: roster.length };
        });
        refresher.open();
      } else {
        const checked = checkIds(userIds, 'userIds');
        await reads.list(this.viewer, checked.length, 'start', async () => {
          this.checkBudget(checked.length);
          await this.add(checked, snapshot);
        });
      }
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

  /** A change of facts was heard, which may have changed the roster. */
  accessChanged(change: AccessChange): void {
    if (this.refresher && this.mayChangeRoster(change)) this.refresher.request();
  }

  /** Changes of facts may have been missed. */
  accessChangesMissed(): void {
    this.refresher?.request();
  }

  take(delivered: Delivery): boolean {
    return this.outbox.push(delivered);
  }

  detach(cohort: Cohort): void {
    this.trackAgain(this.places.indexOf(cohort), cohort);
  }

  attach(watcher: Watcher, cohort: Cohort): void {
    this.places[this.places.indexOf(watcher)] = cohort;
  }

  watchers(isMeant: (userId: string) => boolean): readonly Watcher[] {
    return this.places.flatMap((place, index) => {
      if (!isMeant(userIdOf(place))) return [];
      return place instanceof Cohort ? this.trackAgain(index, place) : place;
    });
  }

  authorize(pending: Pending): Delivery | undefined {
    return pending.watcher.authorize(pending);
  }

  /** What waits, when too much does: the end of a sight as it is, and of every other user the present state, once. */
  collapse(waiting: readonly Pending[]): readonly Pending[] {
    const latest = new Map<Watcher, Pending>();
    for (const { watcher, projection, notBefore } of waiting) {
      latest.set(watcher, { watcher, projection: projection === 'lost' ? projection : null, notBefore });
    }
    return [...latest.values()];
  }

  onReturn(): void {
    this.ended = true;
    for (const place of this.places) this.leave(place);
    this.places = [];
    this.deps.visibilityChanges.remove(this);
    this.deps.onEnd(this);
  }

  private checkBudget(count: number): void {
    const { watched } = this.budget;
    if (watched + count <= MAX_WATCHED) return;
    throw badInput(
      `One connection watches at most ${MAX_WATCHED.toLocaleString('en-US')} users; this one watches ${watched} already.`,
    );
  }

  private trySync(): void {
    if (!this.outbox.isFlowing) return;
    for (const place of this.places) if (place instanceof Watcher) place.trySync();
  }

  private trackAgain(index: number, cohort: Cohort): Watcher {
    cohort.synced.delete(this);
    const watcher = Watcher.detachedFrom(cohort, this);
    this.places[index] = watcher;
    return watcher;
  }

  private leave(place: Place): void {
    if (place instanceof Cohort) place.dismiss(this);
    else place.end();
    this.deps.topics.release(userIdOf(place));
    this.budget.watched -= 1;
  }

  private drop(watcher: Watcher): void {
    if (watcher.ended) return;
    this.places = this.places.filter((place) => place !== watcher);
    this.leave(watcher);
  }

  private async add(userIds: readonly string[], deliver: boolean): Promise<void> {
    const { topics, visibilityChanges } = this.deps;
    const acknowledged: Promise<unknown>[] = [];
    const added = userIds.map((userId) => {
      const { topic, ready } = topics.acquire(userId);
      acknowledged.push(ready);
      this.budget.watched += 1;
      return this.comeBack(userId, topic) ?? new Watcher(this, topic);
    });
    // A list of just that length.
    this.places = this.places.concat(added);
    try {
      await Promise.all(acknowledged);
      await visibilityChanges.read(added, (watcher, facets, now) => {
        if (!watcher.ended) watcher.begin(facets, now, deliver);
      });
    } catch (error) {
      for (const watcher of added) this.drop(watcher);
      throw error;
    }
  }

  private comeBack(userId: string, topic: Parameters<Watcher['resume']>[0]): Watcher | undefined {
    const watcher = this.parted?.get(userId);
    this.parted?.delete(userId);
    watcher?.resume(topic);
    return watcher;
  }

  private async rosterOf(): Promise<readonly string[]> {
    const { viewer } = this;
    return viewer.kind === 'user' ? await this.deps.rosterOf(viewer.userId) : [];
  }

  /**
   * Follows the roster: who came is told as they are, or, having been there before, if anything changed. Who left is
   * told of once more at the most: when they also leave the viewer's sight.
   */
  private async followRoster(): Promise<void> {
    const roster = new Set(await this.rosterOf());
    if (this.ended) return;
    const known = new Set(this.places.map(userIdOf));
    const room = Math.max(0, MAX_WITH_ROSTER - this.budget.watched);
    const came = [...roster].filter((userId) => !known.has(userId)).slice(0, room);
    if (came.length > 0) await this.add(came, true);
    for (const place of this.places) if (place instanceof Watcher && roster.has(place.userId)) place.rejoinRoster(0);
    const left = this.watchers((userId) => !roster.has(userId));
    if (left.length === 0) return;
    await this.deps.visibilityChanges.read(left, (watcher, facets, now) => {
      if (watcher.ended) return;
      watcher.leaveRoster();
      watcher.see(facets, now);
      if (!watcher.isInSight) this.part(watcher);
    });
    // They are kept in mind as far as there is room.
    for (const watcher of left.slice(0, Math.max(0, this.places.length - MAX_WATCHED))) this.drop(watcher);
    const { parted } = this;
    if (!parted) return;
    for (const userId of [...parted.keys()].slice(0, Math.max(0, parted.size - MAX_WATCHED))) parted.delete(userId);
  }

  private part(watcher: Watcher): void {
    this.drop(watcher);
    this.parted ??= new Map();
    this.parted.set(watcher.userId, watcher);
  }

  /** Whether a change of facts may change the roster. */
  private mayChangeRoster(change: AccessChange): boolean {
    switch (change.kind) {
      case 'relation':
        return change.users.includes(this.viewer.userId);
      case 'circle':
        return change.members.includes(this.viewer.userId);
      case 'user':
        return change.deleted && this.places.some((place) => userIdOf(place) === change.userId);
      case 'conversation':
        return false;
    }
  }
}
