/**
 * A watcher: one pair of a subscription and a topic that is individually tracked. It knows what the viewer may see of
 * the topic, what was sent, and what is pending. Pending items are authorized on dequeue, so that nothing goes out
 * that the viewer may no longer see. A watcher that was sent what its cohort delivered last, with nothing pending,
 * needs no state of its own: the subscription attaches to the cohort (see cohort.ts), and the watcher is dropped.
 *
 * Its phases, and what each sends:
 *
 * | phase                | sends                                                        |
 * |----------------------|--------------------------------------------------------------|
 * | starting             | nothing new: records and access facts are being read         |
 * | live                 | what the viewer may see                                      |
 * | suspended            | nothing: visibility may have been revoked, facts are reread  |
 * | off-roster           | only that visibility was revoked                             |
 * | off-roster-suspended | as off-roster, until the facts are reread                    |
 * | ended                | only what was already pending: that visibility was revoked   |
 *
 * | from                 | start | invalidate(mayRevoke) | applySight  | leaveRoster          | rejoinRoster | end   | restart  |
 * |----------------------|-------|-----------------------|-------------|----------------------|--------------|-------|----------|
 * | starting             | live  | ·                     | ·           |                      |              | ended |          |
 * | live                 |       | suspended             | ·           | off-roster           | ·            | ended |          |
 * | suspended            |       | ·                     | live        | off-roster-suspended | ·            | ended |          |
 * | off-roster           |       | off-roster-suspended  | ·           | ·                    | live         | ended |          |
 * | off-roster-suspended |       | ·                     | off-roster  | ·                    | suspended    | ended |          |
 * | ended                |       |                       |             |                      |              |       | starting |
 *
 * `·` stays as it is; an empty field does not happen. There is one of these a pair: no closures, no objects of its own.
 */
import type { Viewer } from '../presence/visibility.js';
import type { Cohort, Subscriber } from './cohort.js';
import type { Delivery, Projection } from './delivery.js';
import type { Kind, KindTypes } from './kind.js';
import type { Outbox } from './outbox.js';

export type WatcherPhase = 'starting' | 'live' | 'suspended' | 'off-roster' | 'off-roster-suspended' | 'ended';

/** What waits in the outbox of a subscription to states. */
export interface Pending<T extends KindTypes> {
  readonly watcher: Watcher<T>;
  /** A change as it was; or the present state on dequeue, whatever it is then; or that visibility was revoked. */
  readonly state: Projection<T> | 'present' | 'revoked';
  /** The earliest `asOf` to send it with. */
  readonly notBefore: number;
}

/** The subscription of a watcher. */
export interface WatcherOwner<T extends KindTypes> extends Subscriber<T> {
  readonly viewer: Viewer;
  readonly outbox: Outbox<Pending<T>, Delivery<Projection<T>>>;
  /** Replaces the watcher by its cohort, of which the subscription is a synced member from now on. */
  attach(watcher: Watcher<T>, cohort: Cohort<T>): void;
}

/** What is watched, as watchers know it. */
export interface WatcherTopic<T extends KindTypes> {
  readonly kind: Kind<T>;
  readonly key: string;
  /** What is shown last to a viewer whose visibility was revoked; null: nothing. */
  readonly notVisible: Projection<T> | null;
  /** The cohort of those with this sight, with one member more. */
  join(sight: T['sight']): Cohort<T>;
  /** One member fewer. */
  leave(cohort: Cohort<T>): void;
  track(watcher: Watcher<T>): void;
  untrack(watcher: Watcher<T>): void;
}

export class Watcher<T extends KindTypes> {
  /** Counts access changes of this pair: a reading that began before the latest does not hold. */
  epoch = 0;
  /** Undefined while the viewer may see nothing, while `starting`, and once `ended`. */
  cohort: Cohort<T> | undefined = undefined;
  private phase: WatcherPhase = 'starting';
  /** Readings of access facts under way. While there are any, it stays individually tracked. */
  private readings = 0;
  /** What was enqueued or sent last: an offer that shows the same is skipped. */
  private latest: T['content'] | undefined = undefined;
  private sent: T['content'] | undefined = undefined;
  private sentAsOf = 0;
  private sentRevision = 0;

