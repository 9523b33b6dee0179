/**
 * What the domain needs from outside. Each port is implemented by adapters that pass one contract suite
 * (`test/contract/`). Promises written here are part of the contract.
 */
import type { DurablePresence, PresenceRecord } from './types.js';
import type { Audience, Facts, Privacy } from './visibility.js';

/** What a decision about one user's record comes to. */
export interface Decision<R> {
  /** The record to commit; the very record that was given when nothing changes (nothing is then written). */
  readonly record: PresenceRecord;
  readonly result: R;
}

/** What a store must know of a record to schedule and index it; computed by the domain, kept by the store. */
export interface Schedule {
  /** When `tick` has something to do; null when nothing is timed. */
  readonly dueAt: number | null;
  /** Whether others, audience aside, see the user live: what `live` lists. */
  readonly seenLive: boolean;
  /** False when nothing of the record is live, so that it may be dropped once the journal has it. */
  readonly live: boolean;
  /** Whether anybody, the user included, sees a difference, so that it has to be published. */
  readonly shownChanged: boolean;
  /** Whether what outlives a restart changed, so that the journal must get it. */
  readonly durableChanged: boolean;
}

/** A typist's entry: which session types until when. */
export interface TypingEntry {
  readonly conversationId: string;
  readonly userId: string;
  readonly expiresAt: number;
}

/** Records of some users, and the clock of the same reading. */
export interface Reading {
  /** The earliest that the clock was for any of them. */
  readonly now: number;
  /** The clock as it was for one of those who were asked for: parts of a store have clocks of their own. */
  readonly nowOf: (userId: string) => number;
  /** By user id; users without a live record are missing: their state is the journal's. */
  readonly records: ReadonlyMap<string, PresenceRecord>;
  /** Users of whom nothing can be said: their record is of a format that this release does not know. */
  readonly unreadable?: ReadonlySet<string>;
  /** Whose records are of before the store came back older than it was: the journal may know of later, see `reconciled`. */
  readonly doubtful?: ReadonlySet<string>;
}

/** Where a decision has no record of the store to start from. */
export interface Missing {
  /** The store settles: what is not there may yet be put back. */
  readonly settling: boolean;
  /** There is one of before the store came back older than it was: the journal may know of later, see `reconciled`. */
  readonly doubtful: PresenceRecord | undefined;
}

/**
 * How far a node is with what it puts back: for the `first` time; what it knows beyond that once more, `again`, when all
 * others have put back theirs; null: all of it is done.
 */
export type PuttingBack = 'first' | 'again' | null;

/** Whether a part of the store that came back empty, or older than it was, has that user's record. */
export type Emptied = (userId: string) => boolean;

/** What renewing a lease found. */
export interface Renewal {
  /** The lease had run out, and others may have taken the node's connections for gone. */
  readonly lost: boolean;
  /**
   * The store, or a part of it, is not the one of the last renewal: it came back empty, or older than it was. Of whom it may
   * have lost something by that; null: of nobody.
   */
  readonly emptied: Emptied | null;
  /** In how many milliseconds, at the most, the store has settled; 0: it has. */
  readonly settledInMs: number;
  /** Some node has still to put back what it holds, for the first time. */
  readonly awaited: boolean;
}

export interface LostNode {
  readonly incarnation: string;
  /** When its lease was last renewed. */
  readonly heardAt: number;
}

/**
 * The live records, typing, and everything timed, on one clock of the store's own that never goes back.
 * Methods reject with a `PresenceError` UNAVAILABLE while the store cannot be asked.
 */
export interface Store {
  /**
   * Reads a user's record, lets `decide` make the next one, and commits it: compare-and-set, repeated with the newer
   * record when it moved in between, so `decide` must be pure. The commit stores, schedules, marks what the journal
   * must get, and publishes the record where somebody may see a difference, in one step, in commit order.
   * `restore` is awaited where there is no live record to start from, and says what it starts from, which the journal
   * must get with the commit; it rejects for a user who does not exist, and so does `update`. Leases and graces of before
   * the store was away are prolonged first. Returns the decision's result, the committed record and the clock.
   */
  update<R>(
    userId: string,
    restore: (missing: Missing) => Promise<PresenceRecord>,
    decide: (record: PresenceRecord, now: number) => Decision<R>,
  ): Promise<{ readonly record: PresenceRecord; readonly result: R; readonly now: number }>;

  /** The records of those users, in one reading. */
  read(userIds: readonly string[]): Promise<Reading>;

