/**
 * One subscription's interest in one user: what it may see, what it was told, and what it is still owed. Everything
 * is judged when it is taken from the outbox, so that nothing goes out that is no longer the viewer's to see. There are
 * as many of these as there are pairs, so they are small.
 */
import { OUT_OF_SIGHT, type PresenceContent, sameContent } from '../presence/view.js';
import { type Facets, maySee, NOTHING, type Viewer } from '../presence/visibility.js';
import type { Outbox } from './outbox.js';
import type { Group, Shown, Topic, Watcher } from './topic.js';

export type { Shown };

/** What waits in a subscription's outbox. */
export interface Owed {
  readonly interest: Interest;
  /** A change as it was; null: the present state, whatever it is when this is taken; `lost`: the end of sight. */
  readonly shown: Shown | 'lost' | null;
  /** What is sent is as of no earlier than this. */
  readonly notBefore: number;
}

/** What is sent: something shown, and the instant at which it was true for this viewer. */
export interface Told {
  readonly shown: Shown;
  readonly asOf: number;
}

export type PresenceOutbox = Outbox<Owed, Told>;

export class Interest implements Watcher {
  /** Counts the changes of facts that touch it: what was read before the latest one does not hold. */
  epoch = 0;
  private facets: Facets = NOTHING;
  private group: Group | undefined = undefined;
  private begun = false;
  private withheld = false;
  private muted = false;
  /** The latest that was put, or sent. */
  private latest: PresenceContent | undefined = undefined;
  private sent: PresenceContent | undefined = undefined;
  private sentAsOf = 0;
  private sentRevision = 0;

  constructor(
    readonly viewer: Viewer,
    private topic: Topic,
    private readonly outbox: PresenceOutbox,
  ) {}

  get userId(): string {
    return this.topic.userId;
  }

  /** The user's record changed. */
  offer(shown: Shown): void {
    const { latest } = this;
    if (this.muted || this.withheld || (latest && (latest === shown.content || sameContent(latest, shown.content))))
      return;
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

  /** The first facts, as read at `now`. With `tell`, what they show is owed; without, it is taken for known. */
  begin(facets: Facets, now: number, tell: boolean): void {
    this.begun = true;
    this.withheld = false;
    this.regroup(facets);
    const shown = this.group?.shown();
    if (!shown) return;
    this.latest = shown.content;
    if (tell) this.owe(null, now);
    else this.keepSent(shown, Math.max(shown.asOf, now));
  }

  /** The facts as read, at `now`, after the latest change of them. */
  see(facets: Facets, now: number): void {
    // What begins has its own reading, and repeats it.
    if (!this.begun) return;
    const same =
      facets.status === this.facets.status &&
      facets.lastSeen === this.facets.lastSeen &&
      facets.activity === this.facets.activity;
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
      return this.tell(this.topic.outOfSight, notBefore, this.sentRevision);
    }
    if (this.muted || this.withheld || !this.group) return undefined;
    const now = shown ?? this.group.shown();
    if (!now || (shown && this.sent && shown.revision <= this.sentRevision)) return undefined;
    // The present is later than all that waits behind it, so what comes next is compared with it.
    if (!shown) this.latest = now.content;
    if (this.sent && (this.sent === now.content || sameContent(this.sent, now.content))) {
      this.sentRevision = now.revision;
      return undefined;
    }
    return this.tell(now, Math.max(now.asOf, notBefore), now.revision);
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
  resume(topic: Topic): void {
    this.topic = topic;
    this.begun = false;
    this.muted = false;
  }

  /** Leaves the topic. What is owed already may still be sent. */
  end(): void {
    this.epoch += 1;
    if (this.group) this.topic.leave(this, this.facets);
    this.group = undefined;
  }

  private owe(shown: Owed['shown'], notBefore: number): void {
    this.outbox.put({ interest: this, shown, notBefore });
  }

  private regroup(facets: Facets): void {
    if (this.group) this.topic.leave(this, this.facets);
    this.facets = facets;
    this.group = maySee(facets) ? this.topic.join(this, facets) : undefined;
  }

  /** Takes back what is owed, so that what comes next is compared with what was really sent. */
  private takeBack(): void {
    this.outbox.remove((owed) => owed.interest === this);
    this.latest = this.sent;
  }

  private keepSent({ content, revision }: Pick<Shown, 'content' | 'revision'>, asOf: number): void {
    this.sent = content;
    this.sentAsOf = asOf;
    this.sentRevision = revision;
  }

  private tell(shown: Shown, asOf: number, revision: number): Told {
    this.keepSent({ content: shown.content, revision }, Math.max(asOf, this.sentAsOf + 1));
    return { shown, asOf: this.sentAsOf };
  }
}
