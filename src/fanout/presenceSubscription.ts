/**
 * A subscription to presence. It starts in this order: the bus acknowledges its topics, the records are read, then
 * the facts; a change heard meanwhile repeats the reading. So nothing that happens after it started is lost.
 */
import { badInput } from '../presence/errors.js';
import type { FactChange } from '../presence/ports.js';
import { checkIds } from '../presence/validate.js';
import type { PresenceView } from '../presence/view.js';
import type { Viewer } from '../presence/visibility.js';
import type { Reads } from '../service/readBudget.js';
import { Group } from './cohort.js';
import { type Told, viewOf } from './delivery.js';
import { Outbox, type OutboxOwner, type Sink } from './outbox.js';
import { createRefresher, type Refresher } from './refresher.js';
import type { PresenceStream, WatchBudget } from './subscription.js';
import type { Following } from './subscriptions.js';
import type { TopicRegistry } from './topics.js';
import type { Sight, Watching } from './visibilityChanges.js';
import { Interest, type InterestOwner, type Owed } from './watcher.js';

/** How many users one connection watches at most; of a roster, the first by id. */
export const MAX_WATCHED = 5_000;
/** The same with a roster that starts beside others, or that grew since it started: beyond it who comes is not watched. */
const MAX_WITH_ROSTER = 2 * MAX_WATCHED;

/** What all subscriptions to presence share. */
export interface WatchDeps {
  readonly reads: Reads;
  readonly topics: TopicRegistry;
  readonly sight: Sight;
  /** Whom a viewer watches by default, the first {@link MAX_WATCHED} by id. */
  readonly rosterOf: (viewerId: string) => Promise<readonly string[]>;
  readonly onError: (error: unknown) => void;
  readonly onEnd: (watch: PresenceWatch) => void;
}

/** Where a subscription stands with one user: apart, or in step with a group. */
type Place = Interest | Group;

const userIdOf = (place: Place): string => (place instanceof Group ? place.topic.userId : place.userId);

/** There is one a subscription, with a place for each watched user: a class, for its size. */
export class PresenceWatch implements PresenceStream, InterestOwner, OutboxOwner<Owed, Told>, Watching, Following {
  readonly outbox = new Outbox<Owed, Told>(this);
  private places: Place[] = [];
  /** Ended ones of users who left the roster and the viewer's sight: should they come back, what was told counts. */
  private parted: Map<string, Interest> | undefined = undefined;
  /** Of a roster. */
  private refresher: Refresher | undefined = undefined;
  private ended = false;

  constructor(
    private readonly deps: WatchDeps,
    readonly viewer: Viewer,
    private readonly budget: WatchBudget,
  ) {}

