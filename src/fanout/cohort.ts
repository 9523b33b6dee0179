/**
 * Those who see the same facets of one user. A group has its own pace, so that what a viewer may not see neither delays
 * nor hastens what they may (docs/semantics.md, "Pace"). Most of its members were told exactly what the group
 * was told last, and are owed nothing: they are in step. Of them it knows no more than that, and what is told is judged
 * once for all of them. The others are apart: each has an {@link Watcher} that knows what it was told and is owed.
 */
import { performance } from 'node:perf_hooks';
import type { PresenceRecord, PresenceStatus } from '../presence/types.js';
import { contentFor, type PresenceContent, revisionFor, sameContent } from '../presence/view.js';
import type { Facets } from '../presence/visibility.js';
import { type Delivery, Projection } from './delivery.js';
import { createExpiry, type Expiry } from './expiry.js';
import type { WatcherTopic } from './watcher.js';

/** The watched user of a group. */
export interface CohortTopic extends WatcherTopic {
  readonly record: PresenceRecord | undefined;
  readonly broadcastIntervalMs: number;
  /** The store's clock, as far as it is known. */
  storeNow(): number;
  /** Has the record read, and told to the topic. */
  readonly readAgain: () => Promise<void>;
  /** Offers it to each of the group who is apart. */
  offer(cohort: Cohort, projection: Projection): void;
}

/** A subscription, as far as the groups know it. */
export interface Subscriber {
  /** Sends what all in step are told; false where it cannot be sent at once. */
  take(delivered: Delivery): boolean;
  /** From now on it is apart, having been told what the group was told last. */
  detach(cohort: Cohort): void;
}

const hides = (before: PresenceStatus | undefined, now: PresenceStatus): boolean =>
  now !== before && (now === 'OFFLINE' || now === 'INVISIBLE');

export class Cohort {
  /** How many belong to it, in step or apart. */
  members = 0;
  readonly synced = new Set<Subscriber>();
  /** What was told last. Who joins has a snapshot of their own: what it shows needs no telling, and begins no interval. */
  delivered: Projection | undefined;
  /** No member in step was told anything as of later than this. */
  asOf = 0;
  private sentAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined = undefined;
  private projectedRecord: PresenceRecord | undefined = undefined;
  private latest: Projection | undefined = undefined;
  /** Of those who watch themselves. */
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

  /** Whether it is of those who see these facets. */
  isOf({ self, status, lastSeen, activity }: Facets): boolean {
    const { facets } = this;
    return (
      self === facets.self && status === facets.status && lastSeen === facets.lastSeen && activity === facets.activity
    );
  }

  /** What its members see of the record as it is; undefined while there is none. */
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

  /** Whether a change waits for the end of the interval. */
  get waits(): boolean {
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

  /** Whether that is what was told last. */
  wasDelivered(content: PresenceContent): boolean {
    const { delivered } = this;
    return delivered !== undefined && sameContent(delivered.content, content);
  }

  /** One who was told the same, as of `asOf`, is in step from now on. */
  admit(subscriber: Subscriber, asOf: number): void {
    this.synced.add(subscriber);
    if (asOf > this.asOf) this.asOf = asOf;
  }

  /** One who is in step leaves. */
  dismiss(subscriber: Subscriber): void {
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
      const delivered: Delivery = { projection: now, asOf };
      for (const subscriber of this.synced) if (!subscriber.take(delivered)) subscriber.detach(this);
      this.asOf = asOf;
    }
    this.delivered = now;
    this.topic.offer(this, now);
  }
}
