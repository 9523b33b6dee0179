/**
 * The acts of one actor on this node. Each is judged for all who have the actor on their roster, one after another, so that the acts
 * of one actor keep their order; one query a batch of viewers. What cannot be read is read again, and nothing is sent meanwhile.
 */
import { inPieces } from '../async/batches.js';
import { retry } from '../async/retry.js';
import { pairKey } from '../presence/pairs.js';
import type { ConversationReader } from '../presence/ports/access.js';
import type { Viewer } from '../presence/visibility.js';
import type { ActFacts, TimelineReader } from '../social/ports/timelines.js';
import type { Act } from '../social/socialTypes.js';

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
  judged(judgement: Judgement, facts: ActFacts | undefined, epoch: number): boolean;
  /** An act of that actor was not judged. */
  missed(actorId: string): void;
}

export interface Judgement {
  readonly act: Act;
  /** Whose the object is; null: nobody's. */
  readonly ownerId: string | null;
  /** It was received as taken back. */
  readonly retracted: boolean;
}

export interface ActorTopicDeps {
  readonly timelines: Pick<TimelineReader, 'actFacts'>;
  readonly conversations: ConversationReader;
  readonly onError: (error: unknown) => void;
}

interface Waiting {
  readonly act: Act;
  retracted: boolean;
  /** The one for whom it is judged; undefined: all. */
  readonly only: ActListener | undefined;
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

  received(act: Act, gone: boolean): void {
    const same = this.waiting.find((each) => each.act.id === act.id && each.only === undefined);
    // The facts are read when it is judged: one judgement is enough.
    if (same) same.retracted = gone;
    else this.enqueue({ act, retracted: gone, only: undefined });
  }

  /** Judges an act again for one subscription, after those that wait. */
  judgeAgain(act: Act, only: ActListener): void {
    this.enqueue({ act, retracted: false, only });
  }

  private enqueue(item: Waiting): void {
    this.waiting.push(item);
    if (this.waiting.length > MAX_WAITING) {
      this.waiting.shift();
      for (const listener of this.listeners) listener.missed(this.actorId);
    }
    if (!this.busy) void this.run();
  }

  private async run(): Promise<void> {
    this.busy = true;
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) await this.judge(next);
    this.busy = false;
  }

  private async judge({ act, retracted, only }: Waiting): Promise<void> {
    let left: readonly ActListener[] = only ? [only] : [...this.listeners];
    const attempt = async () => {
      while (left.length > 0) {
        const again: ActListener[] = [];
        const present = left.filter((listener) => !listener.hasEnded);
        for (const batch of inPieces(present, BATCH)) again.push(...(await this.judgeBatch(act, retracted, batch)));
        left = again;
      }
    };
    await retry(attempt, { everyMs: RETRY_MS, onFailure: this.deps.onError });
  }

  /** Returns those for whom the judgement is to be made again. */
  private async judgeBatch(
    act: Act,
    retracted: boolean,
    batch: readonly ActListener[],
  ): Promise<readonly ActListener[]> {
    const { timelines, conversations } = this.deps;
    const epochs = batch.map(({ epoch }) => epoch);
    const viewerIds = [...new Set(batch.map(({ viewer }) => viewer.userId))];
    const [facts, ownerId] = await Promise.all([
      timelines.actFacts(act.id, viewerIds),
      ownerOf(conversations, viewerIds[0]!, act.objectId),
    ]);
    const judgement = { act, ownerId, retracted };
    return batch.filter(
      (listener, i) => !listener.hasEnded && !listener.judged(judgement, facts.get(listener.viewer.userId), epochs[i]!),
    );
  }
}
