/**
 * The acts of one actor on this node. Each is judged for all who have the actor on their roster, one after another, so that the acts
 * of one actor keep their order; one query a batch of viewers. What cannot be read is read again, ever more rarely, and nothing is sent
 * meanwhile; where that cannot help, what was sent of it ends.
 *
 * An act by somebody with 100,000 followers on the node costs 50 queries, one after another. Where more acts come than can be judged, all
 * that wait are dropped at once, whoever listens, and no further ones are kept until their turn: then what all followers were sent is
 * looked up in memory (0.6 s of work for 100,000 who remember 500 acts each, in turns of {@link AT_ONCE}), a few queries say what of it is
 * gone, and the latest {@link LATEST} are judged as if they came now, by 2,500 queries. No follower reads anything by itself, and nobody
 * else waits: only the acts of this actor are late.
 */
import { setImmediate } from 'node:timers/promises';
import { inPieces } from '../async/batches.js';
import { retry } from '../async/retry.js';
import { isTemporary } from '../presence/errors.js';
import type { UseChange } from '../presence/ports/bus.js';
import type { Viewer } from '../presence/visibility.js';
import { couldSeeUntil, type Retraction, sawBefore, seesAct } from '../social/actSight.js';
import type { SocialChange } from '../social/ports/socialBus.js';
import type { ActFacts, TimelineReader } from '../social/ports/timelines.js';
import type { Act } from '../social/socialTypes.js';
import type { Clock } from './epochs.js';

/** Viewers of one query. */
const BATCH = 2_000;
/** Listeners whose memory is looked through before other work has its turn: each remembers up to 500 acts. */
const AT_ONCE = 200;
/** Acts that wait to be judged; where there are more, the latest are found by reading. */
const MAX_WAITING = 500;
const LATEST = 50;
/** Acts of one reading. */
const ACTS = 250;
const RETRY_MS = 500;
const MAX_RETRY_MS = 5_000;

/** A subscription, as the actors that it follows know it. */
export interface ActListener {
  readonly viewer: Viewer;
  readonly hasEnded: boolean;
  /** Takes a judgement that began at that instant; false where what it rests on changed since, so that it is to be made again. */
  judged(judgement: Judgement, began: number): boolean;
  /** What it sent of that actor, and what is not gone. */
  sent(actorId: string): readonly Act[];
}

/** Of one viewer and one act. */
export interface Judgement {
  readonly act: Act;
  /** Whose the object is; null: nobody's. */
  readonly ownerId: string | null;
  readonly sees: boolean;
  /** Where the viewer sees it: they could not until now, or it was just told. */
  readonly gained: boolean;
  /** Where the viewer does not: they could until then, so that they may have it from a query. */
  readonly lost: LostSight | null;
}

/** By the facts of now, but for the object: a viewer of whom they changed since is not known to have seen it. */
export interface LostSight {
  readonly at: number;
  /** Whose the object was; null: nobody's. */
  readonly ownerId: string | null;
}

export interface ActorTopicDeps {
  readonly timelines: Pick<TimelineReader, 'actFacts' | 'factsAbout' | 'latestActs'>;
  readonly clock: Clock;
  /** An act of the actor is received. */
  readonly onAct: (act: Act) => void;
  readonly holds: Holds;
  readonly onError: (error: unknown) => void;
  /** A failure that does not go away: what it touches was ended. */
  readonly onGivenUp: (error: unknown) => void;
}

/**
 * Whether what is read of an act from that instant on still holds, whoever asks: not where the act was received since, its object
 * changed, or the owner of that was deleted.
 */
export type Holds = (act: Act, ownerId: string | null, since: number) => boolean;

/** A change of who may use an object. */
export interface ObjectChange extends UseChange {
  /** When it was received, and all that it says of viewers. */
  readonly at: number;
  /** Its members before. */
  readonly members: ReadonlySet<string>;
}

interface Waiting {
  readonly act: Act;
  /** It was received as taken back, and the facts say who could see it. */
  retraction?: (Retraction & { readonly at: number }) | undefined;
  /** Changes of its object that are the reason to judge it. */
  readonly changes?: readonly ObjectChange[];
  readonly done?: () => void;
}

export class ActorTopic {
  readonly listeners = new Set<ActListener>();
  private waiting: Waiting[] = [];
  private busy = false;
  /** The number of the earliest act that was dropped; null: none was, since it was read last. */
  private droppedFrom: number | null = null;

  constructor(
    private readonly deps: ActorTopicDeps,
    readonly actorId: string,
  ) {}

  /** `withObject`: gone with its object, of which the change tells those who could see it. */
  received({ act, gone, withObject, use }: Omit<SocialChange & { readonly kind: 'act' }, 'kind'>): void {
    const same = this.waiting.find((each) => each.act.id === act.id && !each.changes);
    this.deps.onAct(act);
    const retraction = gone && !withObject ? { use, at: this.deps.clock.now } : undefined;
    if (this.droppedFrom !== null) this.drop(act);
    // The facts are read when it is judged: one judgement is enough.
    else if (same) same.retraction = retraction;
    else this.enqueue({ act, retraction });
  }

  /** Judges an act again for all, after those that wait: its object changed. Resolves when that is done. */
  judgeChanged(act: Act, changes: readonly ObjectChange[]): Promise<void> {
    return new Promise((done) => this.enqueue({ act, changes, done }));
  }

