/**
 * Who sees what: all policy of visibility, as pure functions of access facts (docs/design.md#who-sees-what). The policy is in
 * {@link facetsFor}, {@link maySee}, {@link mayUse} and {@link effectivePrivacy}.
 */

/** Which other users may see a facet, from the widest audience to the narrowest. */
export const AUDIENCES = ['EVERYONE', 'FOLLOWERS', 'MUTUALS', 'NOBODY'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** The audience of each facet of a user. */
export interface Privacy {
  readonly status: Audience;
  readonly lastSeen: Audience;
  readonly activity: Audience;
}

export const DEFAULT_PRIVACY: Privacy = { status: 'FOLLOWERS', lastSeen: 'FOLLOWERS', activity: 'FOLLOWERS' };

/** The relation of a viewer to a user: with the user's privacy, all that visibility depends on. */
export interface Relation {
  /** The viewer follows the user. */
  readonly follows: boolean;
  /** The user follows the viewer. */
  readonly followedBy: boolean;
  readonly sharesCircle: boolean;
  /** Both are members of a conversation that is not open. */
  readonly sharesConversation: boolean;
  /** One of the two blocks the other. */
  readonly blocked: boolean;
}

/** The access facts of one (viewer, user) pair. */
export interface AccessFacts extends Relation {
  /** False for a user who does not exist or was deleted. */
  readonly exists: boolean;
  readonly privacy: Privacy;
}

/** The viewer. A service token (the host's back end) is no user, and sees everybody. */
export type Viewer =
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'service'; readonly userId: string };

/** What a viewer sees of a user. Only `self` reads INVISIBLE. Without `status` nothing is seen. */
export interface Facets {
  readonly self: boolean;
  readonly status: boolean;
  readonly lastSeen: boolean;
  readonly activity: boolean;
}

export const NOTHING: Facets = Object.freeze({ self: false, status: false, lastSeen: false, activity: false });
export const SELF: Facets = Object.freeze({ self: true, status: true, lastSeen: true, activity: true });
export const EVERYTHING: Facets = Object.freeze({ self: false, status: true, lastSeen: true, activity: true });

/** Whether a viewer with that relation to a user is in an audience of the user, blocks aside. */
export const inAudience = (audience: Audience, relation: Relation): boolean => {
  switch (audience) {
    case 'EVERYONE':
      return true;
    case 'FOLLOWERS':
      return relation.follows || relation.sharesCircle || relation.sharesConversation;
    case 'MUTUALS':
      return (relation.follows && relation.followedBy) || relation.sharesCircle;
    case 'NOBODY':
      return false;
  }
};

/** Whether visibility depends on more of the relation than a block. */
export const dependsOnRelation = (privacy: Privacy): boolean =>
  Object.values(privacy).some((audience) => audience === 'FOLLOWERS' || audience === 'MUTUALS');

/**
 * What `viewer` sees of `userId`, from the access facts of the pair. Undefined facts, which could not be read, deny. A user sees
 * themselves whole; otherwise a block overrides everything.
 */
export const facetsFor = (viewer: Viewer, userId: string, accessFacts: AccessFacts | undefined): Facets => {
  if (!accessFacts?.exists) return NOTHING;
  if (viewer.kind === 'service') return EVERYTHING;
  if (viewer.userId === userId) return SELF;
  if (accessFacts.blocked || !inAudience(accessFacts.privacy.status, accessFacts)) return NOTHING;
  const lastSeen = inAudience(accessFacts.privacy.lastSeen, accessFacts);
  const activity = inAudience(accessFacts.privacy.activity, accessFacts);
  return { self: false, status: true, lastSeen, activity };
};

/** Whether those facets show the user at all. */
export const maySee = (facets: Facets): boolean => facets.status;

/** A conversation, or another object of the host by its id, as it concerns one user. */
export interface ConversationFacts {
  readonly open: boolean;
  readonly isMember: boolean;
  /** The owner, where it has one, and what relates the user to them. */
  readonly owner?: {
    /** '' of a former owner: somebody else has the id since they were deleted. */
    readonly userId: string;
    /** Who may use it beside its members; null: nobody by this. */
    readonly audience: Audience | null;
    readonly exists: boolean;
    readonly relation: Relation;
  };
}

/**
 * Whether a user may use a conversation: set, read and watch its typing, enter it, see who is there and its counts. Members may; of an
 * open one everybody; of one with an owner and an audience, the owner and who is in that audience of the owner. Never who is blocked
 * either way with the owner. Of an owner who does not exist, nobody knows whom they blocked or let in: members alone. Undefined, where
 * it does not exist or could not be read, denies.
 */
export const mayUse = (conversation: ConversationFacts | undefined, userId: string): boolean => {
  if (!conversation) return false;
  const { open, isMember, owner } = conversation;
  if (!owner) return open || isMember;
  if (owner.userId === userId) return owner.exists;
  if (owner.relation.blocked) return false;
  if (!owner.exists) return isMember;
  return open || isMember || (owner.audience !== null && inAudience(owner.audience, owner.relation));
};

/** Whose a conversation is, and who may use it beside its members. */
export interface ConversationUse {
  readonly open: boolean;
  readonly ownerId: string | null;
  readonly audience: Audience | null;
}

export const isSameUse = (a: ConversationUse, b: ConversationUse): boolean =>
  a.open === b.open && a.ownerId === b.ownerId && a.audience === b.audience;

const rankOf = (audience: Audience | null): number =>
  audience === null ? AUDIENCES.indexOf('NOBODY') : AUDIENCES.indexOf(audience);

/** Whether somebody who might use a conversation of unchanged members before may not afterwards, see {@link mayUse}. */
export const mayRevokeUse = (before: ConversationUse, after: ConversationUse): boolean => {
  if (before.open && !after.open) return true;
  if (after.ownerId === null) return before.ownerId !== null && !after.open;
  // Who is blocked with the owner loses it.
  if (before.ownerId !== after.ownerId) return true;
  return !after.open && rankOf(before.audience) < rankOf(after.audience);
};

const narrower = (a: Audience, b: Audience): Audience => (AUDIENCES.indexOf(a) >= AUDIENCES.indexOf(b) ? a : b);

/** The privacy in effect: `lastSeen` and `activity` are never wider than `status`. */
export const effectivePrivacy = (privacy: Privacy): Privacy => ({
  status: privacy.status,
  lastSeen: narrower(privacy.lastSeen, privacy.status),
  activity: narrower(privacy.activity, privacy.status),
});
