import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /**
   * An instant, RFC 3339 in UTC with millisecond precision: 2026-01-31T12:00:00.000Z
   *
   * As input, any RFC 3339 date and time with its zone, in the years 0000 to 9999; digits beyond the millisecond are
   * dropped. A string without a zone, a day that the calendar has not, a leap second and a number are BAD_USER_INPUT.
   */
  DateTime: { input: string; output: string; }
};

export type Activity = {
  /** One more line: a level, an artist, a project. At most 128 characters. */
  details?: Maybe<Scalars['String']['output']>;
  /** When the server clears it by itself. */
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** What it is: a game, a track, a DAW. 1 to 128 characters. */
  name: Scalars['String']['output'];
  startedAt: Scalars['DateTime']['output'];
  type: ActivityType;
};

export type ActivityInput = {
  /** At most 128 characters. */
  details?: InputMaybe<Scalars['String']['input']>;
  /** In the future, and after `startedAt`. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** 1 to 128 characters. */
  name: Scalars['String']['input'];
  /** Now, when left out. In the past; up to a minute ahead is taken for now. */
  startedAt?: InputMaybe<Scalars['DateTime']['input']>;
  type: ActivityType;
};

export type ActivityType =
  | 'CUSTOM'
  | 'IN_CALL'
  /** At work in a digital audio workstation; `name` is the DAW. */
  | 'IN_STUDIO'
  | 'LISTENING'
  | 'PLAYING'
  | 'STREAMING'
  | 'WATCHING';

/** Who, among other users, may see something. A block hides from any of them. */
export type Audience =
  /** Any signed-in user. */
  | 'EVERYONE'
  /** Followers, members of a shared circle, and members of a shared conversation. */
  | 'FOLLOWERS'
  /** Users who follow each other, and members of a shared circle. */
  | 'MUTUALS'
  /** No other user. */
  | 'NOBODY';

export type DeviceType =
  | 'DESKTOP'
  | 'MOBILE'
  /** A plugin hosted by another program, such as a DAW. */
  | 'PLUGIN'
  | 'UNKNOWN'
  | 'WEB';

export type FollowInput = {
  followeeId: Scalars['ID']['input'];
  followerId: Scalars['ID']['input'];
};

export type Heartbeat = {
  expiresAt: Scalars['DateTime']['output'];
  /** Send the next one within so many seconds. */
  intervalSeconds: Scalars['Int']['output'];
  sessionId: Scalars['ID']['output'];
};

export type HeartbeatInput = {
  device?: InputMaybe<DeviceType>;
  /** True when nobody has touched the device for a while, or the app is in the background. */
  idle?: Scalars['Boolean']['input'];
  /** The session to renew, chosen as in SetPresenceInput. */
  sessionId?: InputMaybe<Scalars['ID']['input']>;
};

export type Me = {
  /** The status chosen by hand; ONLINE when the choice is left to the sessions. */
  chosenStatus: PresenceStatus;
  /** The caller's presence as the caller sees it: INVISIBLE shows as INVISIBLE. */
  presence: Presence;
  privacy: Privacy;
  sessions: Array<Session>;
  userId: Scalars['ID']['output'];
};

