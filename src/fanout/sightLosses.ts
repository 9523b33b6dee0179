/**
 * What changed of whom and what a viewer sees acts of: by keys of users (an actor, the owner of an object) and of objects. Two
 * subjects: which judgements still hold, and what is to be reread.
 */
import type { ActFacts } from '../social/ports/timelines.js';
import type { Act } from '../social/socialTypes.js';
import { type Clock, Epochs } from './epochs.js';

/** Keys that wait to be reread; beyond, all is. */
const MAX_TOUCHED = 1_000;

export const userKey = (userId: string): string => `u${userId}`;
export const actKey = (actId: string): string => `a${actId}`;
export const objectKey = (objectId: string): string => `o${objectId}`;

/** The object of an act, and who owns it, by key. */
export const subjectsOf = ({ objectId }: Act, ownerId: string | null): readonly string[] => {
  if (objectId === null) return [];
  return ownerId === null ? [objectKey(objectId)] : [objectKey(objectId), userKey(ownerId)];
};

const keysOf = (act: Act, ownerId: string | null): readonly string[] => [
  userKey(act.actorId),
  ...subjectsOf(act, ownerId),
];

/** What changed of the user or the object of a key. */
export interface SightChange {
  /** Sight may have been gained: what was in sight before, and is not known to have been sent, is sent. */
  readonly gains?: boolean;
  /** It was blocked, where it was not before. */
  readonly blocked?: boolean;
  readonly muted?: boolean;
  /** The user left the roster; the viewer left the object. */
  readonly left?: boolean;
  /** The earliest instant at which it may have happened; left out: now. */
  readonly since?: number | undefined;
}

/** Why something is reread. */
export interface Cause extends SightChange {
  /** Of the first of the changes: what was told later was not in sight until then. */
  readonly since: number;
}

const merged = (a: Cause | undefined, b: Cause): Cause => ({
  since: Math.min(a?.since ?? b.since, b.since),
  gains: a?.gains || b.gains || false,
  blocked: a?.blocked || b.blocked || false,
  muted: a?.muted || b.muted || false,
  left: a?.left || b.left || false,
});

/** What is to be reread. */
export interface Touched {
  /** By key of a user or an object. */
  readonly causes: ReadonlyMap<string, Cause>;
  /** Changes, or acts, may have been missed beside. */
  readonly all: boolean;
}

export class SightLosses {
  private readonly epochs: Epochs;
  private causes = new Map<string, Cause>();
  private all = false;
  /** When it was found last that changes, or acts, may have been missed. */
  private missedAt = -1;

  constructor(private readonly clock: Clock) {
    this.epochs = new Epochs(clock);
  }

  /** A change that may touch a judgement under way, and nothing that was sent. */
  touch(key: string): void {
    this.epochs.touch(key);
  }

  /** A change: judgements about it that began before are void, and it is to be reread. */
  add(key: string, change: SightChange): void {
    this.epochs.touch(key);
    if (this.causes.size >= MAX_TOUCHED && !this.causes.has(key)) this.all = true;
    else this.causes.set(key, merged(this.causes.get(key), { ...change, since: change.since ?? this.clock.now }));
  }

  /** Changes, or acts, may have been missed: all judgements so far are void, and all is to be reread. */
  addAll(): void {
    this.epochs.touchAll();
    this.missedAt = this.clock.now;
    this.all = true;
  }

  /** Whether nothing was missed since what is known to have happened at that instant. */
  heardAllSince(instant: number): boolean {
    return instant > this.missedAt;
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

  /** It could not be reread, or not all of it. */
  giveBack({ causes, all }: Touched): void {
    this.all ||= all;
    for (const [key, cause] of causes) this.causes.set(key, merged(this.causes.get(key), cause));
  }
}

/** Why that act is reread; undefined where it is not. */
export const causeOf = (causes: ReadonlyMap<string, Cause>, act: Act, ownerId: string | null): Cause | undefined =>
  keysOf(act, ownerId).reduce<Cause | undefined>((found, key) => {
    const cause = causes.get(key);
    return cause ? merged(found, cause) : found;
  }, undefined);

/**
 * The facts about an act before those changes. Who left the roster was followed, or shared a circle: in the audience FOLLOWERS; of a
 * narrower one it is not known.
 */
export const factsBefore = (
  facts: ActFacts,
  causes: ReadonlyMap<string, Cause>,
  { actorId, objectId, audience }: Act,
): ActFacts => {
  const ownerId = facts.use?.ownerId ?? null;
  const actor = causes.get(userKey(actorId));
  const object = objectId === null ? undefined : causes.get(objectKey(objectId));
  const owner = ownerId === null ? undefined : causes.get(userKey(ownerId));
  return {
    ...facts,
    onRoster: facts.onRoster || actor?.left === true,
    inAudience: facts.inAudience || (actor?.left === true && audience === 'FOLLOWERS'),
    mayUseObject: facts.mayUseObject || object?.left === true,
    actorBlocked: facts.actorBlocked && actor?.blocked !== true,
    ownerBlocked: facts.ownerBlocked && owner?.blocked !== true,
    actorMuted: facts.actorMuted && actor?.muted !== true,
    objectMuted: facts.objectMuted && object?.muted !== true,
  };
};
