/**
 * The acts of one actor on this node. Each is judged for all who have the actor on their roster, one after another, so that the acts
 * of one actor keep their order; one query a batch of viewers. What cannot be read is read again, and nothing is sent meanwhile.
 */
import { inPieces } from '../async/batches.js';
import { retry } from '../async/retry.js';
import { pairKey } from '../presence/pairs.js';
import type { ConversationReader } from '../presence/ports/access.js';
import type { UseChange } from '../presence/ports/bus.js';
import type { Viewer } from '../presence/visibility.js';
import { couldSeeUntil, type Retraction, sawBefore, seesAct } from '../social/actSight.js';
import type { SocialChange } from '../social/ports/socialBus.js';
import type { TimelineReader } from '../social/ports/timelines.js';
import type { Act } from '../social/socialTypes.js';
import type { Epochs } from './epochs.js';
import { objectKey, userKey } from './sightLosses.js';

/** Viewers of one query. */
const BATCH = 2_000;
/** Acts that wait to be judged; of further ones the latest are found by reading. */
const MAX_WAITING = 500;
const RETRY_MS = 500;

/** A subscription, as the actors that it follows know it. */
export interface ActListener {
  readonly viewer: Viewer;
  readonly hasEnded: boolean;
  /** Counts the changes of sight: where a judging begins. */
  readonly epoch: number;
  /** Takes a judgement that began at `epoch`; false where what it rests on changed since, so that it is to be made again. */
  judged(judgement: Judgement, epoch: number): boolean;
  /** An act of that actor was not judged. */
  missed(actorId: string): void;
}

/** Of one viewer and one act. */
export interface Judgement {
  readonly act: Act;
  /** Whose the object is; null: nobody's. */
  readonly ownerId: string | null;
  readonly sees: boolean;
  /** Where the viewer sees it: they could not until now, or it was just told. */
  readonly gained: boolean;
  /** Where the viewer does not: they could until now, so that they may have it from a query. */
  readonly lost: boolean;
}

export interface ActorTopicDeps {
  readonly timelines: Pick<TimelineReader, 'actFacts'>;
  readonly conversations: ConversationReader;
  /** The changes of objects, and the deletions of their owners: a judgement that began before one is made again. */
  readonly objects: Pick<Epochs, 'epoch' | 'holds'>;
  readonly onError: (error: unknown) => void;
}

/** A change of who may use an object. */
export interface ObjectChange extends UseChange {
  /** Its members before. */
  readonly members: ReadonlySet<string>;
}

interface Waiting {
  readonly act: Act;
  /** It was received as taken back, and the facts say who could see it. */
  retraction?: Retraction | undefined;
  /** The one for whom it is judged; undefined: all. */
  readonly only?: ActListener;
  /** Changes of its object that are the reason to judge it. */
  readonly changes?: readonly ObjectChange[];
  readonly done?: () => void;
}

/** Who owns the object of an act, as one of the viewers may ask. */
export const ownerOf = async (conversations: ConversationReader, userId: string, objectId: string | null) => {
  if (objectId === null) return null;
  const found = await conversations.conversationFacts([{ userId, conversationId: objectId }]);
  return found.get(pairKey(userId, objectId))?.owner?.userId ?? null;
};

export class ActorTopic {
  readonly listeners = new Set<ActListener>();
  private waiting: Waiting[] = [];
  private busy = false;

  constructor(
    private readonly deps: ActorTopicDeps,
    readonly actorId: string,
  ) {}

  /** `withObject`: gone with its object, of which the change tells those who could see it. */
  received({ act, gone, withObject, use }: Omit<SocialChange & { readonly kind: 'act' }, 'kind'>): void {
    const same = this.waiting.find((each) => each.act.id === act.id && !each.only && !each.changes);
    const retraction = gone && !withObject ? { use } : undefined;
    // The facts are read when it is judged: one judgement is enough.
    if (same) same.retraction = retraction;
    else this.enqueue({ act, retraction });
  }

  /** Judges an act again for one subscription, after those that wait. */
  judgeAgain(act: Act, only: ActListener): void {
    this.enqueue({ act, only });
  }

  /** Judges an act again for all, after those that wait: its object changed. Resolves when that is done. */
  judgeChanged(act: Act, changes: readonly ObjectChange[]): Promise<void> {
    return new Promise((done) => this.enqueue({ act, changes, done }));
  }

  private enqueue(item: Waiting): void {
    this.waiting.push(item);
    if (this.waiting.length > MAX_WAITING) {
      this.waiting.shift()?.done?.();
      for (const listener of this.listeners) listener.missed(this.actorId);
    }
    if (!this.busy) void this.run();
  }

  private async run(): Promise<void> {
    this.busy = true;
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) await this.judge(next);
    this.busy = false;
  }

  private async judge(item: Waiting): Promise<void> {
    let left: readonly ActListener[] = item.only ? [item.only] : [...this.listeners];
    const attempt = async () => {
      while (left.length > 0) {
        const again: ActListener[] = [];
        const present = left.filter((listener) => !listener.hasEnded);
        for (const batch of inPieces(present, BATCH)) again.push(...(await this.judgeBatch(item, batch)));
        left = again;
      }
    };
    await retry(attempt, { everyMs: RETRY_MS, onFailure: this.deps.onError });
    item.done?.();
  }

  /** Returns those for whom the judgement is to be made again. */
  private async judgeBatch(
    { act, retraction, changes = [] }: Waiting,
    batch: readonly ActListener[],
  ): Promise<readonly ActListener[]> {
    const { timelines, conversations, objects } = this.deps;
    const epochs = batch.map(({ epoch }) => epoch);
    const { epoch } = objects;
    const viewerIds = [...new Set(batch.map(({ viewer }) => viewer.userId))];
    const [facts, ownerId, ...before] = await Promise.all([
      timelines.actFacts(act.id, viewerIds),
      ownerOf(conversations, viewerIds[0]!, act.objectId),
      ...changes.map((change) => timelines.actFacts(act.id, viewerIds, change)),
    ]);
    const subjects = act.objectId === null ? [] : [objectKey(act.objectId)];
    if (ownerId !== null) subjects.push(userKey(ownerId));
    if (!objects.holds(subjects, epoch)) return batch;
    const judgementFor = (viewerId: string): Judgement => {
      const found = facts.get(viewerId);
      const saw = changes.map(({ members }, i) => sawBefore(before[i]?.get(viewerId), members.has(viewerId)));
      return {
        ...{ act, ownerId },
        sees: found !== undefined && seesAct(found),
        gained: changes.length === 0 || !saw.every(Boolean),
        lost:
          saw.some(Boolean) ||
          (retraction !== undefined && found !== undefined && couldSeeUntil(retraction, found, act)),
      };
    };
    return batch.filter(
      (listener, i) => !listener.hasEnded && !listener.judged(judgementFor(listener.viewer.userId), epochs[i]!),
    );
  }
}