  constructor(
    readonly owner: WatcherOwner<T>,
    private topic: WatcherTopic<T>,
  ) {
    topic.track(this);
  }

  /** A watcher for a subscription that was a synced member of the cohort until now. */
  static detachedFrom<T extends KindTypes>(
    cohort: Cohort<T>,
    owner: WatcherOwner<T>,
    topic: WatcherTopic<T>,
  ): Watcher<T> {
    const watcher = new Watcher(owner, topic);
    watcher.cohort = cohort;
    watcher.phase = 'live';
    if (cohort.delivered) {
      const { content, revision } = cohort.delivered;
      watcher.latest = content;
      watcher.setSent(content, cohort.asOf, revision);
    }
    return watcher;
  }

  get key(): string {
    return this.topic.key;
  }

  get named(): string | null {
    return this.topic.kind.named(this.key);
  }

  get viewer(): Viewer {
    return this.owner.viewer;
  }

  get hasEnded(): boolean {
    return this.phase === 'ended';
  }

  /** Whether the viewer may see anything, by the facts applied last. */
  get isVisible(): boolean {
    return this.cohort !== undefined;
  }

  /** The cohort shows something else than before. */
  offer(projection: Projection<T>): void {
    const { latest } = this;
    if (this.phase !== 'live' || (latest && this.same(latest, projection.content))) return;
    this.latest = projection.content;
    this.enqueue(projection, 0);
  }

  /** An access fact of this pair changed. Where that may revoke visibility, nothing goes out until the facts are reread. */
  invalidate(mayRevoke: boolean): void {
    this.epoch += 1;
    if (!mayRevoke) return;
    if (this.phase === 'live') this.phase = 'suspended';
    else if (this.phase === 'off-roster') this.phase = 'off-roster-suspended';
    else return;
    this.withdrawPending();
  }

  beginReading(): void {
    this.readings += 1;
  }

  endReading(): void {
    this.readings -= 1;
    this.trySync();
  }

  /** The first facts, as read at `now`. With `deliver` the snapshot is sent; without, the viewer is taken to know it. */
  start(sight: T['sight'], now: number, deliver: boolean): void {
    this.phase = 'live';
    this.moveCohort(sight);
    const projection = this.cohort?.projection();
    if (!projection) return;
    this.latest = projection.content;
    const asOf = Math.max(projection.asOf, now);
    if (deliver) this.enqueue('present', now);
    else this.setSent(projection.at(asOf).content, asOf, projection.revision);
  }

  /** The facts as read at `now`, after the latest access change of this pair. */
  applySight(sight: T['sight'], now: number): void {
    // A start has its own reading, and repeats it.
    if (this.phase === 'starting' || this.phase === 'ended') return;
    const same = this.cohort ? this.cohort.hasSight(sight) : !this.topic.kind.maySee(sight);
    const wasSuspended = this.endSuspension();
    if (same && !wasSuspended) {
      // Nothing changed, unless the state became known only now.
      if (this.cohort && !this.latest) this.enqueue('present', now);
      return;
    }
    if (!same) {
      this.withdrawPending();
      this.moveCohort(sight);
    }
    if (!this.cohort) this.enqueue('revoked', now);
    // What waits for the end of the broadcast interval is offered then.
    else if (!(same && this.cohort.isWaiting)) {
      this.latest = this.cohort.projection()?.content;
      this.enqueue('present', now);
    }
  }

