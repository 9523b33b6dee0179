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

/** Something that somebody did: ada likes post 42. Told by the host, who owns what it was done to. */
export type Act = {
  actor: User;
  at: Scalars['DateTime']['output'];
  /** For the host's own front ends, as the host gave it. At most 2 KiB. */
  data?: Maybe<Scalars['String']['output']>;
  /** Taken back, or out of the caller's sight: everything else is null or empty. The last that is sent of it. */
  gone: Scalars['Boolean']['output'];
  /** The host's. What is told twice under one id happened once. */
  id: Scalars['ID']['output'];
  objectId?: Maybe<Scalars['ID']['output']>;
  objectType?: Maybe<Scalars['String']['output']>;
  /** What to show of it: a comment's words, an emoji. At most 500 characters. */
  text?: Maybe<Scalars['String']['output']>;
  /** like, comment, follow, repost, post, or the host's own: 1 to 32 of a–z, 0–9, _. */
  verb: Scalars['String']['output'];
};

export type ActConnection = {
  edges: Array<ActEdge>;
  pageInfo: PageInfo;
};

export type ActEdge = {
  cursor: Scalars['String']['output'];
  node: Act;
};

export type ActInput = {
  /** Who did it. Acts of deleted users are not told. */
  actorId: Scalars['ID']['input'];
  /** When it happened. It is shown, and orders nothing: the order is that of telling. Left out: now. */
  at?: InputMaybe<Scalars['DateTime']['input']>;
  /** Who of the actor's followers find it in their timeline; NOBODY: none. Never wider than who may see the object. */
  audience?: Audience;
  /** For the host's own front ends, given back as it is. At most 2 KiB in UTF-8. */
  data?: InputMaybe<Scalars['String']['input']>;
  /** One notice a group while it is unread. Left out: verb and object. The act's id: never grouped. */
  group?: InputMaybe<Scalars['ID']['input']>;
  /** Of the event in the host's database, such as like:42:ada. What is told twice under one id happened once. 1 to 128 characters, as all ids. */
  id: Scalars['ID']['input'];
  /** Whose trays it comes into, whether or not they may use the object: name nobody who may not see it. Never the actor's own. At most 1,000. */
  notify?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** To what. Where it is a conversation, the act is in timelines of those alone who may use it. Left out: to nothing that has an id. */
  objectId?: InputMaybe<Scalars['ID']['input']>;
  /** What kind of thing that is, in the words of the host: post, track. 1 to 128 characters. */
  objectType?: InputMaybe<Scalars['String']['input']>;
  /** What to show of it: a comment's words, an emoji. At most 500 characters; line breaks and tabs are allowed, other control characters are not. */
  text?: InputMaybe<Scalars['String']['input']>;
  /** like, comment, follow, repost, post, or the host's own: 1 to 32 of a–z, 0–9, _. */
  verb: Scalars['String']['input'];
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

export type Count = {
  name: Scalars['String']['output'];
  value: Scalars['Int']['output'];
};

export type CountInput = {
  /** likes, comments, reposts, or a word of the host: 1 to 128 characters. An object has at most 10. */
  name: Scalars['String']['input'];
  /** How many there are now. A whole number of 32 bits. */
  value: Scalars['Int']['input'];
};

/** What the host counts of one object. `asOf` orders two answers, as in `Presence`. */
export type Counts = {
  all: Array<Count>;
  asOf: Scalars['DateTime']['output'];
  /** One of them; null where the host never put it, or not for long (see `putCounts`). */
  count?: Maybe<Scalars['Int']['output']>;
  /** The object's id, under the name that normalising caches look for. */
  id: Scalars['ID']['output'];
  objectId: Scalars['ID']['output'];
};


/** What the host counts of one object. `asOf` orders two answers, as in `Presence`. */
export type CountsCountArgs = {
  name: Scalars['String']['input'];
};

export type CountsInput = {
  /** Each name once. Names that are left out stay as they are. */
  counts: Array<CountInput>;
  objectId: Scalars['ID']['input'];
  /** Grows with every change of this object's counts in the host's database: a row version, `updated_at` in milliseconds. Decimal digits, at most 9223372036854775807. */
  version: Scalars['String']['input'];
};

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
  /** The places at which the session is: one that is missing ended with the right to it, and may be entered again. */
  places: Array<Scalars['ID']['output']>;
  sessionId: Scalars['ID']['output'];
};

export type HeartbeatInput = {
  device?: InputMaybe<DeviceType>;
  /** True when nobody has touched the device for a while, or the app is in the background. */
  idle?: Scalars['Boolean']['input'];
  /** The session to renew, chosen as in SetPresenceInput. */
  sessionId?: InputMaybe<Scalars['ID']['input']>;
};

/**
 * Who is at a place: has it open, is in the call, looks at the post. A place is a conversation. Listed are those whom the
 * caller may see; nobody who is seen OFFLINE is listed or counted.
 */
export type Here = {
  approximate: Scalars['Boolean']['output'];
  asOf: Scalars['DateTime']['output'];
  conversationId: Scalars['ID']['output'];
  /** Exact up to 200 whom the caller may see; beyond, of all who are seen live, rounded to two digits. */
  count: Scalars['Int']['output'];
  /** The conversation's id, under the name that normalising caches look for. */
  id: Scalars['ID']['output'];
  /** The first 200, by id, whom the caller may see. */
  people: Array<Presence>;
};

/** What changed at a place, at most one in BROADCAST_INTERVAL. `here { people }` is the whole; `came` and `went` are enough. */
export type HereChange = {
  came: Array<Presence>;
  here: Here;
  went: Array<Scalars['ID']['output']>;
};

