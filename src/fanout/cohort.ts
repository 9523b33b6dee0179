/**
 * The subscriptions that see the same facets of one user. Each cohort has its own pace, so that what a viewer may not see
 * neither delays nor hastens what they may (docs/design.md#status, broadcast rate).
 *
 * Most members are *synced*: they were sent exactly what the cohort delivered last, and nothing is pending for them. A
 * synced member costs a place in a set; a delivery is compared once and handed to all of them as one object. The other
 * members are individually tracked, each by a `Watcher` (watcher.ts).
 */
import { performance } from 'node:perf_hooks';
import type { PresenceRecord, PresenceStatus } from '../presence/types.js';
import { contentFor, type PresenceContent, revisionFor, sameContent } from '../presence/view.js';
import type { Facets } from '../presence/visibility.js';
import { type Delivery, Projection } from './delivery.js';
import { createExpiry, type Expiry } from './expiry.js';

/** The watched user, as its cohorts know it. */
export interface CohortTopic {
  readonly userId: string;
  readonly record: PresenceRecord | undefined;
  readonly broadcastIntervalMs: number;
  /** The store's clock, as far as it is known. */
  storeNow(): number;
  /** Reads the record and hands it to the topic. */
  readonly readAgain: () => Promise<void>;
  /** One member fewer. */
  leave(cohort: Cohort): void;
  /** Offers a projection to the individually tracked members of the cohort. */
  offer(cohort: Cohort, projection: Projection): void;
}

/** A subscription, as cohorts know it. */
export interface Subscriber {
  /** Sends a delivery; false where it cannot go out at once, and was not taken. */
  take(delivery: Delivery): boolean;
  /** From now on it is individually tracked; it was sent what the cohort delivered last. */
  detach(cohort: Cohort): void;
}

const hides = (before: PresenceStatus | undefined, now: PresenceStatus): boolean =>
  now !== before && (now === 'OFFLINE' || now === 'INVISIBLE');

export class Cohort {
  /** Synced and individually tracked members together. */
  members = 0;
  readonly synced = new Set<Subscriber>();
  /** The last broadcast; at first, what the members' snapshots show, which begins no interval. */
  delivered: Projection | undefined;
  /** No synced member was sent anything later than this. */
  asOf = 0;
  private sentAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined = undefined;
  private projectedRecord: PresenceRecord | undefined = undefined;
  private latest: Projection | undefined = undefined;
  /** Only in the cohort of those who watch themselves. */
  private readonly expiry: Expiry | undefined;

  constructor(
    readonly topic: CohortTopic,
    readonly facets: Facets,
  ) {
    this.expiry = facets.self
      ? createExpiry({ storeNow: () => topic.storeNow(), readAgain: topic.readAgain })
      : undefined;
    this.delivered = this.projection();
  }

  get userId(): string {
    return this.topic.userId;
  }

  hasFacets({ self, status, lastSeen, activity }: Facets): boolean {
    const { facets } = this;
    return (
      self === facets.self && status === facets.status && lastSeen === facets.lastSeen && activity === facets.activity
    );
  }

  /** What the members see of the topic's present record; undefined while there is none. */
  projection(): Projection | undefined {
    const { record, userId } = this.topic;
    if (this.projectedRecord === record) return this.latest;
    this.projectedRecord = record;
    this.latest =
      record &&
      new Projection(userId, contentFor(record, this.facets), revisionFor(record, this.facets), record.revision);
    this.expiry?.follow(this.latest?.content.statusMessage?.expiresAt ?? null);
    return this.latest;
  }

  /** Whether a change waits for the end of the broadcast interval. */
  get isWaiting(): boolean {
    return this.timer !== undefined;
  }

  recordChanged(): void {
    const before = this.latest?.content.status;
    const now = this.projection();
    if (!now || (!this.timer && this.wasDelivered(now.content))) return;
    const waitMs = this.sentAt + this.topic.broadcastIntervalMs - performance.now();
    // What hides never waits.
    if (hides(before, now.content.status) || waitMs <= 0) this.broadcast();
    else this.timer ??= setTimeout(() => this.broadcast(), waitMs).unref();
  }

  /** Whether the last broadcast showed this. */
  wasDelivered(content: PresenceContent): boolean {
    const { delivered } = this;
    return delivered !== undefined && sameContent(delivered.content, content);
  }

  /** Syncs a member that was sent what the cohort delivered last, as of `asOf`. */
  attach(subscriber: Subscriber, asOf: number): void {
    this.synced.add(subscriber);
    if (asOf > this.asOf) this.asOf = asOf;
  }

  /** A synced member ends. */
  remove(subscriber: Subscriber): void {
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
      const delivery: Delivery = { projection: now, asOf };
      for (const subscriber of this.synced) if (!subscriber.take(delivery)) subscriber.detach(this);
      this.asOf = asOf;
    }
    this.delivered = now;
    this.topic.offer(this, now);
  }
}
