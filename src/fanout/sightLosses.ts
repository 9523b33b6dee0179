/**
 * What changed of whom and what a viewer sees acts of: by keys of users (an actor, the owner of an object) and of objects. Two
 * subjects: which judgements still hold, and what is to be reread.
 */

import type { NewBlocks, SightLoss } from '../social/actSight.js';
import type { Act } from '../social/socialTypes.js';
import { Epochs } from './epochs.js';

/** Keys that wait to be reread; beyond, all is. */
const MAX_TOUCHED = 1_000;

export const userKey = (userId: string): string => `u${userId}`;
export const objectKey = (objectId: string): string => `o${objectId}`;

/** Why something is reread. */
export interface Cause {
  readonly loss: SightLoss;
  /** Sight may have been gained: what was in sight before, and is not known to have been sent, is sent. */
  readonly gains: boolean;
  /** A block that was none before, with the user of the key. */
  readonly blocks?: boolean;
}

/** From the least to the widest. */
const LOSSES: readonly SightLoss[] = ['hiding', 'object', 'roster'];

const merged = (a: Cause | undefined, b: Cause): Cause =>
  a
    ? {
        loss: LOSSES.indexOf(a.loss) > LOSSES.indexOf(b.loss) ? a.loss : b.loss,
        gains: a.gains || b.gains,
        blocks: (a.blocks ?? false) || (b.blocks ?? false),
      }
    : b;

/** What is to be reread. */
export interface Touched {
  /** By key of a user or an object. */
  readonly causes: ReadonlyMap<string, Cause>;
  /** Changes, or acts, may have been missed beside. */
  readonly all: boolean;
}

export class SightLosses {
  private readonly epochs = new Epochs();
  private causes = new Map<string, Cause>();
  private all = false;

  get epoch(): number {
    return this.epochs.epoch;
  }

  /** A change that may touch a judgement under way, and nothing that was sent. */
  touch(key: string): void {
    this.epochs.touch(key);
  }

  /** A change: judgements about it that began before are void, and it is to be reread. */
  add(key: string, cause: Cause): void {
    this.epochs.touch(key);
    if (this.causes.size >= MAX_TOUCHED && !this.causes.has(key)) this.all = true;
    else this.causes.set(key, merged(this.causes.get(key), cause));
  }

  /** Changes, or acts, may have been missed: all judgements so far are void, and all is to be reread. */
  addAll(): void {
    this.epochs.touchAll();
    this.all = true;
  }

  /** Whether a judgement that began at `epoch` still holds. */
  holds(act: Act, ownerId: string | null, epoch: number): boolean {
    return this.epochs.holds(keysOf(act, ownerId), epoch);
  }

  /** What is to be reread; from now on that is nothing. */
  take(): Touched {
    const { causes, all } = this;
    this.causes = new Map();
    this.all = false;
    return { causes, all };
  }

  /** It could not be reread. */
  giveBack({ causes, all }: Touched): void {
    this.all ||= all;
    for (const [key, cause] of causes) this.causes.set(key, merged(this.causes.get(key), cause));
  }
}

const keysOf = ({ actorId, objectId }: Act, ownerId: string | null): readonly string[] => {
  const keys = [userKey(actorId)];
  if (ownerId !== null) keys.push(userKey(ownerId));
  if (objectId !== null) keys.push(objectKey(objectId));
  return keys;
};

/** Why that act is reread; undefined where it is not. */
export const causeOf = (causes: ReadonlyMap<string, Cause>, act: Act, ownerId: string | null): Cause | undefined =>
  keysOf(act, ownerId).reduce<Cause | undefined>((found, key) => {
    const cause = causes.get(key);
    return cause ? merged(found, cause) : found;
  }, undefined);

/** With which of the two users of that act a block was written. */
export const newBlocks = (causes: ReadonlyMap<string, Cause>, { actorId }: Act, ownerId: string | null): NewBlocks => ({
  actor: causes.get(userKey(actorId))?.blocks ?? false,
  owner: ownerId !== null && (causes.get(userKey(ownerId))?.blocks ?? false),
});
