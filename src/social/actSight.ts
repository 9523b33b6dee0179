/** Who finds an act in their timeline: the policy of timelines, as pure functions of facts (docs/design.md#social). */
import { type ConversationUse, isSameUse } from '../presence/visibility.js';
import type { ActFacts } from './ports/timelines.js';
import type { Act } from './socialTypes.js';

/** Whether a viewer sees an act in their timeline. */
export const seesAct = (facts: ActFacts): boolean => {
  const { told, onRoster, inAudience, mayUseObject } = facts;
  const hidden = facts.actorBlocked || facts.ownerBlocked || facts.actorMuted || facts.objectMuted;
  return told && onRoster && inAudience && mayUseObject && !hidden;
};

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
 * was made one, nobody is taken to have seen it: the facts of now say nothing of who could use it then. Nor could anybody see what is
 * by a user who does not exist.
 */
export const couldSeeUntil = ({ use }: Retraction, facts: ActFacts, { objectId }: Act): boolean => {
  const isAsThen =
    objectId === null || (use && facts.use ? isSameUse(use, facts.use) : use === null && facts.use === null);
  return isAsThen && seesAct({ ...facts, told: facts.actorExists });
};
