/**
 * A subscription of a user to themselves, for their other devices: chosen status, presence, privacy and sessions. It hears
 * of commits from the topic of its user, as subscriptions to presence do, and of privacy from access changes. It starts as
 * they do: the bus acknowledges the topic, the record is read, then privacy, which is read again after a change of it that
 * was received meanwhile. What it holds is one mark, however many changes there are: the present state is compared and sent on dequeue.
 *
 * Its cost is that of its own user's changes: it adds one listener to one topic, and reads privacy when that changed.
 */
import { performance } from 'node:perf_hooks';
import type { ReadAlike } from '../node/recordReader.js';
import { notFound, unreadableRecord } from '../presence/errors.js';
import { pairKey } from '../presence/pairs.js';
import type { AccessReader } from '../presence/ports/access.js';
import type { AccessChange } from '../presence/ports/bus.js';
import type { Timings } from '../presence/types.js';
import {
  type AccessFacts,
  DEFAULT_PRIVACY,
  effectivePrivacy,
  type Privacy,
  SELF,
  type Viewer,
} from '../presence/visibility.js';
import { userOf } from '../service/callerUser.js';
import type { MeView } from '../service/contract.js';
import { meViewAt, sameMe, samePrivacy } from '../service/meView.js';
import type { ReadBudget } from '../service/readBudget.js';
import { checkWatched } from './budget.js';
import type { Cohort } from './cohort.js';
import { Outbox, type OutboxOwner } from './outbox.js';
import type { PresenceTypes } from './presenceKind.js';
import { createRefresher } from './refresher.js';
import { createSharedReader } from './sharedReader.js';
import type { SubscriptionBudget } from './subscription.js';
import type { OpenSubscription } from './subscriptionRegistry.js';
import type { StateFollower, Topic } from './topic.js';
import type { TopicRegistry } from './topicRegistry.js';

/** Privacy in effect, and the store's clock when it was read. */
interface OwnReading {
  readonly privacy: Privacy;
  readonly now: number;
}

/** What all subscriptions of users to themselves share. */
export interface MeSubscriptionDeps {
  readonly people: Pick<AccessReader, 'accessFactsToWatch'>;
  readonly reads: ReadBudget;
  readonly topics: TopicRegistry<Topic<PresenceTypes>>;
  readonly readOwn: (userId: string) => Promise<OwnReading>;
  readonly timings: Timings;
  readonly onError: (error: unknown) => void;
  readonly onEnd: (subscription: MeSubscription) => void;
}

const privacyOf = (userId: string, facts: ReadonlyMap<string, AccessFacts>): Privacy | undefined => {
  const own = facts.get(pairKey(userId, userId));
  return own?.exists ? effectivePrivacy(own.privacy) : undefined;
};

/**
 * Reads the record of a user, which it hands to their topic, then their privacy. A user may have a thousand of these
 * subscriptions, all of which read when privacy changes: they share readings.
 */
export const createOwnReader = ({
  people,
  readAlike,
  topics,
}: {
  readonly people: Pick<AccessReader, 'accessFacts'>;
  readonly readAlike: ReadAlike;
  readonly topics: TopicRegistry<Topic<PresenceTypes>>;
}): MeSubscriptionDeps['readOwn'] =>
  createSharedReader(async (userId) => {
    const reading = await readAlike([userId], () => people.accessFacts([{ viewerId: userId, userId }]));
    if (reading.unreadable?.has(userId)) throw unreadableRecord();
    const record = reading.records.get(userId);
    const privacy = privacyOf(userId, reading.accessFacts);
    if (!record || !privacy) throw notFound('There is no such user.');
    const now = reading.nowOf(userId);
    topics.get(userId)?.observe(record, now);
    return { privacy, now };
  });

/** The one item that waits: something may differ from what was sent. */
const CHANGED = Object.freeze({});

export class MeSubscription implements OutboxOwner<typeof CHANGED, MeView>, OpenSubscription, StateFollower {
  readonly outbox = new Outbox<typeof CHANGED, MeView>(this);
  private phase: 'starting' | 'live' | 'ended' = 'starting';
  private topic: Topic<PresenceTypes> | undefined = undefined;
  /** Of those who watch themselves: it finds the end of a message that nobody commits. */
  private cohort: Cohort<PresenceTypes> | undefined = undefined;
  private privacy: Privacy = DEFAULT_PRIVACY;
  /** The store's clock at the last reading. */
  private readAt = 0;
  private sent: MeView | undefined = undefined;
  private sentAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined = undefined;
  private waits = false;
  private readonly refresher = createRefresher({
    read: () => this.rereadPrivacy(),
    hasEnded: () => this.phase === 'ended',
    onError: (error) => this.deps.onError(error),
  });