  /** What to send now for a pending item; undefined for nothing. */
  authorize({ state, notBefore }: Pending<T>): Delivery<Projection<T>> | undefined {
    if (state === 'revoked') {
      const { notVisible } = this.topic;
      if (this.cohort || !notVisible || !this.sent || this.same(this.sent, notVisible.content)) return undefined;
      return this.deliver(notVisible, this.asOfAfterSent(notBefore), this.sentRevision);
    }
    if (this.phase !== 'live' || !this.cohort) return undefined;
    const isPresent = state === 'present';
    const latest = isPresent ? this.cohort.projection() : state;
    if (!latest || (!isPresent && this.sent && latest.revision <= this.sentRevision)) return undefined;
    const asOf = this.asOfAfterSent(Math.max(latest.asOf, notBefore));
    const now = latest.at(asOf);
    // The present state is later than all that is queued behind it, so the next offer is compared with it.
    if (isPresent) this.latest = now.content;
    if (this.sent && this.same(this.sent, now.content)) {
      this.sentRevision = now.revision;
      return undefined;
    }
    return this.deliver(now, asOf, now.revision);
  }

  /** Attaches the subscription to the cohort, where it was sent what the cohort delivered last and nothing is pending. */
  trySync(): void {
    const { cohort, sent, owner } = this;
    if (!cohort || !sent || this.phase !== 'live' || this.readings > 0) return;
    if (!owner.outbox.isFlowing || !cohort.wasDelivered(sent)) return;
    cohort.attach(owner, this.sentAsOf);
    this.topic.untrack(this);
    owner.attach(this, cohort);
  }

  /** The user left the roster. The viewer, who was shown them, is still to know when visibility is revoked. */
  leaveRoster(): void {
    if (this.phase === 'live') this.phase = 'off-roster';
    else if (this.phase === 'suspended') this.phase = 'off-roster-suspended';
    else return;
    // A pending revocation stays: the viewer was shown the user, and nothing else is sent of them.
    if (this.cohort) this.withdrawPending();
  }

  /** The user is on the roster again: what changed meanwhile is sent, if anything did. */
  rejoinRoster(now: number): void {
    if (this.phase === 'off-roster-suspended') this.phase = 'suspended';
    if (this.phase !== 'off-roster') return;
    this.phase = 'live';
    if (this.cohort) this.enqueue('present', now);
  }

  /** Starts again after its end; what was sent before still counts. */
  restart(topic: WatcherTopic<T>): void {
    this.topic = topic;
    topic.track(this);
    this.phase = 'starting';
  }

  /** Leaves the topic. A pending revocation may still be sent. */
  end(): void {
    this.epoch += 1;
    this.phase = 'ended';
    if (this.cohort) this.topic.leave(this.cohort);
    this.cohort = undefined;
    this.topic.untrack(this);
  }

  /** Whether it was suspended until now. */
  private endSuspension(): boolean {
    if (this.phase === 'suspended') this.phase = 'live';
    else if (this.phase === 'off-roster-suspended') this.phase = 'off-roster';
    else return false;
    return true;
  }

  private enqueue(state: Pending<T>['state'], notBefore: number): void {
    this.owner.outbox.put({ watcher: this, state, notBefore });
  }

  private same(a: T['content'], b: T['content']): boolean {
    return this.topic.kind.sameContent(a, b);
  }

  private moveCohort(sight: T['sight']): void {
    const { topic } = this;
    if (this.cohort) topic.leave(this.cohort);
    this.cohort = topic.kind.maySee(sight) ? topic.join(sight) : undefined;
  }

  /** Removes what is pending: what comes next is compared with what was really sent. */
  private withdrawPending(): void {
    this.owner.outbox.remove((pending) => pending.watcher === this);
    this.latest = this.sent;
  }

  private setSent(content: T['content'], asOf: number, revision: number): void {
    this.sent = content;
    this.sentAsOf = asOf;
    this.sentRevision = revision;
  }

  /** Later than what was sent, and `least` at the least. */
  private asOfAfterSent(least: number): number {
    return Math.max(least, this.sentAsOf + 1);
  }

  private deliver(projection: Projection<T>, asOf: number, revision: number): Delivery<Projection<T>> {
    this.setSent(projection.content, asOf, revision);
    return { projection, asOf };
  }
}
