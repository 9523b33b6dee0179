/**
 * One subscription's interest in one user, where it is not in step with its group: what it may see, what it was told,
 * and what it is still owed. Everything is judged when it is taken from the outbox, so that nothing goes out that is no
 * longer the viewer's to see. Once it was told what its group was told, and is owed nothing, it needs no state of its
 * own: it is let go of, and the subscription is a member of the group in step.
 */
import { OUT_OF_SIGHT, type PresenceContent, sameContent } from '../presence/view.js';
import { type Facets, maySee, type Viewer } from '../presence/visibility.js';
import type { Group, Subscriber } from './cohort.js';
import type { Shown, Told } from './delivery.js';
import type { Outbox } from './outbox.js';

/** What waits in a subscription's outbox. */
export interface Owed {
  readonly interest: Interest;
  /** A change as it was; null: the present state, whatever it is when this is taken; `lost`: the end of sight. */
  readonly shown: Shown | 'lost' | null;
  /** What is sent is as of no earlier than this. */
  readonly notBefore: number;
}

/** The subscription that an interest belongs to. */
export interface InterestOwner extends Subscriber {
  readonly viewer: Viewer;
  readonly outbox: Outbox<Owed, Told>;
  /** The interest is in step from now on. */
  fallIn(interest: Interest, group: Group): void;
}

/** The watched user. */
export interface InterestTopic {
  readonly userId: string;
  /** What is shown last to whom the user leaves the sight of. */
  readonly outOfSight: Shown;
  join(facets: Facets): Group;
  leave(group: Group): void;
  /** One who watches is not in step with any group. */
  addApart(interest: Interest): void;
  removeApart(interest: Interest): void;
}

export class Interest {
  /** Counts the changes of facts that touch it: what was read before the latest one does not hold. */
  epoch = 0;
  /** Of those who see the same; undefined while there is nothing to see. */
  group: Group | undefined = undefined;
  /** Whether it is over: a reading that comes later is nobody's. */
  ended = false;
  /** How many readings are under way. */
  private readings = 0;
  private begun = false;
  private withheld = false;
  private muted = false;
  /** The latest that was put, or sent. */
  private latest: PresenceContent | undefined = undefined;
  private sent: PresenceContent | undefined = undefined;
  private sentAsOf = 0;
  private sentRevision = 0;

  constructor(
    readonly owner: InterestOwner,
    private topic: InterestTopic,
  ) {
    topic.addApart(this);
  }

  /** One who was in step until now. */
  static outOf(group: Group, owner: InterestOwner): Interest {
    const interest = new Interest(owner, group.topic);
    interest.group = group;
    interest.begun = true;
    if (group.told) {
      interest.latest = group.told.content;
      interest.keepSent(group.told, group.asOf);
    }
    return interest;
  }

  get userId(): string {
    return this.topic.userId;
  }

  get viewer(): Viewer {
    return this.owner.viewer;
  }

  /** The user's record changed. */
  offer(shown: Shown): void {
    const { latest } = this;
    if (this.muted || this.withheld || (latest && sameContent(latest, shown.content))) return;
    this.latest = shown.content;
    this.owe(shown, 0);
  }

  /** A fact changed. Where it may narrow sight, nothing goes out until the facts were read again. */
  touch(narrows: boolean): void {
    this.epoch += 1;
    if (!narrows || this.withheld) return;
    this.withheld = true;
    this.takeBack();
  }

  /** While it is read what it may see, it stays apart. */
  readingBegins(): void {
    this.readings += 1;
  }

  readingEnds(): void {
    this.readings -= 1;
    this.settle();
  }

  /** The first facts, as read at `now`. With `tell`, what they show is owed; without, it is taken for known. */
  begin(facets: Facets, now: number, tell: boolean): void {
    this.begun = true;
    this.withheld = false;
    this.regroup(facets);
    const shown = this.group?.shown();
    if (!shown) return;
    this.latest = shown.content;
    const asOf = Math.max(shown.asOf, now);
    if (tell) this.owe(null, now);
    else this.keepSent(shown.at(asOf), asOf);
  }