  /** Up to `limit` users whose `dueAt` has passed. They stay due until a commit reschedules them. */
  dueUsers(limit: number): Promise<readonly string[]>;

  /** Users seen live (audience aside), by id, after `after`; and how many there are in all. */
  live(options: { readonly after: string | null; readonly limit: number }): Promise<{
    readonly userIds: readonly string[];
    readonly total: number;
  }>;

  /** Those of the users who are seen live (audience aside), in no order. */
  liveAmong(userIds: readonly string[]): Promise<ReadonlySet<string>>;

  /** Up to `limit` records that the journal has not got yet, oldest mark first. */
  dirty(limit: number): Promise<{ readonly now: number; readonly records: readonly PresenceRecord[] }>;
  /** Removes the marks of those that were written at these revisions, and drops records in which nothing is live. */
  clean(written: readonly { readonly userId: string; readonly revision: number }[]): Promise<void>;
  /** Marks every live record dirty, so that the journal learns that they are still live. */
  markLiveDirty(): Promise<void>;
  /**
   * Drops a user's record, schedule and typing, whatever they hold (the user was deleted). Publishes typing stops. False,
   * and the record stays, where it is of a later generation: of a user who was named again.
   */
  forget(userId: string, generation: number): Promise<boolean>;

  /**
   * Stores that one session of a user types, for `forMs` from now. A user of whom nobody was told yet is not listed
   * and not published before {@link Store.announceTyping}: `announced` says whether that was done before.
   */
  startTyping(entry: {
    readonly conversationId: string;
    readonly userId: string;
    readonly sessionId: string;
    readonly forMs: number;
  }): Promise<{ readonly announced: boolean; readonly expiresAt: number }>;
  /** Publishes the start of a user who still types there. */
  announceTyping(conversationId: string, userId: string): Promise<void>;
  /** Ends the typing of one session; publishes the stop when no other session of the user types there. */
  stopTyping(entry: {
    readonly conversationId: string;
    readonly userId: string;
    readonly sessionId: string;
  }): Promise<{ readonly expiresAt: number | null }>;
  /** Who types in those conversations now. */
  typing(conversationIds: readonly string[]): Promise<readonly TypingEntry[]>;
  /** In which conversations those users type now. */
  typingOf(userIds: readonly string[]): Promise<readonly TypingEntry[]>;
  /**
   * How long ago, in ms, the user last said to type or to have stopped, wherever that was. Null: not for two minutes, or not
   * since all of their typing was cleared.
   */
  typedMsAgo(userId: string): Promise<number | null>;
  /** Ends the typing of a user, in one conversation or (null) in all; publishes the stops. */
  clearTyping(userId: string, conversationId: string | null): Promise<void>;
  /** Ends what ran out, and publishes the stops. Returns how many ended. */
  expireTyping(): Promise<number>;

  /**
   * Renews the lease of a node's incarnation, named `NODE.NUMBER`, every second or so. Whoever is `lost`, or finds the
   * store `emptied`, takes a new incarnation and puts back what it holds; until it has settled the store answers no
   * reading. It goes on settling for a node that is `puttingBack` anything, and for those that anybody saw before and that did not
   * renew since, for as long as a lease.
   */
  renewLease(incarnation: string, options?: { readonly puttingBack: PuttingBack }): Promise<Renewal>;
  /** Nodes whose lease ran out. They are listed until they are dismissed. */
  lostNodes(): Promise<readonly LostNode[]>;
  /** Users with connections of that incarnation. */
  usersOn(incarnation: string): Promise<readonly string[]>;
  /** Ends the lease and the mark of an incarnation that nobody is on; false while somebody is. */
  dismiss(incarnation: string): Promise<boolean>;

  /** The store's clock. */
  now(): Promise<number>;
  close(): Promise<void>;
}

/** A commit, as the bus carries it. A forgotten user's is null. */
export type UserMessage = { readonly userId: string; readonly record: PresenceRecord | null };

export interface TypingMessage {
  readonly conversationId: string;
  readonly userId: string;
  readonly isTyping: boolean;
  readonly expiresAt: number | null;
}

/**
 * Which pairs a change of facts touches. All of it is re-read; `narrows` tells that somebody may lose sight, so that
 * what is open withholds at once and shows again what the re-reading allows.
 */