  constructor(
    private readonly deps: MeSubscriptionDeps,
    readonly viewer: Viewer,
    private readonly budget: SubscriptionBudget,
  ) {}

  /**
   * Resolves when it watches. Rejects with FORBIDDEN (a service token), NOT_FOUND (the user was deleted just now),
   * BAD_USER_INPUT, RATE_LIMITED or UNAVAILABLE; it has then ended.
   */
  async start({ snapshot }: { readonly snapshot: boolean }): Promise<void> {
    try {
      const userId = userOf(this.viewer);
      await this.deps.reads.list(this.viewer, 1, 'start', async () => {
        checkWatched(this.budget, 1);
        await this.watch(userId);
      });
    } catch (error) {
      await this.outbox.return();
      throw error;
    }
    this.phase = 'live';
    if (snapshot) this.enqueue();
    else this.sent = this.present();
    this.refresher.open();
  }

  stateChanged(): void {
    if (this.phase === 'live') this.offer();
  }

  accessChanged(change: AccessChange): void {
    if (change.kind !== 'user' || change.userId !== this.viewer.userId) return;
    this.refresher.request();
  }

  /** Privacy is read again; while it starts, after its start. */
  accessChangesMissed(): void {
    this.refresher.request();
  }

  authorize(): MeView | undefined {
    this.waits = false;
    const view = this.present();
    if (!view || (this.sent && sameMe(this.sent, view))) return undefined;
    // The snapshot begins no interval.
    if (this.sent) this.sentAt = performance.now();
    this.sent = view;
    return view;
  }

  /** There is never more than one. */
  collapse(items: readonly (typeof CHANGED)[]): readonly (typeof CHANGED)[] {
    return items;
  }

  onReturn(): void {
    this.phase = 'ended';
    clearTimeout(this.timer);
    const { topic } = this;
    if (topic) {
      topic.unfollow(this);
      if (this.cohort) topic.leave(this.cohort);
      this.deps.topics.release(topic.key);
      this.budget.watched -= 1;
    }
    this.deps.onEnd(this);
  }

  private async watch(userId: string): Promise<void> {
    const { topic, ready } = this.deps.topics.acquire(userId);
    this.topic = topic;
    this.budget.watched += 1;
    topic.follow(this);
    await ready;
    await this.read(userId);
    this.cohort = topic.join(SELF);
  }

  private async read(userId: string): Promise<void> {
    const { privacy, now } = await this.deps.readOwn(userId);
    this.readAt = now;
    this.privacy = privacy;
  }

  /** Reads the record too where privacy changed, so that the event is as late as the change. */
  private async rereadPrivacy(): Promise<void> {
    const { userId } = this.viewer;
    const privacy = privacyOf(userId, await this.deps.people.accessFactsToWatch([{ viewerId: userId, userId }]));
    // Of a deleted user the connection closes.
    if (!privacy || samePrivacy(privacy, this.privacy)) return;
    await this.read(userId);
    if (this.phase === 'live') this.offer();
  }

  private present(): MeView | undefined {
    const record = this.topic?.state;
    if (!record) return undefined;
    const { sent, readAt, privacy } = this;
    return meViewAt(record, privacy, Math.max(readAt, sent ? sent.presence.asOf + 1 : 0), this.deps.timings);
  }

  /** Sends what differs from what was sent: at once, or when the broadcast interval ends. */
  private offer(): void {
    if (this.timer || this.waits) return;
    const view = this.present();
    if (!view || (this.sent && sameMe(this.sent, view))) return;
    const waitMs = this.sentAt + this.deps.timings.broadcastIntervalMs - performance.now();
    if (waitMs <= 0) this.enqueue();
    else this.timer = setTimeout(() => this.enqueue(), waitMs).unref();
  }

  private enqueue(): void {
    this.timer = undefined;
    this.waits = true;
    this.outbox.put(CHANGED);
  }
}