  private enqueue(item: Waiting): void {
    this.waiting.push(item);
    if (this.waiting.length > MAX_WAITING) {
      for (const { act, changes } of this.waiting) if (!changes) this.drop(act);
      // Changes are few: whoever brings one awaits its judgement.
      this.waiting = this.waiting.filter(({ changes }) => changes !== undefined);
    }
    if (!this.busy) void this.run();
  }

  private drop({ seq }: Act): void {
    this.droppedFrom = Math.min(this.droppedFrom ?? seq, seq);
  }

  private async run(): Promise<void> {
    this.busy = true;
    for (;;) {
      const next = this.waiting.shift();
      if (next) await this.judge(next);
      else if (this.droppedFrom !== null) await this.catchUp(this.droppedFrom);
      else break;
    }
    this.busy = false;
  }

  private async judge(item: Waiting): Promise<void> {
    let left: readonly ActListener[] = [...this.listeners];
    const attempt = async () => {
      while (left.length > 0) {
        const again: ActListener[] = [];
        const present = left.filter((listener) => !listener.hasEnded);
        for (const batch of inPieces(present, BATCH)) again.push(...(await this.judgeBatch(item, batch)));
        left = again;
      }
    };
    await this.untilDone(attempt, () => this.end([item.act]));
    item.done?.();
  }

  /** Finds by reading what became of the acts that were dropped. */
  private async catchUp(droppedFrom: number): Promise<void> {
    const { timelines } = this.deps;
    // What comes from now on is judged after this.
    this.droppedFrom = null;
    const sent = await this.allSent();
    const attempt = async () => {
      const [anybody] = this.listeners;
      if (!anybody) return;
      const { userId } = anybody.viewer;
      const latest = await timelines.latestActs(userId, [this.actorId], LATEST);
      const gone: Act[] = [];
      for (const acts of inPieces(sent, ACTS)) {
        const ids = acts.map(({ id }) => id);
        const facts = await timelines.factsAbout(userId, ids);
        gone.push(...acts.filter(({ id }) => facts.get(id)?.told === false));
      }
      await this.end(gone);
      const dropped = latest.map(({ act }) => act).filter(({ seq }) => seq >= droppedFrom);
      this.waiting.unshift(...dropped.sort((a, b) => a.seq - b.seq).map((act) => ({ act })));
    };
    await this.untilDone(attempt, () => this.end(sent));
  }

  /** What was sent of this actor to anybody. */
  private async allSent(): Promise<readonly Act[]> {
    const sent = new Map<string, Act>();
    await this.forEach((listener) => {
      for (const act of listener.sent(this.actorId)) sent.set(act.id, act);
    });
    return [...sent.values()];
  }

  /** These acts are gone for all who were sent them; nobody else hears of it. */
  private async end(acts: readonly Act[]): Promise<void> {
    if (acts.length === 0) return;
    const nothing = { ownerId: null, sees: false, gained: false, lost: null };
    await this.forEach((listener) => {
      for (const act of acts) listener.judged({ act, ...nothing }, this.deps.clock.now);
    });
  }

  /** Lets other work run in between. */
  private async forEach(visit: (listener: ActListener) => void): Promise<void> {
    let visited = 0;
    for (const listener of [...this.listeners]) {
      visit(listener);
      visited += 1;
      if (visited % AT_ONCE === 0) await setImmediate();
    }
  }

  private async untilDone(attempt: () => Promise<void>, giveUp: () => Promise<void>): Promise<void> {
    const { onError, onGivenUp } = this.deps;
    const onFailure = (error: unknown) => {
      if (!isTemporary(error)) throw error;
      onError(error);
    };
    try {
      await retry(attempt, { everyMs: RETRY_MS, upToMs: MAX_RETRY_MS, onFailure });
    } catch (error) {
      onGivenUp(error);
      await giveUp();
    }
  }

  /** Returns those for whom the judgement is to be made again. */
  private async judgeBatch(
    { act, retraction, changes = [] }: Waiting,
    batch: readonly ActListener[],
  ): Promise<readonly ActListener[]> {
    const { timelines, holds, clock } = this.deps;
    const began = clock.now;
    const viewerIds = [...new Set(batch.map(({ viewer }) => viewer.userId))];
    const [facts, ...before] = await Promise.all([
      timelines.actFacts(act.id, viewerIds),
      ...changes.map((change) => timelines.actFacts(act.id, viewerIds, change)),
    ]);
    const ownerId = facts.get(viewerIds[0]!)?.use?.ownerId ?? null;
    if (!holds(act, ownerId, began)) return batch;
    const lostBy = (saw: readonly boolean[], found: ActFacts | undefined): LostSight | null => {
      const change = changes.findLast((_, i) => saw[i]);
      if (change) return { at: change.at, ownerId: change.before?.ownerId ?? null };
      if (!retraction || !found || !couldSeeUntil(retraction, found, act)) return null;
      return { at: retraction.at, ownerId };
    };
    const judgementFor = (viewerId: string): Judgement => {
      const found = facts.get(viewerId);
      const saw = changes.map(({ members }, i) => sawBefore(before[i]?.get(viewerId), members.has(viewerId)));
      return {
        ...{ act, ownerId },
        sees: found !== undefined && seesAct(found),
        gained: changes.length === 0 || !saw.every(Boolean),
        lost: lostBy(saw, found),
      };
    };
    return batch.filter(
      (listener) => !listener.hasEnded && !listener.judged(judgementFor(listener.viewer.userId), began),
    );
  }
}