/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type Mutation = {
  /**
   * Adds follows in bulk, all or none. Returns how many were new.
   * Errors: FORBIDDEN unless the token has the scope `service`; BAD_USER_INPUT beyond 1,000 items, beyond 10,000 follows of a user, and for a user who would follow themselves.
   */
  addFollows: Scalars['Int']['output'];
  /**
   * Hides both users from each other, from this moment on, open subscriptions included. Removes no follow and no
   * membership: `unblock` restores what was. True, whether or not there is such a user.
   * Errors: FORBIDDEN to service tokens; BAD_USER_INPUT for oneself and beyond 10,000 blocks; RATE_LIMITED.
   */
  block: Scalars['Boolean']['output'];
  /** False when there was no such circle. Errors: FORBIDDEN unless the token has the scope `service`. */
  deleteCircle: Scalars['Boolean']['output'];
  /** False when there was no such conversation. Errors: FORBIDDEN unless the token has the scope `service`. */
  deleteConversation: Scalars['Boolean']['output'];
  /**
   * Forgets a user: presence, sessions, relations, memberships; a tombstone stays, so that old tokens do not bring them
   * back. False when there was no such user. Errors: FORBIDDEN unless the token has the scope `service`.
   */
  deleteUser: Scalars['Boolean']['output'];
  /**
   * Ends a session at once, without the grace that a lost connection gets. False when there was no such session.
   * Errors: RATE_LIMITED; FORBIDDEN to service tokens.
   */
  endSession: Scalars['Boolean']['output'];
  /**
   * True, whether or not there is such a user.
   * Errors: FORBIDDEN where the host keeps follows to itself, and to service tokens; BAD_USER_INPUT for oneself and beyond 10,000 follows; RATE_LIMITED.
   */
  follow: Scalars['Boolean']['output'];
  /**
   * Keeps a session alive without a connection, and says whether the device is idle. Starts the session where there is
   * none. Errors: RATE_LIMITED; FORBIDDEN to service tokens.
   */
  heartbeat: Heartbeat;
  /**
   * Activities that the host knows of (a call, a stream), beside those of the user's own sessions, shown while the user
   * is live. One list a `source`; an empty list clears it. True.
   * Errors: FORBIDDEN unless the token has the scope `service`; NOT_FOUND where there is no such user; BAD_USER_INPUT beyond
   * 5 activities or 20 sources, and for a time or text that does not fit.
   */
  putActivity: Scalars['Boolean']['output'];
  /**
   * Creates the circle, or replaces its members.
   * Errors: FORBIDDEN unless the token has the scope `service`; BAD_USER_INPUT beyond 5,000 members.
   */
  putCircle: Scalars['Boolean']['output'];
  /**
   * Creates the conversation, or replaces its members. An `open` one is readable and writable by every signed-in user.
   * Errors: FORBIDDEN unless the token has the scope `service`; BAD_USER_INPUT beyond 5,000 members.
   */
  putConversation: Scalars['Boolean']['output'];
  /**
   * Removes follows in bulk. Returns how many there were.
   * Errors: FORBIDDEN unless the token has the scope `service`; BAD_USER_INPUT beyond 1,000 items.
   */
  removeFollows: Scalars['Int']['output'];
  /**
   * Changes the caller's presence, and answers it as the caller sees it. Renews the session, or starts one.
   * Errors: RATE_LIMITED, but never for hiding (INVISIBLE or OFFLINE, and nothing beside it) when not hidden yet;
   * BAD_USER_INPUT; FORBIDDEN to service tokens.
   */
  setPresence: Presence;
  /**
   * Says that the caller types, or has stopped. Send it again while it goes on: it ends by itself.
   * Errors: NOT_FOUND unless the caller is a member, or the conversation is open; RATE_LIMITED; FORBIDDEN to service tokens.
   */
  setTyping: Typing;
  /** True, whether or not there is such a user. Errors: FORBIDDEN to service tokens; RATE_LIMITED. */
  unblock: Scalars['Boolean']['output'];
  /**
   * True, whether or not there is such a user.
   * Errors: FORBIDDEN where the host keeps follows to itself, and to service tokens; RATE_LIMITED.
   */
  unfollow: Scalars['Boolean']['output'];
  /**
   * Changes who sees the caller, open subscriptions included. Answers what then holds.
   * Errors: BAD_USER_INPUT for a null; FORBIDDEN to service tokens; RATE_LIMITED.
   */
  updatePrivacy: Privacy;
  /**
   * Creates or updates users, and brings back deleted ones, anew. A user named twice is updated twice, in order.
   * Returns how many users were named.
   * Errors: FORBIDDEN unless the token has the scope `service`; BAD_USER_INPUT beyond 1,000 items, or for a name or picture that is too long or malformed.
   */
  upsertUsers: Scalars['Int']['output'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationAddFollowsArgs = {
  follows: Array<FollowInput>;
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationBlockArgs = {
  userId: Scalars['ID']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationDeleteCircleArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationDeleteConversationArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationDeleteUserArgs = {
  userId: Scalars['ID']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationEndSessionArgs = {
  sessionId: Scalars['ID']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationFollowArgs = {
  userId: Scalars['ID']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationHeartbeatArgs = {
  input?: HeartbeatInput;
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationPutActivityArgs = {
  activities: Array<ActivityInput>;
  source: Scalars['ID']['input'];
  userId: Scalars['ID']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationPutCircleArgs = {
  id: Scalars['ID']['input'];
  memberIds: Array<Scalars['ID']['input']>;
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationPutConversationArgs = {
  id: Scalars['ID']['input'];
  memberIds: Array<Scalars['ID']['input']>;
  open?: Scalars['Boolean']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationRemoveFollowsArgs = {
  follows: Array<FollowInput>;
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationSetPresenceArgs = {
  input: SetPresenceInput;
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationSetTypingArgs = {
  input: SetTypingInput;
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationUnblockArgs = {
  userId: Scalars['ID']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationUnfollowArgs = {
  userId: Scalars['ID']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationUpdatePrivacyArgs = {
  input: UpdatePrivacyInput;
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationUpsertUsersArgs = {
  users: Array<UserInput>;
};

export type OnlineConnection = {
  edges: Array<PresenceEdge>;
  pageInfo: PageInfo;
  /** How many are seen live in all, on whatever page. */
  totalCount: Scalars['Int']['output'];
};

export type PageInfo = {
  endCursor?: Maybe<Scalars['String']['output']>;
  hasNextPage: Scalars['Boolean']['output'];
  hasPreviousPage: Scalars['Boolean']['output'];
  startCursor?: Maybe<Scalars['String']['output']>;
};

/**
 * One user's presence as the caller may see it. A user whom the caller may not see is indistinguishable
 * from one who does not exist.
 */
export type Presence = {
  /** Newest first. Empty for callers outside the user's activity audience. */
  activities: Array<Activity>;
  /**
   * The instant, on the store's clock, at which this was true. Of two answers about one user keep the later one;
   * two with the same instant say the same. It does not tell when the user was last active.
   */
  asOf: Scalars['DateTime']['output'];
  /** The kinds of device with a live session; empty unless the user is seen live, and for callers outside the activity audience. */
  devices: Array<DeviceType>;
  /** The user's id, under the name that normalising caches look for. */
  id: Scalars['ID']['output'];
  /** Whether the user types in a conversation that the caller shares. Typing alone makes no event. */
  isTyping: Scalars['Boolean']['output'];
  /** The last moment the user was seen live. Null while seen live, when never seen live, and for callers outside the last-seen audience. */
  lastSeen?: Maybe<Scalars['DateTime']['output']>;
  status: PresenceStatus;
  statusMessage?: Maybe<StatusMessage>;
  user: User;
  userId: Scalars['ID']['output'];
};

export type PresenceConnection = {
  edges: Array<PresenceEdge>;
  pageInfo: PageInfo;
};

export type PresenceEdge = {
  cursor: Scalars['String']['output'];
  node: Presence;
};

export type PresenceStatus =
  /** Live, but idle on every device, or set by hand. */
  | 'AWAY'
  /** Live, and not to be disturbed; set by hand. Idleness does not change it. */
  | 'DO_NOT_DISTURB'
  /** Set by hand: live, but everybody else sees OFFLINE. Only its owner ever reads this value. */
  | 'INVISIBLE'
  /** No live session; or set by hand: offline at once, until the next session starts. */
  | 'OFFLINE'
  /** At least one live session is active. */
  | 'ONLINE';

/** FOLLOWERS, all three, until it is changed. */
export type Privacy = {
  /** Who sees `activities` and `devices`; never wider than `status`. */
  activity: Audience;
  /** Who sees `lastSeen`; never wider than `status`. */
  lastSeen: Audience;
  /** Who sees the user at all (status and message). */
  status: Audience;
};

/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 */
export type Query = {
  /**
   * Whom the caller blocked, by id, whether or not there is such a user. `name` and `avatarUrl` are null: a block hides both ways.
   * `first` is 1 to 500. Errors: FORBIDDEN to service tokens; BAD_USER_INPUT for a `first` outside of that, or an `after` that is no
   * cursor of this field; RATE_LIMITED.
   */
  blocked: UserConnection;
  /**
   * Whom the caller follows, by id, whether or not there is such a user. `name` and `avatarUrl` are null for a user whom the
   * caller may not see. `first` is 1 to 500. Errors: FORBIDDEN to service tokens; BAD_USER_INPUT for a `first` outside of that, or an `after` that is no
   * cursor of this field; RATE_LIMITED.
   */
  following: UserConnection;
  /** The caller. Errors: FORBIDDEN to service tokens, which are no user. */
  me: Me;
  /**
   * Everybody seen live, by id, for the host's back end: a token with the scope `service`. `first` is 1 to 1,000.
   * Errors: FORBIDDEN to everybody else; BAD_USER_INPUT for a `first` outside of that, or an `after` that is no cursor of
   * this field.
   */
  online: OnlineConnection;
  /**
   * The presence of the given users, in the order given, without those whom the caller may not see; a user named twice
   * answers once, at the first place. With no `userIds`: of everybody on the caller's roster (see `roster`), live ones
   * first, at most 1,000. Errors: BAD_USER_INPUT beyond 1,000 ids; RATE_LIMITED.
   */
  presence: Array<Presence>;
  /**
   * The users whom the caller watches by default: those the caller follows and members of the caller's circles,
   * without those whom the caller may not see; with `statuses`, those alone whom the caller sees so. Live ones first, then
   * by id. `first` is 1 to 500. Errors: BAD_USER_INPUT for a `first` outside of that, or an `after` that is no cursor of
   * this field; RATE_LIMITED.
   */
  roster: PresenceConnection;
  /** Who types in a conversation now. Errors: NOT_FOUND unless the caller is a member, or the conversation is open; RATE_LIMITED. */
  typing: Array<Typing>;
  /** One user's presence; null when there is no such user or the caller may not see them. Errors: RATE_LIMITED. */
  userPresence?: Maybe<Presence>;
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 */
export type QueryBlockedArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 */
export type QueryFollowingArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 */
export type QueryOnlineArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 */
export type QueryPresenceArgs = {
  userIds?: InputMaybe<Array<Scalars['ID']['input']>>;
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 */
export type QueryRosterArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  statuses?: InputMaybe<Array<PresenceStatus>>;
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 */
export type QueryTypingArgs = {
  conversationId: Scalars['ID']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 */
export type QueryUserPresenceArgs = {
  userId: Scalars['ID']['input'];
};

/** One device or tab on which the user is live. */
export type Session = {
  device: DeviceType;
  /** The session ends unless a heartbeat, or its connection, renews it before then. */
  expiresAt: Scalars['DateTime']['output'];
  id: Scalars['ID']['output'];
  idle: Scalars['Boolean']['output'];
  startedAt: Scalars['DateTime']['output'];
};

/**
 * What is left out stays as it is; an explicit null clears it: a null `status` leaves it to the sessions again, as ONLINE
 * does. A null `sessionId` or `device` is the same as one left out.
 */
export type SetPresenceInput = {
  /** Replaces this session's activities. At most 5. */
  activities?: InputMaybe<Array<ActivityInput>>;
  device?: InputMaybe<DeviceType>;
  /** The session to change. Left out: this connection's; over plain HTTP, the user's most recently active one, or a new one where there is none. */
  sessionId?: InputMaybe<Scalars['ID']['input']>;
  status?: InputMaybe<PresenceStatus>;
  statusMessage?: InputMaybe<StatusMessageInput>;
};

export type SetTypingInput = {
  conversationId: Scalars['ID']['input'];
  isTyping?: Scalars['Boolean']['input'];
  /** The session that types, chosen as in SetPresenceInput. */
  sessionId?: InputMaybe<Scalars['ID']['input']>;
};

export type StatusMessage = {
  /** At most 64 bytes in UTF-8. */
  emoji?: Maybe<Scalars['String']['output']>;
  /** When the server clears it by itself. */
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** At most 255 characters. */
  text: Scalars['String']['output'];
};

export type StatusMessageInput = {
  /** 1 to 64 bytes in UTF-8. */
  emoji?: InputMaybe<Scalars['String']['input']>;
  /** In the future, at most 30 days ahead. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** At most 255 characters; empty for an emoji alone. */
  text: Scalars['String']['input'];
};

/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 */
export type Subscription = {
  /**
   * The caller as `me` answers it, for the caller's other devices: when the chosen status, the presence as the
   * caller sees it, the privacy in effect or the sessions change (one begins, ends, idles, or changes its device). Starts,
   * unless `snapshot` is false, with the present state, with no change lost in between. At most one event in a second, the
   * last state always; a session that is merely renewed makes none. `presence.asOf` grows with each event.
   * Errors: FORBIDDEN to service tokens; BAD_USER_INPUT beyond 50 subscriptions and 5,000 watched users a connection, of
   * whom the caller is one here; RATE_LIMITED.
   */
  meChanged: Me;
  /**
   * Presence as it changes, of the given users or, with no `userIds`, of everybody on the caller's roster, as it
   * grows and shrinks. Starts, unless `snapshot` is false, with the present state of each, one event a user, with no
   * change lost in between. A user whom the caller may no longer see is sent one last time, as OFFLINE with nothing else.
   * An empty list watches nobody, and stays open. Errors: BAD_USER_INPUT beyond 1,000 ids, beyond 50 subscriptions a
   * connection, and beyond 5,000 watched users a connection; RATE_LIMITED; the connection's other subscriptions go on.
   */
  presenceChanged: Presence;
  /**
   * Who starts and stops typing, in one conversation or, with no `conversationId`, in all of the caller's. Never the
   * caller's own. Starts, unless `snapshot` is false, with those who type now.
   * Errors: NOT_FOUND unless the caller is a member, or the conversation is open; BAD_USER_INPUT beyond 50 subscriptions or 5,000 conversations a connection; RATE_LIMITED.
   */
  typingChanged: Typing;
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 */
export type SubscriptionMeChangedArgs = {
  snapshot?: Scalars['Boolean']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 */
export type SubscriptionPresenceChangedArgs = {
  snapshot?: Scalars['Boolean']['input'];
  userIds?: InputMaybe<Array<Scalars['ID']['input']>>;
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 */
export type SubscriptionTypingChangedArgs = {
  conversationId?: InputMaybe<Scalars['ID']['input']>;
  snapshot?: Scalars['Boolean']['input'];
};

export type Typing = {
  conversationId: Scalars['ID']['output'];
  /** When the indicator ends by itself unless it is refreshed. Null when `isTyping` is false. */
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** `conversationId:userId`, each percent-encoded, for normalising caches. */
  id: Scalars['ID']['output'];
  isTyping: Scalars['Boolean']['output'];
  user: User;
  userId: Scalars['ID']['output'];
};

/** What is left out stays as it is. A null is BAD_USER_INPUT: an audience cannot be cleared. */
export type UpdatePrivacyInput = {
  activity?: InputMaybe<Audience>;
  lastSeen?: InputMaybe<Audience>;
  status?: InputMaybe<Audience>;
};

/** What the host application says of a user, for showing beside their presence. */
export type User = {
  /** An `http` or `https` address. */
  avatarUrl?: Maybe<Scalars['String']['output']>;
  id: Scalars['ID']['output'];
  name?: Maybe<Scalars['String']['output']>;
};

export type UserConnection = {
  edges: Array<UserEdge>;
  pageInfo: PageInfo;
};

export type UserEdge = {
  cursor: Scalars['String']['output'];
  node: User;
};

/** What is left out stays as it is; a null `name` or `avatarUrl` is cleared. */
export type UserInput = {
  /** An absolute `http` or `https` address of at most 2,048 characters. */
  avatarUrl?: InputMaybe<Scalars['String']['input']>;
  id: Scalars['ID']['input'];
  /** At most 128 characters. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** Not null: leave it out to keep it as it is. */
  privacy?: InputMaybe<UpdatePrivacyInput>;
};

export type OnlineQueryVariables = Exact<{
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type OnlineQuery = { online: { totalCount: number, edges: Array<{ cursor: string, node: { id: string, userId: string, status: PresenceStatus, devices: Array<DeviceType>, lastSeen?: string | null, asOf: string, user: { id: string, name?: string | null, avatarUrl?: string | null }, statusMessage?: { text: string, emoji?: string | null, expiresAt?: string | null } | null, activities: Array<{ type: ActivityType, name: string, details?: string | null, startedAt: string, expiresAt?: string | null }> } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor?: string | null, endCursor?: string | null } } };

export type UpsertUsersMutationVariables = Exact<{
  users: Array<UserInput> | UserInput;
}>;


export type UpsertUsersMutation = { upsertUsers: number };

export type DeleteUserMutationVariables = Exact<{
  userId: Scalars['ID']['input'];
}>;


export type DeleteUserMutation = { deleteUser: boolean };

export type AddFollowsMutationVariables = Exact<{
  follows: Array<FollowInput> | FollowInput;
}>;


export type AddFollowsMutation = { addFollows: number };

export type RemoveFollowsMutationVariables = Exact<{
  follows: Array<FollowInput> | FollowInput;
}>;


export type RemoveFollowsMutation = { removeFollows: number };

export type PutCircleMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  memberIds: Array<Scalars['ID']['input']> | Scalars['ID']['input'];
}>;


export type PutCircleMutation = { putCircle: boolean };

export type DeleteCircleMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type DeleteCircleMutation = { deleteCircle: boolean };

export type PutConversationMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  memberIds: Array<Scalars['ID']['input']> | Scalars['ID']['input'];
  open?: Scalars['Boolean']['input'];
}>;


export type PutConversationMutation = { putConversation: boolean };

export type DeleteConversationMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type DeleteConversationMutation = { deleteConversation: boolean };

export type PutActivityMutationVariables = Exact<{
  userId: Scalars['ID']['input'];
  source: Scalars['ID']['input'];
  activities: Array<ActivityInput> | ActivityInput;
}>;


export type PutActivityMutation = { putActivity: boolean };

export type UserFieldsFragment = { id: string, name?: string | null, avatarUrl?: string | null };

export type PageFieldsFragment = { hasNextPage: boolean, hasPreviousPage: boolean, startCursor?: string | null, endCursor?: string | null };

export type FollowingQueryVariables = Exact<{
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type FollowingQuery = { following: { edges: Array<{ cursor: string, node: { id: string, name?: string | null, avatarUrl?: string | null } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor?: string | null, endCursor?: string | null } } };

export type BlockedQueryVariables = Exact<{
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type BlockedQuery = { blocked: { edges: Array<{ cursor: string, node: { id: string, name?: string | null, avatarUrl?: string | null } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor?: string | null, endCursor?: string | null } } };

export type FollowMutationVariables = Exact<{
  userId: Scalars['ID']['input'];
}>;


export type FollowMutation = { follow: boolean };

export type UnfollowMutationVariables = Exact<{
  userId: Scalars['ID']['input'];
}>;


export type UnfollowMutation = { unfollow: boolean };

export type BlockMutationVariables = Exact<{
  userId: Scalars['ID']['input'];
}>;


export type BlockMutation = { block: boolean };

export type UnblockMutationVariables = Exact<{
  userId: Scalars['ID']['input'];
}>;


export type UnblockMutation = { unblock: boolean };

export type PresenceFieldsFragment = { id: string, userId: string, status: PresenceStatus, devices: Array<DeviceType>, lastSeen?: string | null, asOf: string, user: { id: string, name?: string | null, avatarUrl?: string | null }, statusMessage?: { text: string, emoji?: string | null, expiresAt?: string | null } | null, activities: Array<{ type: ActivityType, name: string, details?: string | null, startedAt: string, expiresAt?: string | null }> };

export type PresenceQueryVariables = Exact<{
  userIds?: InputMaybe<Array<Scalars['ID']['input']> | Scalars['ID']['input']>;
}>;


export type PresenceQuery = { presence: Array<{ isTyping: boolean, id: string, userId: string, status: PresenceStatus, devices: Array<DeviceType>, lastSeen?: string | null, asOf: string, user: { id: string, name?: string | null, avatarUrl?: string | null }, statusMessage?: { text: string, emoji?: string | null, expiresAt?: string | null } | null, activities: Array<{ type: ActivityType, name: string, details?: string | null, startedAt: string, expiresAt?: string | null }> }> };

export type UserPresenceQueryVariables = Exact<{
  userId: Scalars['ID']['input'];
}>;


export type UserPresenceQuery = { userPresence?: { isTyping: boolean, id: string, userId: string, status: PresenceStatus, devices: Array<DeviceType>, lastSeen?: string | null, asOf: string, user: { id: string, name?: string | null, avatarUrl?: string | null }, statusMessage?: { text: string, emoji?: string | null, expiresAt?: string | null } | null, activities: Array<{ type: ActivityType, name: string, details?: string | null, startedAt: string, expiresAt?: string | null }> } | null };

export type RosterQueryVariables = Exact<{
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  statuses?: InputMaybe<Array<PresenceStatus> | PresenceStatus>;
}>;


export type RosterQuery = { roster: { edges: Array<{ cursor: string, node: { id: string, userId: string, status: PresenceStatus, devices: Array<DeviceType>, lastSeen?: string | null, asOf: string, user: { id: string, name?: string | null, avatarUrl?: string | null }, statusMessage?: { text: string, emoji?: string | null, expiresAt?: string | null } | null, activities: Array<{ type: ActivityType, name: string, details?: string | null, startedAt: string, expiresAt?: string | null }> } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor?: string | null, endCursor?: string | null } } };

export type SetPresenceMutationVariables = Exact<{
  input: SetPresenceInput;
}>;


export type SetPresenceMutation = { setPresence: { id: string, userId: string, status: PresenceStatus, devices: Array<DeviceType>, lastSeen?: string | null, asOf: string, user: { id: string, name?: string | null, avatarUrl?: string | null }, statusMessage?: { text: string, emoji?: string | null, expiresAt?: string | null } | null, activities: Array<{ type: ActivityType, name: string, details?: string | null, startedAt: string, expiresAt?: string | null }> } };

export type PresenceChangedSubscriptionVariables = Exact<{
  userIds?: InputMaybe<Array<Scalars['ID']['input']> | Scalars['ID']['input']>;
  snapshot?: Scalars['Boolean']['input'];
}>;


export type PresenceChangedSubscription = { presenceChanged: { id: string, userId: string, status: PresenceStatus, devices: Array<DeviceType>, lastSeen?: string | null, asOf: string, user: { id: string, name?: string | null, avatarUrl?: string | null }, statusMessage?: { text: string, emoji?: string | null, expiresAt?: string | null } | null, activities: Array<{ type: ActivityType, name: string, details?: string | null, startedAt: string, expiresAt?: string | null }> } };

export type PrivacyFieldsFragment = { status: Audience, lastSeen: Audience, activity: Audience };

export type UpdatePrivacyMutationVariables = Exact<{
  input: UpdatePrivacyInput;
}>;


export type UpdatePrivacyMutation = { updatePrivacy: { status: Audience, lastSeen: Audience, activity: Audience } };

export type SessionFieldsFragment = { id: string, device: DeviceType, idle: boolean, startedAt: string, expiresAt: string };

export type MeFieldsFragment = { userId: string, chosenStatus: PresenceStatus, presence: { id: string, userId: string, status: PresenceStatus, devices: Array<DeviceType>, lastSeen?: string | null, asOf: string, user: { id: string, name?: string | null, avatarUrl?: string | null }, statusMessage?: { text: string, emoji?: string | null, expiresAt?: string | null } | null, activities: Array<{ type: ActivityType, name: string, details?: string | null, startedAt: string, expiresAt?: string | null }> }, privacy: { status: Audience, lastSeen: Audience, activity: Audience }, sessions: Array<{ id: string, device: DeviceType, idle: boolean, startedAt: string, expiresAt: string }> };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { me: { userId: string, chosenStatus: PresenceStatus, presence: { id: string, userId: string, status: PresenceStatus, devices: Array<DeviceType>, lastSeen?: string | null, asOf: string, user: { id: string, name?: string | null, avatarUrl?: string | null }, statusMessage?: { text: string, emoji?: string | null, expiresAt?: string | null } | null, activities: Array<{ type: ActivityType, name: string, details?: string | null, startedAt: string, expiresAt?: string | null }> }, privacy: { status: Audience, lastSeen: Audience, activity: Audience }, sessions: Array<{ id: string, device: DeviceType, idle: boolean, startedAt: string, expiresAt: string }> } };

export type HeartbeatMutationVariables = Exact<{
  input?: HeartbeatInput;
}>;


export type HeartbeatMutation = { heartbeat: { sessionId: string, expiresAt: string, intervalSeconds: number } };

export type EndSessionMutationVariables = Exact<{
  sessionId: Scalars['ID']['input'];
}>;


export type EndSessionMutation = { endSession: boolean };

export type MeChangedSubscriptionVariables = Exact<{
  snapshot?: Scalars['Boolean']['input'];
}>;


export type MeChangedSubscription = { meChanged: { userId: string, chosenStatus: PresenceStatus, presence: { id: string, userId: string, status: PresenceStatus, devices: Array<DeviceType>, lastSeen?: string | null, asOf: string, user: { id: string, name?: string | null, avatarUrl?: string | null }, statusMessage?: { text: string, emoji?: string | null, expiresAt?: string | null } | null, activities: Array<{ type: ActivityType, name: string, details?: string | null, startedAt: string, expiresAt?: string | null }> }, privacy: { status: Audience, lastSeen: Audience, activity: Audience }, sessions: Array<{ id: string, device: DeviceType, idle: boolean, startedAt: string, expiresAt: string }> } };

export type TypingFieldsFragment = { id: string, conversationId: string, userId: string, isTyping: boolean, expiresAt?: string | null, user: { id: string, name?: string | null, avatarUrl?: string | null } };

export type TypingQueryVariables = Exact<{
  conversationId: Scalars['ID']['input'];
}>;


export type TypingQuery = { typing: Array<{ id: string, conversationId: string, userId: string, isTyping: boolean, expiresAt?: string | null, user: { id: string, name?: string | null, avatarUrl?: string | null } }> };

export type SetTypingMutationVariables = Exact<{
  input: SetTypingInput;
}>;


export type SetTypingMutation = { setTyping: { id: string, conversationId: string, userId: string, isTyping: boolean, expiresAt?: string | null, user: { id: string, name?: string | null, avatarUrl?: string | null } } };

export type TypingChangedSubscriptionVariables = Exact<{
  conversationId?: InputMaybe<Scalars['ID']['input']>;
  snapshot?: Scalars['Boolean']['input'];
}>;


export type TypingChangedSubscription = { typingChanged: { id: string, conversationId: string, userId: string, isTyping: boolean, expiresAt?: string | null, user: { id: string, name?: string | null, avatarUrl?: string | null } } };

export const PageFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<PageFieldsFragment, unknown>;
export const UserFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}}]} as unknown as DocumentNode<UserFieldsFragment, unknown>;
export const PresenceFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}}]} as unknown as DocumentNode<PresenceFieldsFragment, unknown>;
export const PrivacyFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PrivacyFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Privacy"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"activity"}}]}}]} as unknown as DocumentNode<PrivacyFieldsFragment, unknown>;
export const SessionFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SessionFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Session"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"device"}},{"kind":"Field","name":{"kind":"Name","value":"idle"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<SessionFieldsFragment, unknown>;
export const MeFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MeFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Me"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"presence"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"chosenStatus"}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PrivacyFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sessions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SessionFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PrivacyFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Privacy"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"activity"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SessionFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Session"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"device"}},{"kind":"Field","name":{"kind":"Name","value":"idle"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<MeFieldsFragment, unknown>;
export const TypingFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TypingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Typing"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"conversationId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"isTyping"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}}]} as unknown as DocumentNode<TypingFieldsFragment, unknown>;
export const OnlineDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Online"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"100"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"online"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PageFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<OnlineQuery, OnlineQueryVariables>;
export const UpsertUsersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpsertUsers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"users"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UserInput"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"upsertUsers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"users"},"value":{"kind":"Variable","name":{"kind":"Name","value":"users"}}}]}]}}]} as unknown as DocumentNode<UpsertUsersMutation, UpsertUsersMutationVariables>;
export const DeleteUserDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteUser"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteUser"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}]}]}}]} as unknown as DocumentNode<DeleteUserMutation, DeleteUserMutationVariables>;
export const AddFollowsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddFollows"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"follows"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"FollowInput"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addFollows"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"follows"},"value":{"kind":"Variable","name":{"kind":"Name","value":"follows"}}}]}]}}]} as unknown as DocumentNode<AddFollowsMutation, AddFollowsMutationVariables>;
export const RemoveFollowsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RemoveFollows"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"follows"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"FollowInput"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"removeFollows"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"follows"},"value":{"kind":"Variable","name":{"kind":"Name","value":"follows"}}}]}]}}]} as unknown as DocumentNode<RemoveFollowsMutation, RemoveFollowsMutationVariables>;
export const PutCircleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PutCircle"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"memberIds"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"putCircle"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"memberIds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"memberIds"}}}]}]}}]} as unknown as DocumentNode<PutCircleMutation, PutCircleMutationVariables>;
export const DeleteCircleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteCircle"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteCircle"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}]}]}}]} as unknown as DocumentNode<DeleteCircleMutation, DeleteCircleMutationVariables>;
export const PutConversationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PutConversation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"memberIds"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"open"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},"defaultValue":{"kind":"BooleanValue","value":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"putConversation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"memberIds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"memberIds"}}},{"kind":"Argument","name":{"kind":"Name","value":"open"},"value":{"kind":"Variable","name":{"kind":"Name","value":"open"}}}]}]}}]} as unknown as DocumentNode<PutConversationMutation, PutConversationMutationVariables>;
export const DeleteConversationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteConversation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteConversation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}]}]}}]} as unknown as DocumentNode<DeleteConversationMutation, DeleteConversationMutationVariables>;
export const PutActivityDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PutActivity"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"source"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"activities"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ActivityInput"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"putActivity"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}},{"kind":"Argument","name":{"kind":"Name","value":"source"},"value":{"kind":"Variable","name":{"kind":"Name","value":"source"}}},{"kind":"Argument","name":{"kind":"Name","value":"activities"},"value":{"kind":"Variable","name":{"kind":"Name","value":"activities"}}}]}]}}]} as unknown as DocumentNode<PutActivityMutation, PutActivityMutationVariables>;
export const FollowingDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Following"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"50"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"following"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PageFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<FollowingQuery, FollowingQueryVariables>;
export const BlockedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Blocked"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"50"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"blocked"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PageFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<BlockedQuery, BlockedQueryVariables>;
export const FollowDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Follow"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"follow"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}]}]}}]} as unknown as DocumentNode<FollowMutation, FollowMutationVariables>;
export const UnfollowDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Unfollow"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unfollow"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}]}]}}]} as unknown as DocumentNode<UnfollowMutation, UnfollowMutationVariables>;
export const BlockDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Block"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"block"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}]}]}}]} as unknown as DocumentNode<BlockMutation, BlockMutationVariables>;
export const UnblockDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Unblock"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unblock"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}]}]}}]} as unknown as DocumentNode<UnblockMutation, UnblockMutationVariables>;
export const PresenceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Presence"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userIds"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"presence"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userIds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userIds"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}},{"kind":"Field","name":{"kind":"Name","value":"isTyping"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<PresenceQuery, PresenceQueryVariables>;
export const UserPresenceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"UserPresence"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userPresence"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}},{"kind":"Field","name":{"kind":"Name","value":"isTyping"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<UserPresenceQuery, UserPresenceQueryVariables>;
export const RosterDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Roster"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"50"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"statuses"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PresenceStatus"}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"roster"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"statuses"},"value":{"kind":"Variable","name":{"kind":"Name","value":"statuses"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PageFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<RosterQuery, RosterQueryVariables>;
export const SetPresenceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetPresence"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetPresenceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setPresence"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<SetPresenceMutation, SetPresenceMutationVariables>;
export const PresenceChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"PresenceChanged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userIds"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"snapshot"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},"defaultValue":{"kind":"BooleanValue","value":true}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"presenceChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userIds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userIds"}}},{"kind":"Argument","name":{"kind":"Name","value":"snapshot"},"value":{"kind":"Variable","name":{"kind":"Name","value":"snapshot"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<PresenceChangedSubscription, PresenceChangedSubscriptionVariables>;
export const UpdatePrivacyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdatePrivacy"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdatePrivacyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updatePrivacy"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PrivacyFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PrivacyFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Privacy"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"activity"}}]}}]} as unknown as DocumentNode<UpdatePrivacyMutation, UpdatePrivacyMutationVariables>;
export const MeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Me"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"me"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MeFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PrivacyFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Privacy"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"activity"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SessionFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Session"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"device"}},{"kind":"Field","name":{"kind":"Name","value":"idle"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MeFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Me"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"presence"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"chosenStatus"}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PrivacyFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sessions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SessionFields"}}]}}]}}]} as unknown as DocumentNode<MeQuery, MeQueryVariables>;
export const HeartbeatDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Heartbeat"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"HeartbeatInput"}}},"defaultValue":{"kind":"ObjectValue","fields":[]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"heartbeat"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sessionId"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"intervalSeconds"}}]}}]}}]} as unknown as DocumentNode<HeartbeatMutation, HeartbeatMutationVariables>;
export const EndSessionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"EndSession"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"sessionId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"endSession"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"sessionId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"sessionId"}}}]}]}}]} as unknown as DocumentNode<EndSessionMutation, EndSessionMutationVariables>;
export const MeChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"MeChanged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"snapshot"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},"defaultValue":{"kind":"BooleanValue","value":true}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"snapshot"},"value":{"kind":"Variable","name":{"kind":"Name","value":"snapshot"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MeFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PrivacyFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Privacy"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"activity"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SessionFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Session"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"device"}},{"kind":"Field","name":{"kind":"Name","value":"idle"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MeFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Me"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"presence"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"chosenStatus"}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PrivacyFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sessions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SessionFields"}}]}}]}}]} as unknown as DocumentNode<MeChangedSubscription, MeChangedSubscriptionVariables>;
export const TypingDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Typing"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"conversationId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"typing"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"conversationId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"conversationId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TypingFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TypingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Typing"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"conversationId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"isTyping"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<TypingQuery, TypingQueryVariables>;
export const SetTypingDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetTyping"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetTypingInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setTyping"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TypingFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TypingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Typing"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"conversationId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"isTyping"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<SetTypingMutation, SetTypingMutationVariables>;
export const TypingChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"TypingChanged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"conversationId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"snapshot"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},"defaultValue":{"kind":"BooleanValue","value":true}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"typingChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"conversationId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"conversationId"}}},{"kind":"Argument","name":{"kind":"Name","value":"snapshot"},"value":{"kind":"Variable","name":{"kind":"Name","value":"snapshot"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TypingFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TypingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Typing"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"conversationId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"isTyping"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<TypingChangedSubscription, TypingChangedSubscriptionVariables>;