/**
 * One subscription's interest in one user, where it is not in step with its group: what it may see, what it was told,
 * and what it is still owed. Everything is judged when it is taken from the outbox, so that nothing goes out that is no
 * longer the viewer's to see. Once it was told what its group was told, and is owed nothing, it needs no state of its
 * own: it is let go of, and the subscription is a member of the group in step.
 */
import { NOT_VISIBLE, type PresenceContent, sameContent } from '../presence/view.js';
import { type Facets, maySee, type Viewer } from '../presence/visibility.js';
import type { Cohort, Subscriber } from './cohort.js';
import type { Delivery, Projection } from './delivery.js';
import type { Outbox } from './outbox.js';

/** What waits in a subscription's outbox. */
export interface Pending {
  readonly watcher: Watcher;
  /** A change as it was; null: the present state, whatever it is when this is taken; `lost`: the end of sight. */
  readonly projection: Projection | 'lost' | null;
  /** What is sent is as of no earlier than this. */
  readonly notBefore: number;
}

/** The subscription that an interest belongs to. */
export interface WatcherOwner extends Subscriber {
  readonly viewer: Viewer;
  readonly outbox: Outbox<Pending, Delivery>;
  /** The interest is in step from now on. */
  attach(watcher: Watcher, cohort: Cohort): void;
}

/** The watched user. */
export interface WatcherTopic {
  readonly userId: string;
  /** What is shown last to whom the user leaves the sight of. */
  readonly notVisible: Projection;
  join(facets: Facets): Cohort;
  leave(cohort: Cohort): void;
  /** One who watches is not in step with any group. */
  track(watcher: Watcher): void;
  untrack(watcher: Watcher): void;
}

export class Watcher {
  /** Counts the changes of facts that touch it: what was read before the latest one does not hold. */
  epoch = 0;
  /** Of those who see the same; undefined while there is nothing to see. */
  cohort: Cohort | undefined = undefined;
  /** Whether it is over: a reading that comes later is nobody's. */
  ended = false;
  /** How many readings are under way. */
  private readings = 0;
  private begun = false;
  private suspended = false;
  private offRoster = false;
  /** The latest that was put, or sent. */
  private latest: PresenceContent | undefined = undefined;
  private sent: PresenceContent | undefined = undefined;
  private sentAsOf = 0;
  private sentRevision = 0;

  constructor(
    readonly owner: WatcherOwner,
    private topic: WatcherTopic,
  ) {
    topic.track(this);
  }

  /** One who was in step until now. */
  static detachedFrom(cohort: Cohort, owner: WatcherOwner): Watcher {
    const watcher = new Watcher(owner, cohort.topic);
    watcher.cohort = cohort;
    watcher.begun = true;
    if (cohort.delivered) {
      watcher.latest = cohort.delivered.content;
      watcher.rememberSent(cohort.delivered, cohort.asOf);
    }
    return watcher;
  }

  get userId(): string {
    return this.topic.userId;
  }

  get viewer(): Viewer {
    return this.owner.viewer;
  }

  /** The user's record changed. */
  offer(projection: Projection): void {
    const { latest } = this;
    if (this.offRoster || this.suspended || (latest && sameContent(latest, projection.content))) return;
    this.latest = projection.content;
    this.enqueue(projection, 0);
  }

  /** A fact changed. Where it may narrow sight, nothing goes out until the facts were read again. */
  touch(mayRevoke: boolean): void {
    this.epoch += 1;
    if (!mayRevoke || this.suspended) return;
    this.suspended = true;
    this.takeBack();
  }

  /** While it is read what it may see, it stays apart. */
  readingBegins(): void {
    this.readings += 1;
  }

  readingEnds(): void {
    this.readings -= 1;
    this.trySync();
  }

  /** The first facts, as read at `now`. With `tell`, what they show is owed; without, it is taken for known. */
  begin(facets: Facets, now: number, deliver: boolean): void {
    this.begun = true;
    this.suspended = false;
    this.moveCohort(facets);
    const projection = this.cohort?.projection();
    if (!projection) return;
    this.latest = projection.content;
    const asOf = Math.max(projection.asOf, now);
    if (deliver) this.enqueue(null, now);
    else this.rememberSent(projection.at(asOf), asOf);
  }

