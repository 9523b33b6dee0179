/**
 * The subscriptions that see the same of one topic: the same facets of one user. Each cohort has its own pace, so that what
 * a viewer may not see neither delays nor hastens what they may (docs/design.md#status, broadcast rate).
 *
 * Most members are *synced*: they were sent exactly what the cohort delivered last, and nothing is pending for them. A
 * synced member costs a place in a set; a delivery is compared once and handed to all of them as one object. The other
 * members are individually tracked, each by a `Watcher` (watcher.ts).
 */
import { performance } from 'node:perf_hooks';
import { type Delivery, Projection } from './delivery.js';
import { createExpiry, type Expiry } from './expiry.js';
import type { Kind, KindTypes } from './kind.js';

/** What is watched, as its cohorts know it. */
export interface CohortTopic<T extends KindTypes> {
  readonly kind: Kind<T>;
  readonly key: string;
  readonly state: T['state'] | undefined;
  readonly broadcastIntervalMs: number;
  /** The store's clock, as far as it is known. */
  storeNow(): number;
  /** Reads the state and hands it to the topic. */
  readonly readAgain: () => Promise<void>;
  /** One member fewer. */
  leave(cohort: Cohort<T>): void;
  /** Offers a projection to the individually tracked members of the cohort. */
  offer(cohort: Cohort<T>, projection: Projection<T>): void;
}

/** A subscription, as cohorts know it. */
export interface Subscriber<T extends KindTypes> {
  /** Sends a delivery; false where it cannot go out at once, and was not taken. */
  take(delivery: Delivery<Projection<T>>): boolean;
  /** From now on it is individually tracked; it was sent what the cohort delivered last. */
  detach(cohort: Cohort<T>): void;
}

export class Cohort<T extends KindTypes> {
  /** Synced and individually tracked members together. */
  members = 0;
  readonly synced = new Set<Subscriber<T>>();
  /** The last broadcast; at first, what the members' snapshots show, which begins no interval. */
  delivered: Projection<T> | undefined;
  /** No synced member was sent anything later than this. */
  asOf = 0;
  private sentAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined = undefined;
  private projectedState: T['state'] | undefined = undefined;
  private latest: Projection<T> | undefined = undefined;
  /** Only where something ends that nobody commits. */
  private readonly expiry: Expiry | undefined;

  constructor(
    readonly topic: CohortTopic<T>,
    readonly sight: T['sight'],
  ) {
    this.expiry = topic.kind.expires(sight)
      ? createExpiry({ storeNow: () => topic.storeNow(), readAgain: topic.readAgain })
      : undefined;
    this.delivered = this.projection();
  }

  get key(): string {
    return this.topic.key;
  }

  hasSight(sight: T['sight']): boolean {
    return this.topic.kind.sameSight(sight, this.sight);
  }

  /** What the members see of the topic's present state; undefined while there is none. */
  projection(): Projection<T> | undefined {
    const { state, key, kind } = this.topic;
    const { sight } = this;
    if (this.projectedState === state) return this.latest;
    this.projectedState = state;
    this.latest =
      state &&
      new Projection(kind, key, kind.contentFor(state, sight), kind.revisionFor(state, sight), kind.revision(state));
    this.expiry?.follow(this.latest ? kind.expiresAt(this.latest.content) : null);
    return this.latest;
  }

  /** Whether a change waits for the end of the broadcast interval. */
  get isWaiting(): boolean {
    return this.timer !== undefined;
  }

  stateChanged(): void {
    const before = this.latest?.content;
    const now = this.projection();
    if (!now || (!this.timer && this.wasDelivered(now.content))) return;
    const waitMs = this.sentAt + this.topic.broadcastIntervalMs - performance.now();
    // What hides never waits.
    if (this.topic.kind.hides(before, now.content) || waitMs <= 0) this.broadcast();
    else this.timer ??= setTimeout(() => this.broadcast(), waitMs).unref();
  }

  /** Whether the last broadcast showed this. */
  wasDelivered(content: T['content']): boolean {
    const { delivered } = this;
    return delivered !== undefined && this.topic.kind.sameContent(delivered.content, content);
  }

  /** Syncs a member that was sent what the cohort delivered last, as of `asOf`. */
  attach(subscriber: Subscriber<T>, asOf: number): void {
    this.synced.add(subscriber);
    if (asOf > this.asOf) this.asOf = asOf;
  }

  /** A synced member ends. */
  remove(subscriber: Subscriber<T>): void {
    this.synced.delete(subscriber);
    this.topic.leave(this);
  }

  end(): void {
    clearTimeout(this.timer);
    this.expiry?.end();
  }

  private broadcast(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const latest = this.projection();
    if (!latest) return;
    const asOf = Math.max(latest.asOf, this.asOf + 1);
    const now = latest.at(asOf);
    if (!this.wasDelivered(now.content)) {
      this.sentAt = performance.now();
      const delivery: Delivery<Projection<T>> = { projection: now, asOf };
      for (const subscriber of this.synced) if (!subscriber.take(delivery)) subscriber.detach(this);
      this.asOf = asOf;
    }
    this.delivered = now;
    this.topic.offer(this, now);
  }
}
