/** What decides whether a viewer sees an act in their timeline (`actSight.ts`), from what is stored (docs/design.md#social). */
import { type Audience, type ConversationFacts, inAudience, mayUse, type Relation } from '../presence/visibility.js';
import type { ActFacts } from './ports/timelines.js';

/** What is known of one viewer and one act. */
export interface ActSight {
  readonly viewerId: string;
  readonly actorId: string;
  /** Not taken back. */
  readonly told: boolean;
  readonly actorExists: boolean;
  readonly audience: Audience;
  /** Of the viewer to the actor. */
  readonly relation: Relation;
  readonly actorMuted: boolean;
  readonly objectMuted: boolean;
  /** The object, as it concerns the viewer; undefined where it is no conversation. */
  readonly object: ConversationFacts | undefined;
}

const withoutBlock = (object: ConversationFacts): ConversationFacts =>
  object.owner
    ? { ...object, owner: { ...object.owner, relation: { ...object.owner.relation, blocked: false } } }
    : object;

export const actFactsOf = ({
  viewerId,
  actorId,
  told,
  actorExists,
  audience,
  relation,
  actorMuted,
  objectMuted,
  object,
}: ActSight): ActFacts => ({
  told: told && actorExists,
  actorExists,
  // Nobody is on their own roster, though a member of their own circles.
  onRoster: viewerId !== actorId && (relation.follows || relation.sharesCircle),
  inAudience: inAudience(audience, relation),
  mayUseObject: object === undefined || mayUse(withoutBlock(object), viewerId),
  actorBlocked: relation.blocked,
  ownerBlocked: object?.owner?.relation.blocked ?? false,
  actorMuted,
  objectMuted,
  use: object
    ? { open: object.open, ownerId: object.owner?.userId ?? null, audience: object.owner?.audience ?? null }
    : null,
});
