/**
 * A subscription to a timeline: acts of those on the viewer's roster from its start on, and the end of each that is taken back or goes
 * out of sight. An act is judged by facts that are read for it; a change of sight voids the judgements that it touches, and what it
 * touches is reread: the latest acts of the actor, those about the object or the owner's objects, and those that this subscription
 * sent. What was sent always ends; of what was not, `gone` is said only where it is certain that the viewer could see it until then.
 * What was sent is remembered for the last 500 acts, as objects that all subscriptions of the node share.
 * See docs/design.md#social.
 */
import { inPieces } from '../async/batches.js';
import type { Turns } from '../async/limit.js';
import { isTemporary } from '../presence/errors.js';
import type { AccessChange, Unsubscribe } from '../presence/ports/bus.js';
import type { Viewer } from '../presence/visibility.js';
import { userOf } from '../service/callerUser.js';
import type { ReadBudget } from '../service/readBudget.js';
import { seesAct } from '../social/actSight.js';
import type { SocialBus } from '../social/ports/socialBus.js';
import type { ActFacts, TimelineReader } from '../social/ports/timelines.js';
import type { Act, ActView, MuteTarget } from '../social/socialTypes.js';
import type { ActListener, ActorTopic, Holds, Judgement, LostSight } from './actorTopic.js';
import type { ActShare, ShareOf } from './actShare.js';
import { checkWatched, roomForRoster } from './budget.js';
import type { Delivery } from './delivery.js';
import { DeliveryStream } from './deliveryStream.js';
import type { Clock } from './epochs.js';
import { Outbox, type OutboxOwner } from './outbox.js';
import { createRefresher } from './refresher.js';
import {
  type Cause,
  causeOf,
  factsBefore,
  objectKey,
  type SightChange,
  SightLosses,
  subjectsOf,
  type Touched,
  userKey,
} from './sightLosses.js';
import type { SubscriptionBudget } from './subscription.js';
import type { OpenSubscription } from './subscriptionRegistry.js';
import type { TopicRegistry } from './topicRegistry.js';

/** Acts that a subscription remembers to have sent, or to have said to be gone; and that may wait for its reader. */
const MAX_KNOWN = 500;
/** The latest acts of one actor, or about one object, that a change of sight rereads. */
const LATEST = 50;
/** Members of a circle or conversation beyond which not all of them are reread about when the viewer comes or goes. */
const CROWD = 200;
/** Actors of one reading. */
const ACTORS = 100;
/** Acts of one reading. */
const ACTS = 250;

const idsOf = (keys: Iterable<string>, prefix: string): readonly string[] =>
  [...keys].flatMap((key) => (key.startsWith(prefix) ? key.slice(prefix.length) : []));

/** What all subscriptions to timelines share. */
export interface TimelineSubscriptionDeps {
  readonly clock: Clock;
  readonly bus: Pick<SocialBus, 'subscribeTray'>;
  readonly timelines: TimelineReader;
  readonly actors: TopicRegistry<ActorTopic>;
  readonly holds: Holds;
  /** The act was received after that instant. */
  readonly wasReceived: (act: Act, since: number) => boolean;
  readonly reads: ReadBudget;
  /** The viewer's roster: user ids, the first `MAX_WATCHED` by id. */
  readonly rosterOf: (viewerId: string) => Promise<readonly string[]>;
  readonly shareOf: ShareOf;
  /** The rereadings of all subscriptions: after a gap, or where somebody popular is deleted, there is one for each. */
  readonly turns: Turns;
  /** The same of their rosters. */
  readonly rosterTurns: Turns;
  /** The subscription was sent acts about that object, or about an object of that user, or no more; by `objectKey` or `userKey`. */
  readonly onSubject: (subscription: TimelineSubscription, key: string, knows: boolean) => void;
  readonly onError: (error: unknown) => void;
  /** A failure that does not go away: what it touches was ended. */
  readonly onGivenUp: (error: unknown) => void;
  readonly onEnd: (subscription: TimelineSubscription) => void;
}

/** What waits in the outbox. */
interface PendingAct {
  readonly share: ActShare;
  /** When its judgement began. */
  readonly judgedAt: number;
}

type ActDelivery = Delivery<ActShare>;