export type FactChange = {
  /** Its place in the log of changes. What has one may be told twice, and means the same each time. */
  readonly logId?: string;
} & (
  | { readonly kind: 'relation'; readonly users: readonly [string, string]; readonly narrows: boolean }
  /** Privacy, name, existence or deletion of one user. */
  | { readonly kind: 'user'; readonly userId: string; readonly narrows: boolean; readonly deleted: boolean }
  /** Members came to or left a circle or conversation, or it was opened, closed or deleted. */
  | {
      readonly kind: 'circle' | 'conversation';
      readonly id: string;
      /** Who came or left. Every pair of one of these and one of `members` is touched. */
      readonly changed: readonly string[];
      /** Who is or was a member. */
      readonly members: readonly string[];
      readonly narrows: boolean;
    }
);

/** Sessions were ended or replaced. */
export interface SessionsEnded {
  readonly userId: string;
  /** Connections that held them; they go on as watchers. */
  readonly connectionIds: readonly string[];
  /** Sessions whose lease or grace ended before its time, by the commit of that revision: nobody brings them back. */
  readonly withdrawn?: {
    readonly sessionIds: readonly string[];
    readonly revision: number;
    /** Also those that connections hold, as far as these are not known as of later: none of them is there. */
    readonly heldToo?: true;
  };
}

export type Unsubscribe = () => void;

/**
 * Who must hear of it. Subscribing resolves once acknowledged: whatever is published after that is heard, in order,
 * until the unsubscribing returned is called. Listeners are called synchronously and must not throw.
 */
export interface Bus {
  subscribeUser(userId: string, listener: (message: UserMessage) => void): Promise<Unsubscribe>;
  subscribeTyping(conversationId: string, listener: (message: TypingMessage) => void): Promise<Unsubscribe>;
  /** Every change of facts, on every node. */
  subscribeFacts(listener: (change: FactChange) => void): Promise<Unsubscribe>;
  /** Every end of sessions whose connections stay open, on every node. */
  subscribeEnded(listener: (ended: SessionsEnded) => void): Promise<Unsubscribe>;
  /** Something may have been missed: whoever holds state from messages reads it again. */
  onGap(listener: () => void): Unsubscribe;

  publishFacts(change: FactChange): Promise<void>;
  publishEnded(ended: SessionsEnded): Promise<void>;
  /** Tells this node's listeners of a change that was learnt otherwise than through the bus. */
  deliverFacts(change: FactChange): void;
  close(): Promise<void>;
}

/** What a store that commits in this process tells of its commits, in their order. */
export interface CommitBus {
  publishUser(message: UserMessage): void;
  publishTyping(message: TypingMessage): void;
}

export interface UserProfile {
  readonly id: string;
  readonly name: string | null;
  readonly avatarUrl: string | null;
}

export interface UserUpsert {
  readonly id: string;
  /** Left out: stays as it is. Null: cleared. */
  readonly name?: string | null;
  readonly avatarUrl?: string | null;
  readonly privacy?: Partial<Privacy>;
}

/** A pair to be asked about: how `viewerId` stands to `userId`. */
export interface Pair {
  readonly viewerId: string;
  readonly userId: string;
}

/**
 * Users, relations, privacy, circles and conversations, as PostgreSQL (or PGlite) has them. What a writer
 * changes is published through the bus, as {@link FactChange}s, when it resolves; writing what holds already changes
 * nothing and publishes nothing. No method caches facts unless it says so. All reject with UNAVAILABLE while the
 * database cannot be asked and they know no answer.
 */
