/**
 * One place on this node, shared by all who watch it: who may be there, and their topics. Who comes is heard on the place's channel, who
 * goes is found out by their record, on the channel of the user. There is one a watched place, however many watch: each of up to
 * {@link MAX_FOLLOWED} people there is one topic of this node.
 *
 * It tells its watchers of a user only where whether others see that user there changed: what else people do costs one comparison.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { inPieces } from '../async/batches.js';
import type { ReadRecords } from '../node/recordReader.js';
import { isAt, isSeenAt } from '../presence/places.js';
import type { Bus, Unsubscribe } from '../presence/ports/bus.js';
import type { PlaceIndex } from '../presence/ports/placeIndex.js';
import type { PresenceRecord, Timings } from '../presence/types.js';
import type { PresenceTypes } from './presenceKind.js';
import { createRefresher } from './refresher.js';
import type { StateFollower, Topic } from './topic.js';
import type { TopicRegistry } from './topicRegistry.js';

/** How many people of a place a node follows: of a larger place, those who have been there longest. */
export const MAX_FOLLOWED = 1_000;
/** Users of one reading of records. */
const BATCH = 500;

/** What all places of a node share. */
export interface HerePlaceDeps {
  readonly bus: Pick<Bus, 'subscribePlace'>;
  readonly store: Pick<PlaceIndex, 'usersAt' | 'checkPlace'>;
  readonly topics: TopicRegistry<Topic<PresenceTypes>>;
  readonly readRecords: ReadRecords;
  readonly timings: Timings;
  readonly onError: (error: unknown) => void;
}

/** A subscription, as its place knows it. */
export interface HereWatcher {
  /**
   * Whether others see the user there changed, or the place follows them no more; `hides`: the user is gone from sight, rather than from
   * the place.
   */
  personChanged(userId: string, hides: boolean): void;
  /** What it sees of that user may have changed. */
  invalidate(userId: string, mayRevoke: boolean): void;
}

/** One followed user: a class, for its size. */
class Person implements StateFollower {
  /** Whether others see them at the place, as the watchers were told. */
  isSeen = false;

  constructor(
    readonly place: HerePlace,
    readonly topic: Topic<PresenceTypes>,
  ) {}

  get record(): PresenceRecord | undefined {
    return this.topic.state;
  }

  stateChanged(): void {
    this.place.changed(this);
  }
}

export class HerePlace {
  readonly watchers = new Set<HereWatcher>();
  private readonly people = new Map<string, Person>();
  /** Who came, and is not followed yet. */
  private readonly newcomers = new Set<string>();
  private isIndexStale = true;
  private hasEnded = false;
  /** Those whom others see there, as far as they are followed. */
  private seen = 0;
  /** All of the index, where more are there than are followed. */
  private totalBeyond = 0;
  private readonly subscription: Promise<Unsubscribe>;
  private readonly refresher = createRefresher({
    read: () => this.read(),
    hasEnded: () => this.hasEnded,
    onError: (error) => this.deps.onError(error),
  });
  private opening: Promise<void> | undefined = undefined;

  constructor(
    readonly conversationId: string,
    private readonly deps: HerePlaceDeps,
  ) {
    this.subscription = deps.bus.subscribePlace(conversationId, ({ userId }) => this.comes(userId));
    // Whoever opens it is told.
    this.subscription.catch(() => {});
  }

  /** Resolves when everybody there is followed; rejects with UNAVAILABLE, and may be called again. */
  open(): Promise<void> {
    this.opening ??= this.start().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }

  /** The record of a followed user. */
  recordOf(userId: string): PresenceRecord | undefined {
    return this.people.get(userId)?.record;
  }

  follows(userId: string): boolean {
    return this.people.has(userId);
  }

  /** Everybody who is followed: whether they are seen there, and by whom, is another question. */
  userIds(): Iterable<string> {
    return this.people.keys();
  }

  /** How many others see there, audience aside; and whether these are more than are followed. */
  get total(): number {
    return Math.max(this.seen, this.totalBeyond);
  }
  get isPartial(): boolean {
    return this.totalBeyond > this.people.size;
  }