  /** Resolves when it watches. Rejects with what the input or the ports reject with; it has then ended. */
  async start({ userIds, snapshot }: { readonly userIds: readonly string[] | null; readonly snapshot: boolean }) {
    const { sight, reads, onError } = this.deps;
    sight.add(this);
    try {
      if (userIds === null) {
        const refresher = createRefresher({ read: () => this.followRoster(), hasEnded: () => this.ended, onError });
        this.refresher = refresher;
        await reads.roster(this.viewer, 'start', async () => {
          // One never fails for its own size; but not one after the other.
          this.checkBudget(1);
          const roster = await this.rosterOf();
          await this.add(roster, snapshot);
          return { result: undefined, judged: roster.length };
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

  flow(sink: Sink<Told>): void {
    this.outbox.flow(sink);
    this.settle();
  }

  resume(): void {
    this.outbox.resume();
    this.settle();
  }

  /** A change of facts was heard, which may have changed the roster. */
  factsChanged(change: FactChange): void {
    if (this.refresher && this.mayChangeRoster(change)) this.refresher.request();
  }

  /** Changes of facts may have been missed. */
  factsMissed(): void {
    this.refresher?.request();
  }

  take(told: Told): boolean {
    return this.outbox.push(told);
  }

  fallOut(group: Group): void {
    this.putApart(this.places.indexOf(group), group);
  }

  fallIn(interest: Interest, group: Group): void {
    this.places[this.places.indexOf(interest)] = group;
  }

  interests(isMeant: (userId: string) => boolean): readonly Interest[] {
    return this.places.flatMap((place, index) => {
      if (!isMeant(userIdOf(place))) return [];
      return place instanceof Group ? this.putApart(index, place) : place;
    });
  }

  judge(owed: Owed): Told | undefined {
    return owed.interest.judge(owed);
  }

  /** What waits, when too much does: the end of a sight as it is, and of every other user the present state, once. */
  collapse(waiting: readonly Owed[]): readonly Owed[] {
    const kept = new Map<Interest, Owed>();
    for (const { interest, shown, notBefore } of waiting) {
      kept.set(interest, { interest, shown: shown === 'lost' ? shown : null, notBefore });
    }
    return [...kept.values()];
  }

  onReturn(): void {
    this.ended = true;
    for (const place of this.places) this.leave(place);
    this.places = [];
    this.deps.sight.remove(this);
    this.deps.onEnd(this);
  }

  private checkBudget(count: number): void {
    const { watched } = this.budget;
    if (watched + count <= MAX_WATCHED) return;
    throw badInput(
      `One connection watches at most ${MAX_WATCHED.toLocaleString('en-US')} users; this one watches ${watched} already.`,
    );
  }

  private settle(): void {
    if (!this.outbox.isFlowing) return;
    for (const place of this.places) if (place instanceof Interest) place.settle();
  }

  private putApart(index: number, group: Group): Interest {
    group.inStep.delete(this);
    const interest = Interest.outOf(group, this);
    this.places[index] = interest;
    return interest;
  }

  private leave(place: Place): void {
    if (place instanceof Group) place.dismiss(this);
    else place.end();
    this.deps.topics.release(userIdOf(place));
    this.budget.watched -= 1;
  }

  private drop(interest: Interest): void {
    if (interest.ended) return;
    this.places = this.places.filter((place) => place !== interest);
    this.leave(interest);
  }

  private async add(userIds: readonly string[], tell: boolean): Promise<void> {
    const { topics, sight } = this.deps;
    const acknowledged: Promise<unknown>[] = [];
    const added = userIds.map((userId) => {
      const { topic, ready } = topics.acquire(userId);
      acknowledged.push(ready);
      this.budget.watched += 1;
      return this.comeBack(userId, topic) ?? new Interest(this, topic);
    });
    // A list of just that length.
    this.places = this.places.concat(added);
    try {
      await Promise.all(acknowledged);
      await sight.read(added, (interest, facets, now) => {
        if (!interest.ended) interest.begin(facets, now, tell);
      });
    } catch (error) {
      for (const interest of added) this.drop(interest);
      throw error;
    }
  }

  private comeBack(userId: string, topic: Parameters<Interest['resume']>[0]): Interest | undefined {
    const interest = this.parted?.get(userId);
    this.parted?.delete(userId);
    interest?.resume(topic);
    return interest;
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
    for (const place of this.places) if (place instanceof Interest && roster.has(place.userId)) place.unmute(0);
    const left = this.interests((userId) => !roster.has(userId));
    if (left.length === 0) return;
    await this.deps.sight.read(left, (interest, facets, now) => {
      if (interest.ended) return;
      interest.mute();
      interest.see(facets, now);
      if (!interest.inSight) this.part(interest);
    });
    // They are kept in mind as far as there is room.
    for (const interest of left.slice(0, Math.max(0, this.places.length - MAX_WATCHED))) this.drop(interest);
    const { parted } = this;
    if (!parted) return;
    for (const userId of [...parted.keys()].slice(0, Math.max(0, parted.size - MAX_WATCHED))) parted.delete(userId);
  }

  private part(interest: Interest): void {
    this.drop(interest);
    this.parted ??= new Map();
    this.parted.set(interest.userId, interest);
  }

  /** Whether a change of facts may change the roster. */
  private mayChangeRoster(change: FactChange): boolean {
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