export class TimelineSubscription
  extends DeliveryStream<ActView, ActShare>
  implements OutboxOwner<PendingAct, ActDelivery>, ActListener, OpenSubscription
{
  readonly outbox = new Outbox<PendingAct, ActDelivery>(this);
  hasEnded = false;
  private readonly losses: SightLosses;
  /** By act: what was sent last of it, or waits to be. The oldest first. */
  private readonly known = new Map<string, ActShare>();
  /** How many known acts are about an object, and about what a user owns, by key. */
  private readonly subjects = new Map<string, number>();
  /** What waited for the reader when what it was judged by changed, by act: it is judged again. The latest alone. */
  private voided = new Map<string, Act>();
  /** The actors, and since when. */
  private readonly followed = new Map<string, number>();
  /** Actors who are off the roster. They are followed until what they did is reread, so that what they do meanwhile is not. */
  private readonly leaving = new Set<string>();
  /** When the roster may have changed first since it was read. */
  private rosterSince: number | undefined = undefined;
  private tray: Promise<Unsubscribe> | undefined = undefined;
  private readonly roster = this.createRefresher(() =>
    this.deps.rosterTurns.take(this, () => this.readRoster(), this.isRosterHurried),
  );
  private readonly rereading = this.createRefresher(() =>
    this.deps.turns.take(this, () => this.rereadTouched(), this.isHurried),
  );
  /** What changed concerns few, so that it waits for no crowd that rereads. */
  private isHurried = false;
  /** The same of the roster. */
  private isRosterHurried = false;

  constructor(
    private readonly deps: TimelineSubscriptionDeps,
    readonly viewer: Viewer,
    private readonly budget: SubscriptionBudget,
  ) {
    super();
    this.losses = new SightLosses(deps.clock);
  }

  /** Resolves when it follows. Rejects with FORBIDDEN, BAD_USER_INPUT, RATE_LIMITED or UNAVAILABLE; it has then ended. */
  async start(): Promise<void> {
    try {
      const userId = userOf(this.viewer);
      await this.deps.reads.roster(this.viewer, 'start', async () => {
        checkWatched(this.budget, 1);
        this.tray = this.deps.bus.subscribeTray(userId, (change) => {
          if (change.kind === 'mute') this.muteChanged(change.target, change.muted);
        });
        await this.tray;
        const roster = await this.deps.rosterOf(userId);
        await this.follow(roster.slice(0, roomForRoster(this.budget)));
        return { result: undefined, counted: roster.length };
      });
    } catch (error) {
      await this.outbox.return();
      throw error;
    }
    this.roster.open();
    this.rereading.open();
  }

  judged({ act, ownerId, sees, gained, lost }: Judgement, began: number): boolean {
    if (!this.followed.has(act.actorId)) return true;
    if (!this.losses.holds(act, ownerId, began)) return false;
    if (!sees) this.withdraw(act, ownerId, lost !== null && this.couldSee(act, lost));
    else if (gained || this.known.has(act.id)) this.show(act, ownerId, began);
    return true;
  }

  sent(actorId: string): readonly Act[] {
    const sent: Act[] = [];
    for (const { act, gone } of this.known.values()) if (act.actorId === actorId && !gone) sent.push(act);
    return sent;
  }

  accessChanged(change: AccessChange): void {
    const { userId } = this.viewer;
    switch (change.kind) {
      case 'relation': {
        const [a, b] = change.users;
        this.lose(userKey(a === userId ? b : a), { gains: !change.mayRevoke, blocked: change.firstBlock === true });
        this.hurry();
        if (a === userId) this.hurryRoster();
        return;
      }
      case 'user':
        if (change.deleted) this.lose(userKey(change.userId), {});
        return;
      default:
        this.membersChanged(change);
    }
  }

  /** Access changes, acts or mutes may have been missed: the newest are read, and what was sent is judged again. */
  accessChangesMissed(): void {
    this.losses.addAll();
    this.rosterChanged();
    this.rereading.request();
  }

  authorize({ share, judgedAt }: PendingAct): ActDelivery | undefined {
    const { act, ownerId, gone } = share;
    if (this.known.get(act.id) !== share) return undefined;
    if (gone || this.losses.holds(act, ownerId, judgedAt)) return { projection: share, asOf: 0 };
    // What it was judged by changed while it waited.
    this.forget(act.id);
    this.judgeAgain(act);
    return undefined;
  }

  named({ share }: PendingAct): string | null {
    return share.named;
  }

  /** What is known to be the latest of each act; of acts that were not sent the latest alone. */
  collapse(waiting: readonly PendingAct[]): readonly PendingAct[] {
    const latest = waiting.filter(({ share }) => this.known.get(share.act.id) === share);
    return latest.slice(-MAX_KNOWN);
  }

  onReturn(): void {
    this.hasEnded = true;
    for (const actorId of [...this.followed.keys()]) this.unfollow(actorId);
    for (const key of this.subjects.keys()) this.deps.onSubject(this, key, false);
    this.subjects.clear();
    this.known.clear();
    this.voided.clear();
    this.tray?.then(
      (unsubscribe) => unsubscribe(),
      () => {},
    );
    this.deps.onEnd(this);
  }

  private createRefresher(read: () => Promise<void>) {
    return createRefresher({ read, hasEnded: () => this.hasEnded, onError: (error) => this.deps.onError(error) });
  }

  private lose(key: string, change: SightChange): void {
    this.losses.add(key, change);
    this.rereading.request();
  }

  private hurry(): void {
    this.isHurried = true;
    this.deps.turns.hurry(this);
  }

  private rosterChanged(): void {
    this.rosterSince ??= this.deps.clock.now;
    this.roster.request();
  }

  private hurryRoster(): void {
    this.isRosterHurried = true;
    this.deps.rosterTurns.hurry(this);
    this.rosterChanged();
  }

  private giveBack(touched: Touched, isHurried: boolean): void {
    this.losses.giveBack(touched);
    if (isHurried) this.hurry();
  }

  private judgeAgain(act: Act): void {
    this.voided.set(act.id, act);
    for (const oldest of this.voided.keys()) {
      if (this.voided.size <= MAX_KNOWN) break;
      this.voided.delete(oldest);
    }
    this.rereading.request();
  }

  private muteChanged({ kind, id }: MuteTarget, muted: boolean): void {
    this.lose(kind === 'user' ? userKey(id) : objectKey(id), { gains: !muted, muted });
    this.hurry();
  }

  private membersChanged(change: AccessChange & { readonly kind: 'circle' | 'conversation' }): void {
    const { userId } = this.viewer;
    const isOwn = change.changed.includes(userId);
    const concernsFew = isOwn && change.changed.length <= CROWD;
    if (change.kind === 'conversation') this.lose(objectKey(change.id), { gains: true, left: isOwn });
    else if (concernsFew) this.hurryRoster();
    else this.rosterChanged();
    if (concernsFew) this.hurry();
    if (!change.members.includes(userId)) return;
    // The others may own objects, whether or not they are followed; of a crowd, what the viewer was sent about those is reread.
    const rereadsAll = isOwn && change.members.length <= CROWD;
    for (const other of isOwn ? change.members : change.changed) {
      if (other === userId) continue;
      if (rereadsAll || this.followed.has(other) || this.subjects.has(userKey(other)))
        this.lose(userKey(other), { gains: true });
      else this.losses.touch(userKey(other));
    }
  }

  /** Follows these actors from now on. All or none. */
  private async follow(actorIds: readonly string[]): Promise<void> {
    const acknowledged = actorIds.map((actorId) => {
      const { topic, ready } = this.deps.actors.acquire(actorId);
      topic.listeners.add(this);
      this.followed.set(actorId, this.deps.clock.now);
      this.budget.watched += 1;
      return ready;
    });
    try {
      await Promise.all(acknowledged);
    } catch (error) {
      for (const actorId of actorIds) this.unfollow(actorId);
      throw error;
    }
  }

  private unfollow(actorId: string): void {
    if (!this.followed.delete(actorId)) return;
    this.deps.actors.get(actorId)?.listeners.delete(this);
    this.deps.actors.release(actorId);
    this.budget.watched -= 1;
  }

  private async readRoster(): Promise<void> {
    if (this.hasEnded) return;
    const { rosterSince: since, isRosterHurried } = this;
    this.rosterSince = undefined;
    this.isRosterHurried = false;
    try {
      await this.followRoster(since);
    } catch (error) {
      this.rosterSince = since;
      this.isRosterHurried ||= isRosterHurried;
      throw error;
    }
  }

  private async followRoster(since: number | undefined): Promise<void> {
    const roster = new Set(await this.deps.rosterOf(this.viewer.userId));
    if (this.hasEnded) return;
    const joined = [...roster].filter((id) => !this.followed.has(id)).slice(0, roomForRoster(this.budget));
    await this.follow(joined);
    if (this.hasEnded) return;
    const back = [...this.leaving].filter((id) => roster.has(id));
    for (const actorId of back) this.leaving.delete(actorId);
    for (const actorId of [...joined, ...back]) this.lose(userKey(actorId), { gains: true });
    for (const actorId of this.followed.keys()) {
      if (roster.has(actorId) || this.leaving.has(actorId)) continue;
      this.leaving.add(actorId);
      this.lose(userKey(actorId), { left: true, since });
    }
  }

  private async rereadTouched(): Promise<void> {
    // It may have ended while it waited for its turn.
    if (this.hasEnded) return;
    const touched = this.losses.take();
    const { voided, isHurried } = this;
    this.isHurried = false;
    const leaving = [...this.leaving];
    this.voided = new Map();
    try {
      if (!(await this.compareAll(touched, voided))) {
        this.giveBack(touched, isHurried);
        this.rereading.request();
        return;
      }
    } catch (error) {
      if (isTemporary(error)) {
        this.giveBack(touched, isHurried);
        this.voided = new Map([...voided, ...this.voided]);
        throw error;
      }
      this.deps.onGivenUp(error);
      this.endKnown(({ act, ownerId }) => touched.all || causeOf(touched.causes, act, ownerId) !== undefined);
    }
    for (const actorId of leaving) if (this.leaving.delete(actorId)) this.unfollow(actorId);
  }

  /** False where something of it changed meanwhile, see {@link compare}. */
  private async compareAll(touched: Touched, voided: ReadonlyMap<string, Act>): Promise<boolean> {
    const began = this.deps.clock.now;
    const known = new Set(this.known.keys());
    const causes = touched.all ? this.withKnown(touched.causes) : touched.causes;
    const found = [...(touched.all ? await this.readPage() : []), ...(await this.readLatest(causes, touched.causes))];
    if (this.hasEnded) return true;
    let holds = true;
    const judged = new Set<string>();
    // By the topic of its actor, as it was received: else who follows many would reread for as long as those tell.
    const isJudgedByItself = (act: Act) =>
      !known.has(act.id) && this.followed.has(act.actorId) && this.deps.wasReceived(act, began);
    for (const { act, facts } of [...found].sort((a, b) => a.act.seq - b.act.seq)) {
      if (judged.has(act.id)) continue;
      judged.add(act.id);
      holds = (this.compare(act, facts, causes, began) || isJudgedByItself(act)) && holds;
    }
    return (await this.rereadKnown(causes, judged, voided)) && holds;
  }

  /** False where the act, or what the facts rest on, changed since: it is to be reread. */
  private compare(
    act: Act,
    facts: ActFacts,
    causes: ReadonlyMap<string, Cause>,
    began: number,
    voided = false,
  ): boolean {
    const ownerId = facts.use?.ownerId ?? null;
    if (!this.losses.holds(act, ownerId, began) || !this.deps.holds(act, ownerId, began)) return false;
    const cause = causeOf(causes, act, ownerId);
    if (!seesAct(facts)) {
      const could = cause !== undefined && seesAct(factsBefore(facts, causes, act));
      // What was told since they lost sight of it, heard of or missed, they never saw.
      const isEarlier = could && this.losses.heardAllSince(cause.since) && this.deps.holds(act, ownerId, cause.since);
      this.withdraw(act, ownerId, isEarlier);
    } else if (voided || cause?.gains !== false || this.known.has(act.id)) this.show(act, ownerId, began);
    return true;
  }

  /** These, and all actors of what was sent. */
  private withKnown(causes: ReadonlyMap<string, Cause>): ReadonlyMap<string, Cause> {
    const all = new Map(causes);
    for (const { act } of this.known.values()) {
      const key = userKey(act.actorId);
      if (!all.has(key)) all.set(key, { gains: true, since: this.deps.clock.now });
    }
    return all;
  }

  /** The newest page of the timeline. */
  private async readPage() {
    const { timelines } = this.deps;
    const { userId } = this.viewer;
    const { items } = await timelines.timeline(userId, { first: LATEST, after: null });
    return this.readFacts(items);
  }

  private async readFacts(acts: readonly Act[]) {
    const ids = acts.map(({ id }) => id);
    const facts = await this.deps.timelines.factsAbout(this.viewer.userId, ids);
    return acts.flatMap((act) => {
      const found = facts.get(act.id);
      return found ? [{ act, facts: found }] : [];
    });
  }

  /** The latest acts of the actors among these, and those about the objects, and about objects of the users, that changed. */
  private async readLatest(causes: ReadonlyMap<string, Cause>, changed: ReadonlyMap<string, Cause>) {
    const { timelines } = this.deps;
    const { userId } = this.viewer;
    const knownActors = new Set([...this.known.values()].map(({ act }) => act.actorId));
    const actorIds = idsOf(causes.keys(), userKey('')).filter(
      (id) => this.followed.has(id) || knownActors.has(id) || causes.get(userKey(id))?.left,
    );
    const found: { readonly act: Act; readonly facts: ActFacts }[] = [];
    for (const ids of inPieces(actorIds, ACTORS)) found.push(...(await timelines.latestActs(userId, ids, LATEST)));
    if (changed.size > 0) {
      const about = { ownerIds: idsOf(changed.keys(), userKey('')), objectIds: idsOf(changed.keys(), objectKey('')) };
      found.push(...(await timelines.latestActsAbout(userId, about, LATEST)));
    }
    return found;
  }

  /** What this subscription sent, and the readings of the latest did not hold; and what is to be judged again. False as {@link compare}. */
  private async rereadKnown(
    causes: ReadonlyMap<string, Cause>,
    judged: ReadonlySet<string>,
    voided: ReadonlyMap<string, Act>,
  ): Promise<boolean> {
    const sent = [...this.known.values()].filter(
      ({ act, ownerId, gone }) => !gone && !judged.has(act.id) && causeOf(causes, act, ownerId),
    );
    let holds = true;
    for (const acts of inPieces([...sent.map(({ act }) => act), ...voided.values()], ACTS)) {
      const began = this.deps.clock.now;
      const found = await this.readFacts(acts);
      if (this.hasEnded) return true;
      for (const { act, facts } of found) {
        const again = voided.has(act.id);
        if (this.compare(act, facts, causes, began, again)) continue;
        holds = false;
        if (again) this.judgeAgain(act);
      }
    }
    return holds;
  }

  /** It cannot be found out whether the viewer still sees these: they are gone. */
  private endKnown(isMeant: (share: ActShare) => boolean): void {
    for (const share of [...this.known.values()]) if (isMeant(share)) this.withdraw(share.act, share.ownerId, false);
  }

  /** Whether the viewer could see it then, as far as is known: nothing changed of that since, and the actor was followed already. */
  private couldSee(act: Act, { at, ownerId }: LostSight): boolean {
    return (this.followed.get(act.actorId) ?? at) < at && this.losses.holds(act, ownerId, at);
  }

  private show(act: Act, ownerId: string | null, judgedAt: number): void {
    const known = this.known.get(act.id);
    if (known && !known.gone) return;
    this.put(this.deps.shareOf(act, ownerId, false), judgedAt);
  }

  /** `could`: the viewer may have it from a query, though it was not sent. */
  private withdraw(act: Act, ownerId: string | null, could: boolean): void {
    const known = this.known.get(act.id);
    if (known ? known.gone : !could) return;
    this.put(this.deps.shareOf(act, ownerId, true), this.deps.clock.now);
  }

  private put(share: ActShare, judgedAt: number): void {
    this.forget(share.act.id);
    this.known.set(share.act.id, share);
    for (const key of subjectsOf(share.act, share.ownerId)) {
      const count = this.subjects.get(key) ?? 0;
      if (count === 0) this.deps.onSubject(this, key, true);
      this.subjects.set(key, count + 1);
    }
    for (const oldest of this.known.keys()) {
      if (this.known.size <= MAX_KNOWN) break;
      this.forget(oldest);
    }
    this.outbox.put({ share, judgedAt });
  }

  private forget(actId: string): void {
    const known = this.known.get(actId);
    if (!known) return;
    this.known.delete(actId);
    for (const key of subjectsOf(known.act, known.ownerId)) {
      const count = this.subjects.get(key)! - 1;
      if (count > 0) this.subjects.set(key, count);
      else {
        this.subjects.delete(key);
        this.deps.onSubject(this, key, false);
      }
    }
  }
}
