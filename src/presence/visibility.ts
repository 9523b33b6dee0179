/**
 * Who sees what: all policy of visibility, as pure functions of facts (docs/semantics.md, "Who sees what").
 * The functions that make policy: {@link facetsFor}, {@link maySee}, {@link mayUseTyping}, {@link effectivePrivacy}.
 */

/** Who, among other users, may see something; from the widest to the narrowest. */
export const AUDIENCES = ['EVERYONE', 'FOLLOWERS', 'MUTUALS', 'NOBODY'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** The three facets of a user that an audience is chosen for. */
export interface Privacy {
  readonly status: Audience;
  readonly lastSeen: Audience;
  readonly activity: Audience;
}

export const DEFAULT_PRIVACY: Privacy = { status: 'FOLLOWERS', lastSeen: 'FOLLOWERS', activity: 'FOLLOWERS' };

/** How a viewer stands to a user: all that visibility depends on, besides the user's privacy. */
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

/** The facts about one (viewer, user) pair, as the people store has them. */
export interface AccessFacts extends Relation {
  /** False for a user who does not exist or was deleted. */
  readonly exists: boolean;
  readonly privacy: Privacy;
}

/** Who asks. A service token (the host's back end) is no user, and sees everybody. */
export type Viewer =
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'service'; readonly userId: string };

/** What a viewer sees of a user. `self` alone reads INVISIBLE. No `status` means: nothing at all. */
export interface Facets {
  readonly self: boolean;
  readonly status: boolean;
  readonly lastSeen: boolean;
  readonly activity: boolean;
}

export const NOTHING: Facets = Object.freeze({ self: false, status: false, lastSeen: false, activity: false });
export const SELF: Facets = Object.freeze({ self: true, status: true, lastSeen: true, activity: true });
export const EVERYTHING: Facets = Object.freeze({ self: false, status: true, lastSeen: true, activity: true });

const inAudience = (audience: Audience, relation: Relation): boolean => {
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

/** Whether it matters how a viewer stands to the user, more than whether one blocks the other. */
export const dependsOnRelation = (privacy: Privacy): boolean =>
  Object.values(privacy).some((audience) => audience === 'FOLLOWERS' || audience === 'MUTUALS');

/**
 * What `viewer` sees of the user `userId`, given the facts of that pair. Facts that could not be had are passed
 * as undefined and deny. A block beats everything but being oneself, and a user always sees themselves.
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

/** Whether one may set, read and watch the typing of a conversation: its members; in an open one, everybody. */
export const mayUseTyping = (
  conversation: { readonly open: boolean; readonly isMember: boolean } | undefined,
): boolean => conversation !== undefined && (conversation.open || conversation.isMember);

const narrower = (a: Audience, b: Audience): Audience => (AUDIENCES.indexOf(a) >= AUDIENCES.indexOf(b) ? a : b);

/** Privacy as it holds: `lastSeen` and `activity` are never wider than `status`. */
export const effectivePrivacy = (privacy: Privacy): Privacy => ({
  status: privacy.status,
  lastSeen: narrower(privacy.lastSeen, privacy.status),
  activity: narrower(privacy.activity, privacy.status),
});