  /** Messages of the bus may have been missed: the index is read again. */
  reread(): void {
    this.isIndexStale = true;
    this.refresher.request();
  }

  end(): void {
    this.hasEnded = true;
    for (const person of this.people.values()) this.release(person);
    this.people.clear();
    this.subscription.then(
      (unsubscribe) => unsubscribe(),
      () => {},
    );
  }

  /** A followed user has another record. */
  changed(person: Person): void {
    const { record } = person;
    const isSeen = record !== undefined && isSeenAt(record, this.conversationId);
    const ends = !isSeen && record?.sessions.length === 0;
    // Who hides is followed on: they may show themselves again.
    if (record !== undefined && !isAt(record, this.conversationId)) {
      this.drop(person, ends);
      return;
    }
    if (isSeen === person.isSeen) return;
    person.isSeen = isSeen;
    this.seen += isSeen ? 1 : -1;
    this.tell(person, ends || (!isSeen && record !== undefined));
  }

  private tell({ topic }: Person, hides: boolean): void {
    for (const watcher of this.watchers) watcher.personChanged(topic.key, hides);
  }

  private async start(): Promise<void> {
    await this.subscription;
    await this.read();
    this.refresher.open();
  }

  private comes(userId: string): void {
    if (this.people.has(userId)) return;
    if (this.people.size >= MAX_FOLLOWED) this.isIndexStale = true;
    else this.newcomers.add(userId);
    this.refresher.request();
  }

  private async read(): Promise<void> {
    const readsIndex = this.isIndexStale;
    this.isIndexStale = false;
    try {
      if (readsIndex) await this.readIndex();
      else await this.followNewcomers();
    } catch (error) {
      this.isIndexStale ||= readsIndex;
      throw error;
    }
    // Of a place that is not followed whole the index is read once in an interval.
    if (this.isPartial && this.opening) await wait(this.deps.timings.broadcastIntervalMs, undefined, { ref: false });
  }

  private async readIndex(): Promise<void> {
    const { userIds, total } = await this.deps.store.usersAt(this.conversationId, MAX_FOLLOWED);
    this.totalBeyond = total > MAX_FOLLOWED ? total : 0;
    const room = MAX_FOLLOWED - this.people.size;
    const added = userIds.filter((userId) => !this.people.has(userId)).slice(0, room);
    for (const userId of added) this.newcomers.add(userId);
    await this.followNewcomers();
    // The index may name who left a moment ago, or what a node that died left behind.
    const stale = added.filter((userId) => !this.people.has(userId));
    if (stale.length > 0) this.deps.store.checkPlace(this.conversationId, stale).catch(this.deps.onError);
  }

  private async followNewcomers(): Promise<void> {
    const userIds = [...this.newcomers].filter((userId) => !this.people.has(userId));
    this.newcomers.clear();
    const { topics } = this.deps;
    const added = userIds.map((userId) => {
      const acquired = topics.acquire(userId);
      const person = new Person(this, acquired.topic);
      this.people.set(userId, person);
      acquired.topic.follow(person);
      return { person, ready: acquired.ready };
    });
    try {
      await Promise.all(added.map(({ ready }) => ready));
      for (const ids of inPieces(userIds, BATCH)) {
        const { nowOf, records } = await this.deps.readRecords(ids);
        for (const record of records.values()) topics.get(record.userId)?.observe(record, nowOf(record.userId));
      }
    } catch (error) {
      for (const { person } of added) this.drop(person);
      if (!this.hasEnded) for (const userId of userIds) this.newcomers.add(userId);
      throw error;
    }
    // A topic that others held may have had that very record.
    for (const { person } of added) if (this.people.get(person.topic.key) === person) this.changed(person);
  }

  /** Nothing is heard of the user any more: the watchers forget what they see of them. */
  private drop(person: Person, hides = false): void {
    if (this.people.get(person.topic.key) !== person) return;
    this.people.delete(person.topic.key);
    if (person.isSeen) this.seen -= 1;
    this.release(person);
    this.tell(person, hides);
    if (this.totalBeyond > 0) this.reread();
  }

  private release(person: Person): void {
    person.topic.unfollow(person);
    this.deps.topics.release(person.topic.key);
  }
}