export interface People {
  /** Makes the user known if they are not; false for a deleted one (a tombstone), who stays deleted. Cached. */
  ensure(userId: string): Promise<boolean>;
  /** Those of the users who were deleted and not named again, in one query, as it is now. */
  deletedAmong(userIds: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Facts of many pairs in one query, by `pairKey`: each pair that was asked about is there. Of relations that the user's privacy and a block leave without
   * a meaning nothing need be known: they are false.
   */
  facts(pairs: readonly Pair[]): Promise<ReadonlyMap<string, Facts>>;
  /**
   * The same, also in one query, for open subscriptions, which hear of every change: existence and privacy are cached, and
   * kept true by fact changes.
   */
  factsToWatch(pairs: readonly Pair[]): Promise<ReadonlyMap<string, Facts>>;
  /** Names and pictures, by id; unknown users are missing. Cached, and kept true by fact changes. */
  profiles(userIds: readonly string[]): Promise<ReadonlyMap<string, UserProfile>>;
  /**
   * The first `limit` by id of those whom the viewer follows and of the members of the viewer's circles, without the
   * viewer; also those who are not known yet, so that who watches a roster hears of them when they are.
   */
  roster(viewerId: string, limit: number): Promise<readonly string[]>;
  /** The same users in the same order, with the facts that decide whether the viewer sees them; one query. */
  rosterFacts(viewerId: string, limit: number): Promise<ReadonlyMap<string, Facts>>;
  privacy(userId: string): Promise<Privacy>;

  /** Undefined where there is no such conversation. */
  conversation(
    conversationId: string,
    userId: string,
  ): Promise<{ readonly open: boolean; readonly isMember: boolean } | undefined>;
  /** The same for each of the users, in one query; empty where there is no such conversation. */
  conversationFor(
    conversationId: string,
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly open: boolean; readonly isMember: boolean }>>;
  /** As `conversation`, cached, and kept true by fact changes: for what is asked at every keystroke. */
  membership(
    conversationId: string,
    userId: string,
  ): Promise<{ readonly open: boolean; readonly isMember: boolean } | undefined>;
  /** The conversations of which the user is a member, the first `limit` by id. */
  conversationsOf(userId: string, limit: number): Promise<readonly string[]>;
  /** Those of the conversations of which the user is a member. */
  conversationsAmong(userId: string, conversationIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Those of the others who block the user, or are blocked by them. Questions of the same moment are one query. */
  blockedAmong(userId: string, others: readonly string[]): Promise<ReadonlySet<string>>;

  updatePrivacy(userId: string, privacy: Partial<Record<keyof Privacy, Audience>>): Promise<Privacy>;
  /** BAD_USER_INPUT past `maxFollows`. */
  follow(followerId: string, followeeId: string): Promise<void>;
  unfollow(followerId: string, followeeId: string): Promise<void>;
  /** BAD_USER_INPUT past `maxBlocks`. */
  block(blockerId: string, blockedId: string): Promise<void>;
  unblock(blockerId: string, blockedId: string): Promise<void>;

  /**
   * Creates or updates; brings deleted users back as a new generation, once all that hung on them is removed: UNAVAILABLE
   * until then. Returns how many distinct users it named.
   */
  upsertUsers(users: readonly UserUpsert[]): Promise<number>;
  /**
   * Leaves a tombstone; removes names and what the journal kept at once, and relations and memberships by and by: what is
   * written of them afterwards stays. False when there was no such user.
   */
  deleteUser(userId: string): Promise<boolean>;
  /** Returns how many were new. BAD_USER_INPUT past the bound on follows, and nothing is then written. */
  addFollows(follows: readonly { readonly followerId: string; readonly followeeId: string }[]): Promise<number>;
  /** Returns how many there were. */
  removeFollows(follows: readonly { readonly followerId: string; readonly followeeId: string }[]): Promise<number>;
  putCircle(id: string, memberIds: readonly string[]): Promise<void>;
  /** False when there was no such circle. */
  deleteCircle(id: string): Promise<boolean>;
  putConversation(id: string, memberIds: readonly string[], open: boolean): Promise<void>;
  deleteConversation(id: string): Promise<boolean>;
}

/** What the journal keeps of one user. */
export interface JournalRow {
  /** The user's present generation. */
  readonly generation: number;
  /** Null where nothing was kept yet. */
  readonly kept: Omit<DurablePresence, 'userId' | 'generation'> | null;
}

/** What outlives a restart: chosen status, message, `lastSeen` and the record's time. */
export interface Journal {
  /** By user id; unknown and deleted users are missing. One query. */
  read(userIds: readonly string[]): Promise<ReadonlyMap<string, JournalRow>>;
  /**
   * One statement for the whole batch. A row of another generation than the user's present one is passed over. Of the
   * choice and of the message what is known as of later is kept, whichever row has the later revision; where it is of
   * both, the row's revision is later than either. Of the same revision a later `lastSeen` alone is taken.
   */
  write(rows: readonly DurablePresence[]): Promise<void>;
}

/**
 * What is limited a user (docs/semantics.md, "Limits"): `setPresence`, `setTyping`, all other mutations, and the ids
 * that are judged for them.
 */
export type RateKind = 'presence' | 'typing' | 'mutation' | 'read' | 'connection';

export interface RateLimits {
  /**
   * Takes `count` (1) from the user's allowance, all or nothing; more than a whole allowance takes the whole. `ahead`: also
   * from the next one, as much again. Rejects with RATE_LIMITED and `retryAfterMs`, after which it would fit.
   */
  take(kind: RateKind, userId: string, options?: { readonly count?: number; readonly ahead?: boolean }): Promise<void>;
  /** Counts what was not known beforehand. It refuses nothing now, and delays what comes, by two allowances at most. */
  count(kind: RateKind, userId: string, count: number): Promise<void>;
}