/** The totals of the caller's tray, under one id a user. */
export type Inbox = {
  asOf: Scalars['DateTime']['output'];
  id: Scalars['ID']['output'];
  /** Decimal digits; grows with every change of the tray that its owner can see. Give it back as `upTo` and `after`. */
  revision: Scalars['String']['output'];
  /** Notices, not acts, that are unread; at most 1,000. */
  unread: Scalars['Int']['output'];
  /** Those of them that came after the last `markSeen`: the badge. */
  unseen: Scalars['Int']['output'];
};

export type InboxChange = {
  inbox: Inbox;
  /** Those that came, grew, were read on another device, or went: as they are now, the latest first, at most 50. */
  notices: Array<Notice>;
  /** More changed than are listed: query again. */
  partial: Scalars['Boolean']['output'];
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
   * This session is at a place, until `leave` or its own end (grace included: a reload is not seen). At most 3 places a
   * session; the longest ago is left. Errors: NOT_FOUND as for `here`; RATE_LIMITED; FORBIDDEN to service tokens.
   */
  enter: Here;
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
  /** False where the session was not there. Errors: RATE_LIMITED; FORBIDDEN to service tokens. */
  leave: Scalars['Boolean']['output'];
  /**
   * Reads the given notices, or all, as they were at the revision `upTo`: one that grew since stays unread.
   * Errors: BAD_USER_INPUT for an `upTo` that is no revision, and beyond 1,000 ids; FORBIDDEN to service tokens; RATE_LIMITED.
   */
  markRead: Inbox;
  /**
   * The badge goes out, on every device. Errors: BAD_USER_INPUT for an `upTo` that is no revision; FORBIDDEN to service tokens;
   * RATE_LIMITED.
   */
  markSeen: Inbox;
  /**
   * No notices and no acts of that user, or about that object, until unmuted. Nobody is told. True, whether or not there is
   * such a user or object.
   * Errors: BAD_USER_INPUT for none of the two, for both, and beyond 10,000 mutes; FORBIDDEN to service tokens; RATE_LIMITED.
   */
  mute: Scalars['Boolean']['output'];
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
   * With an owner and an audience, who is in that audience of the owner may use it, beside the owner and the members; with an
   * owner alone, the owner and the members. Never who is blocked either way with the owner. Beside `open: true` the audience
   * says nothing. All of it is replaced at each call. Errors: FORBIDDEN unless the token has the scope `service`; BAD_USER_INPUT beyond 5,000 members, and for an `audience` without an owner.
   */
  putConversation: Scalars['Boolean']['output'];
  /**
   * Sets counts, unless they were set with a later version. At most 1,000. Returns how many moved.
   * Counts of an object of which none changed for 90 days are removed: put them again, with whatever version.
   * Errors: FORBIDDEN unless the token has the scope `service`; BAD_USER_INPUT beyond 1,000 objects and 10 counts an object,
   * and for a name or version that is malformed: then nothing is set.
   */
  putCounts: Scalars['Int']['output'];
  /**
   * Removes follows in bulk. Returns how many there were.
   * Errors: FORBIDDEN unless the token has the scope `service`; BAD_USER_INPUT beyond 1,000 items.
   */
  removeFollows: Scalars['Int']['output'];
  /**
   * Takes acts back, wherever they show. Told again, they are back in their place, and notify nobody twice. Returns how many were there.
   * Errors: FORBIDDEN unless the token has the scope `service`; BAD_USER_INPUT beyond 1,000 ids.
   */
  retract: Scalars['Int']['output'];
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
  /**
   * Tells what happened. What was told before changes nothing. At most 1,000. Returns how many were new or came back
   * after `retract`, also of those that nobody sees, as about a conversation that was deleted. Calls about one act go one after the
   * other: a `tell` that comes late, after its `retract`, brings the act back.
   * Errors: FORBIDDEN unless the token has the scope `service`; BAD_USER_INPUT beyond 1,000 acts or 10,000 recipients, and for what is too long or malformed: then nothing is told.
   */
  tell: Scalars['Int']['output'];
  /** True, whether or not there is such a user. Errors: FORBIDDEN to service tokens; RATE_LIMITED. */
  unblock: Scalars['Boolean']['output'];
  /**
   * True, whether or not there is such a user.
   * Errors: FORBIDDEN where the host keeps follows to itself, and to service tokens; RATE_LIMITED.
   */
  unfollow: Scalars['Boolean']['output'];
  /** True, whether or not it was muted. Errors: BAD_USER_INPUT as for `mute`; FORBIDDEN to service tokens; RATE_LIMITED. */
  unmute: Scalars['Boolean']['output'];
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
export type MutationEnterArgs = {
  conversationId: Scalars['ID']['input'];
  sessionId?: InputMaybe<Scalars['ID']['input']>;
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
export type MutationLeaveArgs = {
  conversationId: Scalars['ID']['input'];
  sessionId?: InputMaybe<Scalars['ID']['input']>;
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationMarkReadArgs = {
  noticeIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  upTo: Scalars['String']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationMarkSeenArgs = {
  upTo: Scalars['String']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationMuteArgs = {
  objectId?: InputMaybe<Scalars['ID']['input']>;
  userId?: InputMaybe<Scalars['ID']['input']>;
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
  audience?: InputMaybe<Audience>;
  id: Scalars['ID']['input'];
  memberIds: Array<Scalars['ID']['input']>;
  open?: Scalars['Boolean']['input'];
  ownerId?: InputMaybe<Scalars['ID']['input']>;
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 *
 * Mutations of users are limited: RATE_LIMITED tells in `retryAfterMs` when to try again. Those of a token with the
 * scope `service` are not.
 */
export type MutationPutCountsArgs = {
  counts: Array<CountsInput>;
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
export type MutationRetractArgs = {
  actIds: Array<Scalars['ID']['input']>;
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
export type MutationTellArgs = {
  acts: Array<ActInput>;
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
export type MutationUnmuteArgs = {
  objectId?: InputMaybe<Scalars['ID']['input']>;
  userId?: InputMaybe<Scalars['ID']['input']>;
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

/**
 * One line of the caller's tray: an act that the caller was named in, and those of the same group that came while it was
 * unread. Reading closes it: what comes afterwards is another notice.
 */
export type Notice = {
  /** How many did it, each once, without those whom the caller does not see: exact. */
  actorCount: Scalars['Int']['output'];
  /** Who did it, the latest first, each once; at most 3. The others are in `noticeActs`. */
  actors: Array<User>;
  at: Scalars['DateTime']['output'];
  /** As `Act.gone`: every act of it was taken back or hidden. */
  gone: Scalars['Boolean']['output'];
  id: Scalars['ID']['output'];
  isRead: Scalars['Boolean']['output'];
  /** The latest act. */
  latest: Act;
  objectId?: Maybe<Scalars['ID']['output']>;
  objectType?: Maybe<Scalars['String']['output']>;
  /** The tray's revision at its latest act that the owner sees: the order of the tray. Reading, retracting and blocking do not move it. */
  position: Scalars['String']['output'];
  verb: Scalars['String']['output'];
};

export type NoticeConnection = {
  edges: Array<NoticeEdge>;
  pageInfo: PageInfo;
};

export type NoticeEdge = {
  cursor: Scalars['String']['output'];
  node: Notice;
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

/**
 * A user was seen with this status on this device from `from` until `to`. A user on two devices has a span of each; while
 * nobody sees the user live there is none.
 */
export type PresenceSpan = {
  device: DeviceType;
  from: Scalars['DateTime']['output'];
  /** As others saw it: never INVISIBLE or OFFLINE. */
  status: PresenceStatus;
  /** Null while it goes on. */
  to?: Maybe<Scalars['DateTime']['output']>;
  userId: Scalars['ID']['output'];
};

export type PresenceSpanConnection = {
  edges: Array<PresenceSpanEdge>;
  pageInfo: PageInfo;
};

export type PresenceSpanEdge = {
  cursor: Scalars['String']['output'];
  node: PresenceSpan;
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
   * In the order given, without those that the caller may not see; of what was not put, or not for long (see
   * `putCounts`), with no counts. At most 200.
   * Errors: BAD_USER_INPUT beyond 200 ids; RATE_LIMITED.
   */
  counts: Array<Counts>;
  /**
   * Whom the caller follows, by id, whether or not there is such a user. `name` and `avatarUrl` are null for a user whom the
   * caller may not see. `first` is 1 to 500. Errors: FORBIDDEN to service tokens; BAD_USER_INPUT for a `first` outside of that, or an `after` that is no
   * cursor of this field; RATE_LIMITED.
   */
  following: UserConnection;
  /** Who is at a place now. Errors: NOT_FOUND unless the caller is a member, or the conversation is open to them; RATE_LIMITED. */
  here: Here;
  /** The totals of the caller's tray. Errors: FORBIDDEN to service tokens; RATE_LIMITED. */
  inbox: Inbox;
  /** The caller. Errors: FORBIDDEN to service tokens, which are no user. */
  me: Me;
  /** Every act of a notice that the caller sees, the latest first: who the 12 others are. Errors: NOT_FOUND; BAD_USER_INPUT as for `notices`; FORBIDDEN to service tokens; RATE_LIMITED. */
  noticeActs: ActConnection;
  /**
   * The latest first. `first` is 1 to 100.
   * Errors: FORBIDDEN to service tokens; BAD_USER_INPUT for a `first` outside of that, or an `after` that is no cursor of this field;
   * RATE_LIMITED.
   */
  notices: NoticeConnection;
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
   * When a user was seen, and how: the spans that overlap `from` (inclusive) to `to` (exclusive), by their beginnings,
   * for the host's back end: a token with the scope `service`. None of a user who does not exist. Spans are kept for
   * PRESENCE_HISTORY after their end, and are there a second or two after it happened. `first` is 1 to 500.
   * Errors: FORBIDDEN to everybody else; NOT_FOUND where the server keeps no history; BAD_USER_INPUT for a `first` outside of
   * that, an `after` that is no cursor of this field, and a `to` that is not after `from` or more than 366 days later.
   */
  presenceHistory: PresenceSpanConnection;
  /**
   * The users whom the caller watches by default: those the caller follows and members of the caller's circles,
   * without those whom the caller may not see; with `statuses`, those alone whom the caller sees so. Live ones first, then
   * by id. `first` is 1 to 500. Errors: BAD_USER_INPUT for a `first` outside of that, or an `after` that is no cursor of
   * this field; RATE_LIMITED.
   */
  roster: PresenceConnection;
  /**
   * What those on the caller's roster did, as far as the caller may see it, the latest first. `first` is 1 to 100.
   * Errors: FORBIDDEN to service tokens; BAD_USER_INPUT for a `first` outside of that, or an `after` that is no cursor of this
   * field; RATE_LIMITED.
   */
  timeline: ActConnection;
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
export type QueryCountsArgs = {
  objectIds: Array<Scalars['ID']['input']>;
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
export type QueryHereArgs = {
  conversationId: Scalars['ID']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 */
export type QueryNoticeActsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  noticeId: Scalars['ID']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 */
export type QueryNoticesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  unreadOnly?: Scalars['Boolean']['input'];
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
export type QueryPresenceHistoryArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  from: Scalars['DateTime']['input'];
  to: Scalars['DateTime']['input'];
  userId: Scalars['ID']['input'];
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
export type QueryTimelineArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
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
   * Counts as they change; begins with the present ones. At most 200 objects, 1,000 a connection.
   * Errors: BAD_USER_INPUT beyond these, and beyond 50 subscriptions a connection; RATE_LIMITED.
   */
  countsChanged: Counts;
  /**
   * Who comes and goes; begins with all who are here, as `came`. Errors: NOT_FOUND as for `here`; BAD_USER_INPUT beyond 50
   * subscriptions a connection; RATE_LIMITED.
   */
  hereChanged: HereChange;
  /**
   * The caller's tray as it changes. Begins with what changed after the revision `after`, or with the totals alone.
   * Errors: FORBIDDEN to service tokens; BAD_USER_INPUT for an `after` that is no revision, and beyond 50 subscriptions and
   * 5,000 watched users a connection, of whom the caller is one here; RATE_LIMITED.
   */
  inboxChanged: InboxChange;
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
   * What those on the caller's roster do, from now on; ends each with `gone` where it is taken back or hidden.
   * Errors: FORBIDDEN to service tokens; BAD_USER_INPUT beyond 50 subscriptions and 5,000 watched users a connection;
   * RATE_LIMITED.
   */
  timelineChanged: Act;
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
export type SubscriptionCountsChangedArgs = {
  objectIds: Array<Scalars['ID']['input']>;
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 */
export type SubscriptionHereChangedArgs = {
  conversationId: Scalars['ID']['input'];
};


/**
 * Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
 * characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after `retryAfterMs`) and
 * INTERNAL (quote the `requestId`). Errors beyond these are named at the field.
 */
export type SubscriptionInboxChangedArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
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
  /** As the caller may see it; null where the caller may not see the user. Beside a notice, an act, a typist. */
  presence?: Maybe<Presence>;
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

export type ActFieldsFragment = { id: string, verb: string, objectId?: string | null, objectType?: string | null, text?: string | null, data?: string | null, at: string, gone: boolean, actor: { id: string, name?: string | null, avatarUrl?: string | null } };

export type TimelineQueryVariables = Exact<{
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type TimelineQuery = { timeline: { edges: Array<{ cursor: string, node: { id: string, verb: string, objectId?: string | null, objectType?: string | null, text?: string | null, data?: string | null, at: string, gone: boolean, actor: { id: string, name?: string | null, avatarUrl?: string | null, presence?: { id: string, userId: string, status: PresenceStatus, devices: Array<DeviceType>, lastSeen?: string | null, asOf: string, user: { id: string, name?: string | null, avatarUrl?: string | null }, statusMessage?: { text: string, emoji?: string | null, expiresAt?: string | null } | null, activities: Array<{ type: ActivityType, name: string, details?: string | null, startedAt: string, expiresAt?: string | null }> } | null } } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor?: string | null, endCursor?: string | null } } };

export type TimelineChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type TimelineChangedSubscription = { timelineChanged: { id: string, verb: string, objectId?: string | null, objectType?: string | null, text?: string | null, data?: string | null, at: string, gone: boolean, actor: { id: string, name?: string | null, avatarUrl?: string | null } } };

export type CountsFieldsFragment = { id: string, objectId: string, asOf: string, all: Array<{ name: string, value: number }> };

export type CountsQueryVariables = Exact<{
  objectIds: Array<Scalars['ID']['input']> | Scalars['ID']['input'];
}>;


export type CountsQuery = { counts: Array<{ id: string, objectId: string, asOf: string, all: Array<{ name: string, value: number }> }> };

export type CountsChangedSubscriptionVariables = Exact<{
  objectIds: Array<Scalars['ID']['input']> | Scalars['ID']['input'];
}>;


export type CountsChangedSubscription = { countsChanged: { id: string, objectId: string, asOf: string, all: Array<{ name: string, value: number }> } };

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
  ownerId?: InputMaybe<Scalars['ID']['input']>;
  audience?: InputMaybe<Audience>;
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

export type TellMutationVariables = Exact<{
  acts: Array<ActInput> | ActInput;
}>;


export type TellMutation = { tell: number };

export type RetractMutationVariables = Exact<{
  actIds: Array<Scalars['ID']['input']> | Scalars['ID']['input'];
}>;


export type RetractMutation = { retract: number };

export type PutCountsMutationVariables = Exact<{
  counts: Array<CountsInput> | CountsInput;
}>;


export type PutCountsMutation = { putCounts: number };

export type PresenceHistoryQueryVariables = Exact<{
  userId: Scalars['ID']['input'];
  from: Scalars['DateTime']['input'];
  to: Scalars['DateTime']['input'];
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type PresenceHistoryQuery = { presenceHistory: { edges: Array<{ cursor: string, node: { userId: string, device: DeviceType, status: PresenceStatus, from: string, to?: string | null } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor?: string | null, endCursor?: string | null } } };

export type NoticeFieldsFragment = { id: string, verb: string, objectId?: string | null, objectType?: string | null, actorCount: number, at: string, isRead: boolean, position: string, gone: boolean, actors: Array<{ id: string, name?: string | null, avatarUrl?: string | null }>, latest: { id: string, verb: string, objectId?: string | null, objectType?: string | null, text?: string | null, data?: string | null, at: string, gone: boolean, actor: { id: string, name?: string | null, avatarUrl?: string | null } } };

export type InboxFieldsFragment = { id: string, unread: number, unseen: number, revision: string, asOf: string };

export type InboxQueryVariables = Exact<{ [key: string]: never; }>;


export type InboxQuery = { inbox: { id: string, unread: number, unseen: number, revision: string, asOf: string } };

export type NoticesQueryVariables = Exact<{
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  unreadOnly?: Scalars['Boolean']['input'];
}>;


export type NoticesQuery = { notices: { edges: Array<{ cursor: string, node: { id: string, verb: string, objectId?: string | null, objectType?: string | null, actorCount: number, at: string, isRead: boolean, position: string, gone: boolean, actors: Array<{ id: string, name?: string | null, avatarUrl?: string | null, presence?: { id: string, userId: string, status: PresenceStatus, devices: Array<DeviceType>, lastSeen?: string | null, asOf: string, user: { id: string, name?: string | null, avatarUrl?: string | null }, statusMessage?: { text: string, emoji?: string | null, expiresAt?: string | null } | null, activities: Array<{ type: ActivityType, name: string, details?: string | null, startedAt: string, expiresAt?: string | null }> } | null }>, latest: { id: string, verb: string, objectId?: string | null, objectType?: string | null, text?: string | null, data?: string | null, at: string, gone: boolean, actor: { id: string, name?: string | null, avatarUrl?: string | null } } } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor?: string | null, endCursor?: string | null } } };

export type NoticeActsQueryVariables = Exact<{
  noticeId: Scalars['ID']['input'];
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type NoticeActsQuery = { noticeActs: { edges: Array<{ cursor: string, node: { id: string, verb: string, objectId?: string | null, objectType?: string | null, text?: string | null, data?: string | null, at: string, gone: boolean, actor: { id: string, name?: string | null, avatarUrl?: string | null } } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor?: string | null, endCursor?: string | null } } };

export type MarkSeenMutationVariables = Exact<{
  upTo: Scalars['String']['input'];
}>;


export type MarkSeenMutation = { markSeen: { id: string, unread: number, unseen: number, revision: string, asOf: string } };

export type MarkReadMutationVariables = Exact<{
  upTo: Scalars['String']['input'];
  noticeIds?: InputMaybe<Array<Scalars['ID']['input']> | Scalars['ID']['input']>;
}>;


export type MarkReadMutation = { markRead: { id: string, unread: number, unseen: number, revision: string, asOf: string } };

export type MuteMutationVariables = Exact<{
  userId?: InputMaybe<Scalars['ID']['input']>;
  objectId?: InputMaybe<Scalars['ID']['input']>;
}>;


export type MuteMutation = { mute: boolean };

export type UnmuteMutationVariables = Exact<{
  userId?: InputMaybe<Scalars['ID']['input']>;
  objectId?: InputMaybe<Scalars['ID']['input']>;
}>;


export type UnmuteMutation = { unmute: boolean };

export type InboxChangedSubscriptionVariables = Exact<{
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type InboxChangedSubscription = { inboxChanged: { partial: boolean, inbox: { id: string, unread: number, unseen: number, revision: string, asOf: string }, notices: Array<{ id: string, verb: string, objectId?: string | null, objectType?: string | null, actorCount: number, at: string, isRead: boolean, position: string, gone: boolean, actors: Array<{ id: string, name?: string | null, avatarUrl?: string | null }>, latest: { id: string, verb: string, objectId?: string | null, objectType?: string | null, text?: string | null, data?: string | null, at: string, gone: boolean, actor: { id: string, name?: string | null, avatarUrl?: string | null } } }> } };

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

export type HereFieldsFragment = { id: string, conversationId: string, count: number, approximate: boolean, asOf: string, people: Array<{ id: string, userId: string, status: PresenceStatus, devices: Array<DeviceType>, lastSeen?: string | null, asOf: string, user: { id: string, name?: string | null, avatarUrl?: string | null }, statusMessage?: { text: string, emoji?: string | null, expiresAt?: string | null } | null, activities: Array<{ type: ActivityType, name: string, details?: string | null, startedAt: string, expiresAt?: string | null }> }> };

export type HereQueryVariables = Exact<{
  conversationId: Scalars['ID']['input'];
}>;


export type HereQuery = { here: { id: string, conversationId: string, count: number, approximate: boolean, asOf: string, people: Array<{ id: string, userId: string, status: PresenceStatus, devices: Array<DeviceType>, lastSeen?: string | null, asOf: string, user: { id: string, name?: string | null, avatarUrl?: string | null }, statusMessage?: { text: string, emoji?: string | null, expiresAt?: string | null } | null, activities: Array<{ type: ActivityType, name: string, details?: string | null, startedAt: string, expiresAt?: string | null }> }> } };

export type EnterMutationVariables = Exact<{
  conversationId: Scalars['ID']['input'];
  sessionId?: InputMaybe<Scalars['ID']['input']>;
}>;


export type EnterMutation = { enter: { id: string, conversationId: string, count: number, approximate: boolean, asOf: string, people: Array<{ id: string, userId: string, status: PresenceStatus, devices: Array<DeviceType>, lastSeen?: string | null, asOf: string, user: { id: string, name?: string | null, avatarUrl?: string | null }, statusMessage?: { text: string, emoji?: string | null, expiresAt?: string | null } | null, activities: Array<{ type: ActivityType, name: string, details?: string | null, startedAt: string, expiresAt?: string | null }> }> } };

export type LeaveMutationVariables = Exact<{
  conversationId: Scalars['ID']['input'];
  sessionId?: InputMaybe<Scalars['ID']['input']>;
}>;


export type LeaveMutation = { leave: boolean };

export type HereChangedSubscriptionVariables = Exact<{
  conversationId: Scalars['ID']['input'];
}>;


export type HereChangedSubscription = { hereChanged: { went: Array<string>, here: { id: string, conversationId: string, count: number, approximate: boolean, asOf: string }, came: Array<{ id: string, userId: string, status: PresenceStatus, devices: Array<DeviceType>, lastSeen?: string | null, asOf: string, user: { id: string, name?: string | null, avatarUrl?: string | null }, statusMessage?: { text: string, emoji?: string | null, expiresAt?: string | null } | null, activities: Array<{ type: ActivityType, name: string, details?: string | null, startedAt: string, expiresAt?: string | null }> }> } };

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


export type HeartbeatMutation = { heartbeat: { sessionId: string, expiresAt: string, intervalSeconds: number, places: Array<string> } };

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

export const CountsFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CountsFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Counts"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"objectId"}},{"kind":"Field","name":{"kind":"Name","value":"all"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<CountsFieldsFragment, unknown>;
export const UserFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}}]} as unknown as DocumentNode<UserFieldsFragment, unknown>;
export const ActFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ActFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Act"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verb"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"objectId"}},{"kind":"Field","name":{"kind":"Name","value":"objectType"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"data"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"gone"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}}]} as unknown as DocumentNode<ActFieldsFragment, unknown>;
export const NoticeFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"NoticeFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Notice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verb"}},{"kind":"Field","name":{"kind":"Name","value":"objectId"}},{"kind":"Field","name":{"kind":"Name","value":"objectType"}},{"kind":"Field","name":{"kind":"Name","value":"actors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"actorCount"}},{"kind":"Field","name":{"kind":"Name","value":"latest"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ActFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"isRead"}},{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"gone"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ActFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Act"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verb"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"objectId"}},{"kind":"Field","name":{"kind":"Name","value":"objectType"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"data"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"gone"}}]}}]} as unknown as DocumentNode<NoticeFieldsFragment, unknown>;
export const InboxFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InboxFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Inbox"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"unread"}},{"kind":"Field","name":{"kind":"Name","value":"unseen"}},{"kind":"Field","name":{"kind":"Name","value":"revision"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<InboxFieldsFragment, unknown>;
export const PageFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<PageFieldsFragment, unknown>;
export const PresenceFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}}]} as unknown as DocumentNode<PresenceFieldsFragment, unknown>;
export const HereFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"HereFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Here"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"conversationId"}},{"kind":"Field","name":{"kind":"Name","value":"people"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"approximate"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<HereFieldsFragment, unknown>;
export const PrivacyFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PrivacyFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Privacy"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"activity"}}]}}]} as unknown as DocumentNode<PrivacyFieldsFragment, unknown>;
export const SessionFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SessionFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Session"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"device"}},{"kind":"Field","name":{"kind":"Name","value":"idle"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<SessionFieldsFragment, unknown>;
export const MeFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MeFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Me"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"presence"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"chosenStatus"}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PrivacyFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sessions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SessionFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PrivacyFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Privacy"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"activity"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SessionFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Session"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"device"}},{"kind":"Field","name":{"kind":"Name","value":"idle"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<MeFieldsFragment, unknown>;
export const TypingFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TypingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Typing"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"conversationId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"isTyping"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}}]} as unknown as DocumentNode<TypingFieldsFragment, unknown>;
export const TimelineDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Timeline"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"20"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"timeline"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ActFields"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"presence"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PageFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ActFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Act"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verb"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"objectId"}},{"kind":"Field","name":{"kind":"Name","value":"objectType"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"data"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"gone"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<TimelineQuery, TimelineQueryVariables>;
export const TimelineChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"TimelineChanged"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"timelineChanged"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ActFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ActFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Act"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verb"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"objectId"}},{"kind":"Field","name":{"kind":"Name","value":"objectType"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"data"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"gone"}}]}}]} as unknown as DocumentNode<TimelineChangedSubscription, TimelineChangedSubscriptionVariables>;
export const CountsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Counts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"objectIds"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"counts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"objectIds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"objectIds"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CountsFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CountsFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Counts"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"objectId"}},{"kind":"Field","name":{"kind":"Name","value":"all"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<CountsQuery, CountsQueryVariables>;
export const CountsChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"CountsChanged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"objectIds"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"countsChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"objectIds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"objectIds"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CountsFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CountsFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Counts"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"objectId"}},{"kind":"Field","name":{"kind":"Name","value":"all"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<CountsChangedSubscription, CountsChangedSubscriptionVariables>;
export const OnlineDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Online"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"100"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"online"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PageFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<OnlineQuery, OnlineQueryVariables>;
export const UpsertUsersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpsertUsers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"users"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UserInput"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"upsertUsers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"users"},"value":{"kind":"Variable","name":{"kind":"Name","value":"users"}}}]}]}}]} as unknown as DocumentNode<UpsertUsersMutation, UpsertUsersMutationVariables>;
export const DeleteUserDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteUser"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteUser"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}]}]}}]} as unknown as DocumentNode<DeleteUserMutation, DeleteUserMutationVariables>;
export const AddFollowsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddFollows"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"follows"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"FollowInput"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addFollows"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"follows"},"value":{"kind":"Variable","name":{"kind":"Name","value":"follows"}}}]}]}}]} as unknown as DocumentNode<AddFollowsMutation, AddFollowsMutationVariables>;
export const RemoveFollowsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RemoveFollows"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"follows"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"FollowInput"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"removeFollows"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"follows"},"value":{"kind":"Variable","name":{"kind":"Name","value":"follows"}}}]}]}}]} as unknown as DocumentNode<RemoveFollowsMutation, RemoveFollowsMutationVariables>;
export const PutCircleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PutCircle"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"memberIds"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"putCircle"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"memberIds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"memberIds"}}}]}]}}]} as unknown as DocumentNode<PutCircleMutation, PutCircleMutationVariables>;
export const DeleteCircleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteCircle"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteCircle"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}]}]}}]} as unknown as DocumentNode<DeleteCircleMutation, DeleteCircleMutationVariables>;
export const PutConversationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PutConversation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"memberIds"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"open"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},"defaultValue":{"kind":"BooleanValue","value":false}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"ownerId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"audience"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Audience"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"putConversation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"memberIds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"memberIds"}}},{"kind":"Argument","name":{"kind":"Name","value":"open"},"value":{"kind":"Variable","name":{"kind":"Name","value":"open"}}},{"kind":"Argument","name":{"kind":"Name","value":"ownerId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"ownerId"}}},{"kind":"Argument","name":{"kind":"Name","value":"audience"},"value":{"kind":"Variable","name":{"kind":"Name","value":"audience"}}}]}]}}]} as unknown as DocumentNode<PutConversationMutation, PutConversationMutationVariables>;
export const DeleteConversationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteConversation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteConversation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}]}]}}]} as unknown as DocumentNode<DeleteConversationMutation, DeleteConversationMutationVariables>;
export const PutActivityDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PutActivity"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"source"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"activities"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ActivityInput"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"putActivity"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}},{"kind":"Argument","name":{"kind":"Name","value":"source"},"value":{"kind":"Variable","name":{"kind":"Name","value":"source"}}},{"kind":"Argument","name":{"kind":"Name","value":"activities"},"value":{"kind":"Variable","name":{"kind":"Name","value":"activities"}}}]}]}}]} as unknown as DocumentNode<PutActivityMutation, PutActivityMutationVariables>;
export const TellDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Tell"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"acts"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ActInput"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tell"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"acts"},"value":{"kind":"Variable","name":{"kind":"Name","value":"acts"}}}]}]}}]} as unknown as DocumentNode<TellMutation, TellMutationVariables>;
export const RetractDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Retract"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"actIds"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retract"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"actIds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"actIds"}}}]}]}}]} as unknown as DocumentNode<RetractMutation, RetractMutationVariables>;
export const PutCountsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PutCounts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"counts"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CountsInput"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"putCounts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"counts"},"value":{"kind":"Variable","name":{"kind":"Name","value":"counts"}}}]}]}}]} as unknown as DocumentNode<PutCountsMutation, PutCountsMutationVariables>;
export const PresenceHistoryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PresenceHistory"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"from"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"to"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"100"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"presenceHistory"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}},{"kind":"Argument","name":{"kind":"Name","value":"from"},"value":{"kind":"Variable","name":{"kind":"Name","value":"from"}}},{"kind":"Argument","name":{"kind":"Name","value":"to"},"value":{"kind":"Variable","name":{"kind":"Name","value":"to"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"device"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"from"}},{"kind":"Field","name":{"kind":"Name","value":"to"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PageFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<PresenceHistoryQuery, PresenceHistoryQueryVariables>;
export const InboxDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Inbox"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"inbox"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InboxFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InboxFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Inbox"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"unread"}},{"kind":"Field","name":{"kind":"Name","value":"unseen"}},{"kind":"Field","name":{"kind":"Name","value":"revision"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<InboxQuery, InboxQueryVariables>;
export const NoticesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Notices"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"20"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"unreadOnly"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},"defaultValue":{"kind":"BooleanValue","value":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"notices"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"unreadOnly"},"value":{"kind":"Variable","name":{"kind":"Name","value":"unreadOnly"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"NoticeFields"}},{"kind":"Field","name":{"kind":"Name","value":"actors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"presence"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PageFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ActFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Act"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verb"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"objectId"}},{"kind":"Field","name":{"kind":"Name","value":"objectType"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"data"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"gone"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"NoticeFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Notice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verb"}},{"kind":"Field","name":{"kind":"Name","value":"objectId"}},{"kind":"Field","name":{"kind":"Name","value":"objectType"}},{"kind":"Field","name":{"kind":"Name","value":"actors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"actorCount"}},{"kind":"Field","name":{"kind":"Name","value":"latest"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ActFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"isRead"}},{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"gone"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<NoticesQuery, NoticesQueryVariables>;
export const NoticeActsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"NoticeActs"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"noticeId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"20"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"noticeActs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"noticeId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"noticeId"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ActFields"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PageFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ActFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Act"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verb"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"objectId"}},{"kind":"Field","name":{"kind":"Name","value":"objectType"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"data"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"gone"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<NoticeActsQuery, NoticeActsQueryVariables>;
export const MarkSeenDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"MarkSeen"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"upTo"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"markSeen"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"upTo"},"value":{"kind":"Variable","name":{"kind":"Name","value":"upTo"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InboxFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InboxFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Inbox"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"unread"}},{"kind":"Field","name":{"kind":"Name","value":"unseen"}},{"kind":"Field","name":{"kind":"Name","value":"revision"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<MarkSeenMutation, MarkSeenMutationVariables>;
export const MarkReadDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"MarkRead"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"upTo"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"noticeIds"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"markRead"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"upTo"},"value":{"kind":"Variable","name":{"kind":"Name","value":"upTo"}}},{"kind":"Argument","name":{"kind":"Name","value":"noticeIds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"noticeIds"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InboxFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InboxFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Inbox"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"unread"}},{"kind":"Field","name":{"kind":"Name","value":"unseen"}},{"kind":"Field","name":{"kind":"Name","value":"revision"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<MarkReadMutation, MarkReadMutationVariables>;
export const MuteDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Mute"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"objectId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mute"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}},{"kind":"Argument","name":{"kind":"Name","value":"objectId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"objectId"}}}]}]}}]} as unknown as DocumentNode<MuteMutation, MuteMutationVariables>;
export const UnmuteDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Unmute"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"objectId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unmute"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}},{"kind":"Argument","name":{"kind":"Name","value":"objectId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"objectId"}}}]}]}}]} as unknown as DocumentNode<UnmuteMutation, UnmuteMutationVariables>;
export const InboxChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"InboxChanged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"inboxChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"inbox"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InboxFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notices"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"NoticeFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"partial"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ActFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Act"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verb"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"objectId"}},{"kind":"Field","name":{"kind":"Name","value":"objectType"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"data"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"gone"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InboxFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Inbox"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"unread"}},{"kind":"Field","name":{"kind":"Name","value":"unseen"}},{"kind":"Field","name":{"kind":"Name","value":"revision"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"NoticeFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Notice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verb"}},{"kind":"Field","name":{"kind":"Name","value":"objectId"}},{"kind":"Field","name":{"kind":"Name","value":"objectType"}},{"kind":"Field","name":{"kind":"Name","value":"actors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"actorCount"}},{"kind":"Field","name":{"kind":"Name","value":"latest"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ActFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"isRead"}},{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"gone"}}]}}]} as unknown as DocumentNode<InboxChangedSubscription, InboxChangedSubscriptionVariables>;
export const FollowingDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Following"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"50"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"following"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PageFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<FollowingQuery, FollowingQueryVariables>;
export const BlockedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Blocked"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"50"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"blocked"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PageFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<BlockedQuery, BlockedQueryVariables>;
export const FollowDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Follow"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"follow"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}]}]}}]} as unknown as DocumentNode<FollowMutation, FollowMutationVariables>;
export const UnfollowDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Unfollow"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unfollow"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}]}]}}]} as unknown as DocumentNode<UnfollowMutation, UnfollowMutationVariables>;
export const BlockDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Block"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"block"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}]}]}}]} as unknown as DocumentNode<BlockMutation, BlockMutationVariables>;
export const UnblockDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Unblock"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unblock"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}]}]}}]} as unknown as DocumentNode<UnblockMutation, UnblockMutationVariables>;
export const HereDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Here"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"conversationId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"here"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"conversationId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"conversationId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"HereFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"HereFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Here"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"conversationId"}},{"kind":"Field","name":{"kind":"Name","value":"people"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"approximate"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<HereQuery, HereQueryVariables>;
export const EnterDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Enter"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"conversationId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"sessionId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"enter"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"conversationId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"conversationId"}}},{"kind":"Argument","name":{"kind":"Name","value":"sessionId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"sessionId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"HereFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"HereFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Here"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"conversationId"}},{"kind":"Field","name":{"kind":"Name","value":"people"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"approximate"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<EnterMutation, EnterMutationVariables>;
export const LeaveDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Leave"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"conversationId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"sessionId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"leave"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"conversationId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"conversationId"}}},{"kind":"Argument","name":{"kind":"Name","value":"sessionId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"sessionId"}}}]}]}}]} as unknown as DocumentNode<LeaveMutation, LeaveMutationVariables>;
export const HereChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"HereChanged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"conversationId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hereChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"conversationId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"conversationId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"here"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"conversationId"}},{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"approximate"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"Field","name":{"kind":"Name","value":"came"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"went"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<HereChangedSubscription, HereChangedSubscriptionVariables>;
export const PresenceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Presence"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userIds"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"presence"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userIds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userIds"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}},{"kind":"Field","name":{"kind":"Name","value":"isTyping"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<PresenceQuery, PresenceQueryVariables>;
export const UserPresenceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"UserPresence"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userPresence"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}},{"kind":"Field","name":{"kind":"Name","value":"isTyping"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<UserPresenceQuery, UserPresenceQueryVariables>;
export const RosterDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Roster"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"50"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"statuses"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PresenceStatus"}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"roster"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"statuses"},"value":{"kind":"Variable","name":{"kind":"Name","value":"statuses"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PageFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<RosterQuery, RosterQueryVariables>;
export const SetPresenceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetPresence"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetPresenceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setPresence"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<SetPresenceMutation, SetPresenceMutationVariables>;
export const PresenceChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"PresenceChanged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userIds"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"snapshot"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},"defaultValue":{"kind":"BooleanValue","value":true}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"presenceChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userIds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userIds"}}},{"kind":"Argument","name":{"kind":"Name","value":"snapshot"},"value":{"kind":"Variable","name":{"kind":"Name","value":"snapshot"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]} as unknown as DocumentNode<PresenceChangedSubscription, PresenceChangedSubscriptionVariables>;
export const UpdatePrivacyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdatePrivacy"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdatePrivacyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updatePrivacy"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PrivacyFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PrivacyFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Privacy"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"activity"}}]}}]} as unknown as DocumentNode<UpdatePrivacyMutation, UpdatePrivacyMutationVariables>;
export const MeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Me"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"me"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MeFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PrivacyFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Privacy"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"activity"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SessionFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Session"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"device"}},{"kind":"Field","name":{"kind":"Name","value":"idle"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MeFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Me"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"presence"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"chosenStatus"}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PrivacyFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sessions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SessionFields"}}]}}]}}]} as unknown as DocumentNode<MeQuery, MeQueryVariables>;
export const HeartbeatDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Heartbeat"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"HeartbeatInput"}}},"defaultValue":{"kind":"ObjectValue","fields":[]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"heartbeat"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sessionId"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"intervalSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"places"}}]}}]}}]} as unknown as DocumentNode<HeartbeatMutation, HeartbeatMutationVariables>;
export const EndSessionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"EndSession"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"sessionId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"endSession"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"sessionId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"sessionId"}}}]}]}}]} as unknown as DocumentNode<EndSessionMutation, EndSessionMutationVariables>;
export const MeChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"MeChanged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"snapshot"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},"defaultValue":{"kind":"BooleanValue","value":true}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"snapshot"},"value":{"kind":"Variable","name":{"kind":"Name","value":"snapshot"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MeFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PresenceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Presence"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusMessage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"emoji"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"devices"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PrivacyFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Privacy"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"activity"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SessionFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Session"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"device"}},{"kind":"Field","name":{"kind":"Name","value":"idle"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MeFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Me"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"presence"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PresenceFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"chosenStatus"}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PrivacyFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sessions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SessionFields"}}]}}]}}]} as unknown as DocumentNode<MeChangedSubscription, MeChangedSubscriptionVariables>;
export const TypingDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Typing"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"conversationId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"typing"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"conversationId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"conversationId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TypingFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TypingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Typing"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"conversationId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"isTyping"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<TypingQuery, TypingQueryVariables>;
export const SetTypingDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetTyping"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetTypingInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setTyping"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TypingFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TypingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Typing"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"conversationId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"isTyping"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<SetTypingMutation, SetTypingMutationVariables>;
export const TypingChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"TypingChanged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"conversationId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"snapshot"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},"defaultValue":{"kind":"BooleanValue","value":true}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"typingChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"conversationId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"conversationId"}}},{"kind":"Argument","name":{"kind":"Name","value":"snapshot"},"value":{"kind":"Variable","name":{"kind":"Name","value":"snapshot"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TypingFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TypingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Typing"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"conversationId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"isTyping"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<TypingChangedSubscription, TypingChangedSubscriptionVariables>;