/**
 * A subscription to who is at a place. It holds whom the viewer was told to be there, and of whom that may differ now; the difference is
 * sent, compared on dequeue, so that a slow reader gets one event. It starts as the others do: the bus acknowledges, then the index and
 * the records are read, then access facts, again while access changes are received. Who may be hidden by a change is left out of the
 * lists until that is read; then the list is sent anew. See docs/design.md#places.
 *
 * | phase     | sends                                                         | left by                                   |
 * |-----------|---------------------------------------------------------------|-------------------------------------------|
 * | starting  | nothing                                                       | its start → live                          |
 * | live      | who comes and goes                                            | a change that may revoke → suspended      |
 * | suspended | who goes, lists nobody: the right to the place is being read  | the answer → live, or lost                |
 * | lost      | nothing, after everybody who was listed went                  | the right to use the place again → live   |
 * | ended     | nothing                                                       |                                           |
 *
 * Each subscription has an interval of its own, so that a coming that its viewer may not see neither delays nor hastens what they may.
 * It costs an entry a person there (at most 1,000); a coming costs each watcher a comparison, and a pair in a query of access facts.
 */
import { performance } from 'node:perf_hooks';
import type { AccessReader } from '../presence/ports/access.js';
import type { AccessChange } from '../presence/ports/bus.js';
import { isSeenLive } from '../presence/status.js';
import type { PresenceRecord, Timings } from '../presence/types.js';
import { checkId } from '../presence/validate.js';
import { type PresenceView, viewAt } from '../presence/view.js';
import {
  type ConversationFacts,
  type Facets,
  maySee,
  mayUse,
  NOTHING,
  SELF,
  type Viewer,
} from '../presence/visibility.js';
import { checkMayUse } from '../service/conversationUse.js';
import type { ReadBudget } from '../service/readBudget.js';
import { countHere, isHere, MAX_LISTED } from '../social/here.js';
import type { Here, HereChange } from '../social/socialTypes.js';
import { checkPlaces } from './budget.js';
import type { HerePlace, HereWatcher } from './herePlace.js';
import type { HereSights, SightOwner } from './hereSights.js';
import { Outbox, type OutboxOwner } from './outbox.js';
import type { PresenceTypes } from './presenceKind.js';
import type { SubscriptionBudget } from './subscription.js';
import type { OpenSubscription, SubscriptionRegistry } from './subscriptionRegistry.js';
import type { StateFollower, Topic } from './topic.js';
import type { TopicRegistry } from './topicRegistry.js';

/** What all subscriptions to places share. */
export interface HereSubscriptionDeps {
  readonly people: Pick<AccessReader, 'conversation'>;
  readonly reads: ReadBudget;
  readonly topics: TopicRegistry<Topic<PresenceTypes>>;
  readonly places: TopicRegistry<HerePlace>;
  readonly sights: HereSights;
  readonly readAgain: (userId: string) => Promise<void>;
  readonly timings: Timings;
  readonly setOwner: SubscriptionRegistry['setOwner'];
  readonly onEnd: (subscription: HereSubscription) => void;
}

type HerePhase = 'starting' | 'live' | 'suspended' | 'lost' | 'ended';

/** The one item that waits: something may differ from what was sent. */
const CHANGED = Object.freeze({});

/** What one viewer sees of one person. */
interface Sight {
  facets: Facets | undefined;
  /** An access change may have revoked it: the person does not come until it was read again. */
  suspended: boolean;
}

