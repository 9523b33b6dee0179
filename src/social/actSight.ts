/** Who finds an act in their timeline: the policy of timelines, as pure functions of facts (docs/design.md#social). */
import { type ConversationUse, isSameUse } from '../presence/visibility.js';
import type { ActFacts } from './ports/timelines.js';
import type { Act } from './socialTypes.js';

/** Whether a viewer sees an act in their timeline. */
export const seesAct = ({ told, onRoster, inAudience, mayUseObject, hidden }: ActFacts): boolean =>
  told && onRoster && inAudience && mayUseObject && !hidden;

/** Whether a viewer saw an act until its object changed, by the facts of then; `wasMember`: of the object. */
export const sawBefore = (facts: ActFacts | undefined, wasMember: boolean): boolean =>
  facts !== undefined && seesAct({ ...facts, mayUseObject: facts.mayUseObject || wasMember });

/** As an act was taken back. */
export interface Retraction {
  /** Who might use its object then; null: it was no conversation. Undefined: that is not known. */
  readonly use: ConversationUse | null | undefined;
}

/**
 * Whether a viewer could see an act until it was taken back. Where its object is used otherwise since, is a conversation no more, or
 * was made one, nobody is taken to have seen it: the facts of now say nothing of who could use it then.
 */
export const couldSeeUntil = ({ use }: Retraction, facts: ActFacts, { objectId }: Act): boolean => {
  const isAsThen =
    objectId === null || (use && facts.use ? isSameUse(use, facts.use) : use === null && facts.use === null);
  return isAsThen && seesAct({ ...facts, told: true });
};

/**
 * By what a viewer may have lost sight of an act: it was taken back; a block or a mute, or the end of one relation; the actor left the
 * roster; the viewer left the conversation that is its object.
 */
export type SightLoss = 'hiding' | 'roster' | 'object';

/** Which blocks are part of what changed: with the actor, with the owner of the object. */
export interface NewBlocks {
  readonly actor: boolean;
  readonly owner: boolean;
}

/**
 * Whether the viewer could see the act but for what changed, so that they may have it from a query: they are then told that it is gone.
 * Never of an act that they could not have seen: what an earlier block hides stays unnamed, whatever else changes. Who left the roster
 * was followed, or shared a circle: in the audience FOLLOWERS; of a narrower one it is not known.
 */
export const couldSeeAct = (facts: ActFacts, { audience }: Act, loss: SightLoss, blocks: NewBlocks): boolean => {
  const hidden = (facts.actorBlocked && !blocks.actor) || (facts.ownerBlocked && !blocks.owner);
  switch (loss) {
    case 'hiding':
      return seesAct({ ...facts, hidden });
    case 'roster':
      return seesAct({
        ...facts,
        hidden,
        onRoster: true,
        inAudience: facts.inAudience || audience === 'FOLLOWERS',
      });
    case 'object':
      return seesAct({ ...facts, hidden, mayUseObject: true });
  }
};