  /** The facts as read, at `now`, after the latest change of them. */
  see(facets: Facets, now: number): void {
    // What begins has its own reading, and repeats it.
    if (!this.begun) return;
    const same = this.cohort ? this.cohort.isOf(facets) : !maySee(facets);
    const wasSuspended = this.suspended;
    this.suspended = false;
    if (same && !wasSuspended) {
      // Nothing changed, unless the user came to be known only now.
      if (this.cohort && !this.latest) this.enqueue(null, now);
      return;
    }
    if (!same) {
      this.takeBack();
      this.moveCohort(facets);
    }
    if (!this.cohort) this.enqueue('lost', now);
    // What waits for the end of the interval is offered then.
    else if (!(same && this.cohort.waits)) {
      this.latest = this.cohort.projection()?.content;
      this.enqueue(null, now);
    }
  }

  /** What to send for something owed, now; undefined for nothing. */
  authorize({ projection, notBefore }: Pending): Delivery | undefined {
    if (projection === 'lost') {
      if (this.cohort || !this.sent || sameContent(this.sent, NOT_VISIBLE)) return undefined;
      return this.deliver(this.topic.notVisible, this.asOfNext(notBefore), this.sentRevision);
    }
    if (this.offRoster || this.suspended || !this.cohort) return undefined;
    const latest = projection ?? this.cohort.projection();
    if (!latest || (projection && this.sent && projection.revision <= this.sentRevision)) return undefined;
    const asOf = this.asOfNext(Math.max(latest.asOf, notBefore));
    const now = latest.at(asOf);
    // The present is later than all that waits behind it, so what comes next is compared with it.
    if (!projection) this.latest = now.content;
    if (this.sent && sameContent(this.sent, now.content)) {
      this.sentRevision = now.revision;
      return undefined;
    }
    return this.deliver(now, asOf, now.revision);
  }

  /** In step from now on, if it is. */
  trySync(): void {
    const { cohort, sent, owner } = this;
    if (!cohort || !sent || !this.begun || this.ended || this.readings > 0 || this.suspended || this.offRoster) return;
    if (!owner.outbox.isFlowing || !cohort.wasDelivered(sent)) return;
    cohort.admit(owner, this.sentAsOf);
    this.topic.untrack(this);
    owner.attach(this, cohort);
  }

  /** Whether the user is in sight. */
  get isInSight(): boolean {
    return this.cohort !== undefined;
  }

  /** From now on nothing but the end of sight is told, which the viewer has to know of who was shown before. */
  leaveRoster(): void {
    if (this.offRoster) return;
    this.offRoster = true;
    this.takeBack();
  }

  /** What changed meanwhile is owed, if anything did. */
  rejoinRoster(now: number): void {
    if (!this.offRoster) return;
    this.offRoster = false;
    if (this.cohort && !this.suspended) this.enqueue(null, now);
  }

  /** Begins anew, after its end, with what was told before in mind. */
  resume(topic: WatcherTopic): void {
    this.topic = topic;
    topic.track(this);
    this.ended = false;
    this.begun = false;
    this.offRoster = false;
  }

  /** Leaves the topic. What is owed already may still be sent. */
  end(): void {
    this.epoch += 1;
    this.ended = true;
    if (this.cohort) this.topic.leave(this.cohort);
    this.cohort = undefined;
    this.topic.untrack(this);
  }

  private enqueue(projection: Pending['projection'], notBefore: number): void {
    this.owner.outbox.put({ watcher: this, projection, notBefore });
  }

  private moveCohort(facets: Facets): void {
    if (this.cohort) this.topic.leave(this.cohort);
    this.cohort = maySee(facets) ? this.topic.join(facets) : undefined;
  }

  /** Takes back what is owed, so that what comes next is compared with what was really sent. */
  private takeBack(): void {
    this.owner.outbox.remove((pending) => pending.watcher === this);
    this.latest = this.sent;
  }

  private rememberSent({ content, revision }: Pick<Projection, 'content' | 'revision'>, asOf: number): void {
    this.sent = content;
    this.sentAsOf = asOf;
    this.sentRevision = revision;
  }

  /** What is sent next is as of later than what was sent. */
  private asOfNext(least: number): number {
    return Math.max(least, this.sentAsOf + 1);
  }

  private deliver(projection: Projection, asOf: number, revision: number): Delivery {
    this.rememberSent({ content: projection.content, revision }, asOf);
    return { projection, asOf };
  }
}