export class HereSubscription
  implements OutboxOwner<typeof CHANGED, HereChange>, OpenSubscription, HereWatcher, SightOwner, StateFollower
{
  readonly outbox = new Outbox<typeof CHANGED, HereChange>(this);
  ownerId: string | null | undefined = undefined;
  epoch = 0;
  private phase: HerePhase = 'starting';
  private place: HerePlace | undefined = undefined;
  private own: Topic<PresenceTypes> | undefined = undefined;
  private readonly sights = new Map<string, Sight>();
  /** Whom the viewer was told to be there. */
  private readonly delivered = new Set<string>();
  /** Of whom that may differ. */
  private readonly pending = new Set<string>();
  /** The list that was sent last lacks somebody of whom it was being read whether the viewer may see them. */
  private owesList = false;
  private isFirst = true;
  private asOf = 0;
  /** The latest commit of which something is pending. */
  private leastAsOf = 0;
  private sentAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined = undefined;
  private waits = false;

  constructor(
    private readonly deps: HereSubscriptionDeps,
    readonly viewer: Viewer,
    readonly conversationId: string,
    private readonly budget: SubscriptionBudget,
  ) {}

  /** Resolves when it watches. Rejects with NOT_FOUND, BAD_USER_INPUT, RATE_LIMITED or UNAVAILABLE; it has then ended. */
  async start(): Promise<void> {
    try {
      checkId(this.conversationId, 'conversationId');
      await this.deps.reads.roster(this.viewer, 'start', async () => {
        await checkMayUse(this.deps.people, this.viewer, this.conversationId);
        checkPlaces(this.budget);
        await this.watch();
        return { result: undefined, counted: Math.max(1, Math.min(MAX_LISTED, this.delivered.size)) };
      });
    } catch (error) {
      await this.outbox.return();
      throw error;
    }
  }

  personChanged(userId: string, hides: boolean): void {
    if (this.phase === 'ended') return;
    const follows = this.place?.follows(userId) ?? false;
    if (this.phase === 'starting') {
      // What is being read may be of before a change that is not heard.
      if (!follows) this.sights.delete(userId);
      return;
    }
    // No change of who may see them is heard from now on, nor holds what is being read.
    if (!follows && userId !== this.viewer.userId && this.sights.delete(userId)) this.epoch += 1;
    if (follows && !this.sights.has(userId)) {
      this.sights.set(userId, { facets: undefined, suspended: false });
      this.deps.sights.ask(this, userId);
    }
    this.compare(userId, hides);
  }

  /** The viewer's own record: they find themselves, also while INVISIBLE. */
  stateChanged(): void {
    this.compare(this.viewer.userId, false);
  }

  applyFacets(userId: string, facets: Facets): void {
    const sight = this.sights.get(userId);
    if (!sight) return;
    sight.facets = facets;
    sight.suspended = false;
    this.compare(userId, !maySee(facets));
    if (this.owesList && this.phase === 'live') this.offer(false);
  }

  applyRight(facts: ConversationFacts | undefined): void {
    if (this.phase === 'ended' || this.phase === 'starting') return;
    const before = this.phase;
    this.deps.setOwner(this, facts?.owner?.userId ?? null);
    this.phase = mayUse(facts, this.viewer.userId) ? 'live' : 'lost';
    if (before === this.phase) return;
    // All of them in one event.
    const differing = [...this.delivered, ...this.sights.keys(), ...this.pending].filter((userId) =>
      this.differs(userId),
    );
    if (differing.length > 0 || this.owesList) this.offer(this.phase === 'lost');
  }

  accessChanged(change: AccessChange): void {
    const { userId: viewerId } = this.viewer;
    if (change.kind === 'conversation' && change.id === this.conversationId) this.deps.setOwner(this, undefined);
    this.epoch += 1;
    if (change.mayRevoke && this.phase === 'live') this.phase = 'suspended';
    switch (change.kind) {
      case 'relation':
        for (const userId of change.users) if (userId !== viewerId) this.invalidate(userId, change.mayRevoke);
        break;
      case 'user':
        this.invalidate(change.userId, change.mayRevoke);
        break;
      default: {
        const isChanged = change.changed.includes(viewerId);
        for (const userId of isChanged ? change.members : change.changed) this.invalidate(userId, change.mayRevoke);
      }
    }
    // Last: a question that is asked before another change of the epoch is asked twice.
    this.deps.sights.askRight(this);
  }

  accessChangesMissed(): void {
    this.epoch += 1;
    this.deps.setOwner(this, undefined);
    for (const userId of this.sights.keys()) this.invalidate(userId, false);
    this.deps.sights.askRight(this);
  }

  /** The facets of a person have to be read again; of the viewer and of strangers there is nothing to read. */
  invalidate(userId: string, mayRevoke: boolean): void {
    const sight = this.sights.get(userId);
    if (!sight || userId === this.viewer.userId) return;
    this.epoch += 1;
    // A start reads it again.
    if (this.phase === 'starting') return;
    sight.suspended ||= mayRevoke;
    this.deps.sights.ask(this, userId);
  }

  authorize(): HereChange | undefined {
    this.waits = false;
    clearTimeout(this.timer);
    this.timer = undefined;
    const came: PresenceRecord[] = [];
    const went: string[] = [];
    const asOf = Math.max(this.asOf + 1, this.leastAsOf, Math.floor(this.own?.storeNow() ?? 0));
    for (const userId of this.pending) {
      const [isThere, wasThere] = [this.isThere(userId), this.delivered.has(userId)];
      const record = this.recordOf(userId);
      if (isThere && !wasThere && record) came.push(record);
      if (!isThere && wasThere) went.push(userId);
      this.forgetWhereGone(userId);
    }
    this.pending.clear();
    if (came.length === 0 && went.length === 0 && !this.isFirst && !this.owesList) return undefined;
    this.owesList = false;
    // The snapshot begins no interval.
    if (!this.isFirst) this.sentAt = performance.now();
    this.isFirst = false;
    for (const { userId } of came) this.delivered.add(userId);
    for (const userId of went) this.delivered.delete(userId);
    this.asOf = asOf;
    return {
      here: this.here(asOf),
      came: came.sort(byId).map((record) => this.viewOf(record, asOf)),
      went: went.sort(),
    };
  }

  /** There is never more than one. */
  collapse(items: readonly (typeof CHANGED)[]): readonly (typeof CHANGED)[] {
    return items;
  }

  onReturn(): void {
    this.phase = 'ended';
    clearTimeout(this.timer);
    this.deps.sights.forget(this);
    if (this.own) {
      this.own.unfollow(this);
      this.deps.topics.release(this.own.key);
    }
    if (this.place) {
      this.place.watchers.delete(this);
      this.deps.places.release(this.conversationId);
      this.budget.places = (this.budget.places ?? 1) - 1;
    }
    this.deps.onEnd(this);
  }

  private get hasEnded(): boolean {
    return this.phase === 'ended';
  }

  private async watch(): Promise<void> {
    // It may have been ended while it waited.
    if (this.hasEnded) return;
    const { topics, places, sights, readAgain } = this.deps;
    const { userId } = this.viewer;
    this.budget.places = (this.budget.places ?? 0) + 1;
    this.place = places.acquire(this.conversationId).topic;
    const own = topics.acquire(userId);
    this.own = own.topic;
    await Promise.all([own.ready, this.place.open()]);
    await readAgain(userId);
    if (this.hasEnded) return;
    const { place } = this;
    // Who comes from now on is heard, and whose privacy changes; what is heard before the facts are read is compared with them.
    place.watchers.add(this);
    for (;;) {
      const { epoch } = this;
      const userIds = [...place.userIds()];
      for (const id of userIds) this.sights.set(id, { facets: undefined, suspended: false });
      const facets = await sights.read(this, userIds);
      const { owner } = await checkMayUse(this.deps.people, this.viewer, this.conversationId);
      if (this.hasEnded) return;
      if (epoch !== this.epoch) continue;
      this.deps.setOwner(this, owner?.userId ?? null);
      for (const [id, sight] of this.sights) sight.facets = facets.get(id);
      break;
    }
    this.sights.set(userId, { facets: SELF, suspended: false });
    this.phase = 'live';
    this.own.follow(this);
    for (const id of [...place.userIds(), userId]) this.personChanged(id, false);
    this.enqueue();
  }

  private recordOf(userId: string): PresenceRecord | undefined {
    return userId === this.viewer.userId ? this.own?.state : this.place?.recordOf(userId);
  }

  /** Whether an access change may have hidden the user, or the place, from the viewer: that is being read. */
  private isDoubtful(userId: string): boolean {
    return this.phase === 'suspended' || this.sights.get(userId)?.suspended === true;
  }

  /** Whether the viewer sees the user there now. */
  private isThere(userId: string): boolean {
    if (this.phase === 'lost') return false;
    const record = this.recordOf(userId);
    const sight = this.sights.get(userId);
    if (!record || !sight?.facets || !isHere(record, sight.facets, this.conversationId)) return false;
    // Nobody comes, and nobody goes for it, while that is being read.
    return this.isDoubtful(userId) ? this.delivered.has(userId) : true;
  }

  private compare(userId: string, hides: boolean): void {
    if (this.phase === 'starting' || this.phase === 'ended') return;
    const wasThere = this.delivered.has(userId);
    if (!this.differs(userId)) return;
    // Until it is known whether the viewer may use the place at all, only what hides is sent.
    if (this.phase !== 'suspended' || (hides && wasThere)) this.offer(hides && wasThere);
  }

  /** Notes the user as pending where the viewer was told something else. */
  private differs(userId: string): boolean {
    const isThere = this.isThere(userId);
    if (isThere === this.delivered.has(userId)) {
      if (!isThere && !this.pending.has(userId)) this.forgetWhereGone(userId);
      return false;
    }
    this.pending.add(userId);
    const record = this.recordOf(userId);
    // Of who hides it tells no more than that.
    if (record)
      this.leastAsOf = Math.max(
        this.leastAsOf,
        isThere || isSeenLive(record) ? record.revision : record.revisions.status,
      );
    return true;
  }

  /** What is known of a user who is not there any more is read anew when they come again. */
  private forgetWhereGone(userId: string): void {
    if (userId !== this.viewer.userId && !this.place?.follows(userId)) this.sights.delete(userId);
  }

  /** Sends the difference when the interval ends; what hides never waits. */
  private offer(atOnce: boolean): void {
    if (this.waits) return;
    const waitMs = this.sentAt + this.deps.timings.broadcastIntervalMs - performance.now();
    if (atOnce || waitMs <= 0) this.enqueue();
    else this.timer ??= setTimeout(() => this.enqueue(), waitMs).unref();
  }

  private enqueue(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waits = true;
    this.outbox.put(CHANGED);
  }

  private viewOf(record: PresenceRecord, asOf: number): PresenceView {
    return viewAt(record, this.sights.get(record.userId)?.facets ?? NOTHING, asOf);
  }

  /** The whole; the people are looked up where they are asked for, and then as they are. */
  private here(asOf: number): Here {
    const { conversationId, delivered, place } = this;
    const people = (): readonly PresenceView[] => {
      const there = [...delivered].filter((userId) => this.isThere(userId));
      const certain = there.filter((userId) => !this.isDoubtful(userId));
      this.owesList ||= certain.length < there.length;
      return certain
        .sort()
        .slice(0, MAX_LISTED)
        .flatMap((userId) => {
          const record = this.recordOf(userId);
          return record ? [this.viewOf(record, asOf)] : [];
        });
    };
    // Nor is it told how many are there now.
    const total = this.phase === 'suspended' ? 0 : (place?.total ?? 0);
    const { count, approximate } = countHere(delivered.size, total);
    let found: readonly PresenceView[] | undefined;
    return {
      conversationId,
      get people() {
        found ??= people();
        return found;
      },
      count,
      // Of a place that is not followed whole not all whom the viewer sees are known.
      approximate: approximate || place?.isPartial === true,
      asOf,
    };
  }
}

const byId = (a: PresenceRecord, b: PresenceRecord): number => (a.userId < b.userId ? -1 : 1);