  /** The facts as read, at `now`, after the latest change of them. */
  see(facets: Facets, now: number): void {
    // What begins has its own reading, and repeats it.
    if (!this.begun) return;
    const same = this.group ? this.group.isOf(facets) : !maySee(facets);
    const wasWithheld = this.withheld;
    this.withheld = false;
    if (same && !wasWithheld) {
      // Nothing changed, unless the user came to be known only now.
      if (this.group && !this.latest) this.owe(null, now);
      return;
    }
    if (!same) {
      this.takeBack();
      this.regroup(facets);
    }
    if (!this.group) this.owe('lost', now);
    // What waits for the end of the interval is offered then.
    else if (!(same && this.group.waits)) {
      this.latest = this.group.shown()?.content;
      this.owe(null, now);
    }
  }

  /** What to send for something owed, now; undefined for nothing. */
  judge({ shown, notBefore }: Owed): Told | undefined {
    if (shown === 'lost') {
      if (this.group || !this.sent || sameContent(this.sent, OUT_OF_SIGHT)) return undefined;
      return this.tell(this.topic.outOfSight, this.asOfNext(notBefore), this.sentRevision);
    }
    if (this.muted || this.withheld || !this.group) return undefined;
    const latest = shown ?? this.group.shown();
    if (!latest || (shown && this.sent && shown.revision <= this.sentRevision)) return undefined;
    const asOf = this.asOfNext(Math.max(latest.asOf, notBefore));
    const now = latest.at(asOf);
    // The present is later than all that waits behind it, so what comes next is compared with it.
    if (!shown) this.latest = now.content;
    if (this.sent && sameContent(this.sent, now.content)) {
      this.sentRevision = now.revision;
      return undefined;
    }
    return this.tell(now, asOf, now.revision);
  }

  /** In step from now on, if it is. */
  settle(): void {
    const { group, sent, owner } = this;
    if (!group || !sent || !this.begun || this.ended || this.readings > 0 || this.withheld || this.muted) return;
    if (!owner.outbox.isFlowing || !group.wasTold(sent)) return;
    group.admit(owner, this.sentAsOf);
    this.topic.removeApart(this);
    owner.fallIn(this, group);
  }

  /** Whether the user is in sight. */
  get inSight(): boolean {
    return this.group !== undefined;
  }

  /** From now on nothing but the end of sight is told, which the viewer has to know of who was shown before. */
  mute(): void {
    if (this.muted) return;
    this.muted = true;
    this.takeBack();
  }

  /** What changed meanwhile is owed, if anything did. */
  unmute(now: number): void {
    if (!this.muted) return;
    this.muted = false;
    if (this.group && !this.withheld) this.owe(null, now);
  }

  /** Begins anew, after its end, with what was told before in mind. */
  resume(topic: InterestTopic): void {
    this.topic = topic;
    topic.addApart(this);
    this.ended = false;
    this.begun = false;
    this.muted = false;
  }

  /** Leaves the topic. What is owed already may still be sent. */
  end(): void {
    this.epoch += 1;
    this.ended = true;
    if (this.group) this.topic.leave(this.group);
    this.group = undefined;
    this.topic.removeApart(this);
  }

  private owe(shown: Owed['shown'], notBefore: number): void {
    this.owner.outbox.put({ interest: this, shown, notBefore });
  }

  private regroup(facets: Facets): void {
    if (this.group) this.topic.leave(this.group);
    this.group = maySee(facets) ? this.topic.join(facets) : undefined;
  }

  /** Takes back what is owed, so that what comes next is compared with what was really sent. */
  private takeBack(): void {
    this.owner.outbox.remove((owed) => owed.interest === this);
    this.latest = this.sent;
  }

  private keepSent({ content, revision }: Pick<Shown, 'content' | 'revision'>, asOf: number): void {
    this.sent = content;
    this.sentAsOf = asOf;
    this.sentRevision = revision;
  }

  /** What is sent next is as of later than what was sent. */
  private asOfNext(least: number): number {
    return Math.max(least, this.sentAsOf + 1);
  }

  private tell(shown: Shown, asOf: number, revision: number): Told {
    this.keepSent({ content: shown.content, revision }, asOf);
    return { shown, asOf };
  }
}
