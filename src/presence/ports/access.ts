/** Access facts: what decides whether a viewer sees a user, and who uses the typing of a conversation. */
import type { AccessFacts, ConversationFacts, Privacy } from '../visibility.js';

/** One question of visibility: may `viewerId` see `userId`? */
export interface Pair {
  readonly viewerId: string;
  readonly userId: string;
}

/**
 * Reads access facts from the database, as they are now unless a method is cached. A cached answer follows every change within a
 * second, by the change log. Methods reject with UNAVAILABLE where the database cannot be asked and no cached answer holds: the
 * caller then denies. Keeps docs/design.md#who-sees-what; each adapter passes `test/contract/people.ts`.
 */
export interface AccessReader {
  /**
   * The facts of each pair, by `pairKey`, in one query. Relations that the user's privacy and a block leave without effect may be
   * given as false.
   */
  accessFacts(pairs: readonly Pair[]): Promise<ReadonlyMap<string, AccessFacts>>;
  /** The same for open subscriptions: existence and privacy are cached. */
  accessFactsToWatch(pairs: readonly Pair[]): Promise<ReadonlyMap<string, AccessFacts>>;
  /**
   * The viewer's roster: users that the viewer follows and members of the viewer's circles, without the viewer; the first `limit`
   * by id. It includes ids of unknown users, so that a subscription hears of them once they exist.
   */
  roster(viewerId: string, limit: number): Promise<readonly string[]>;
  /** The same users in the same order, with their access facts, in one query. */
  rosterAccessFacts(viewerId: string, limit: number): Promise<ReadonlyMap<string, AccessFacts>>;
  /** The user's privacy; the default for an unknown user. */
  privacy(userId: string): Promise<Privacy>;
  /** A conversation as it concerns one user; undefined where it does not exist. */
  conversation(conversationId: string, userId: string): Promise<ConversationFacts | undefined>;
  /** The same for each of the users, in one query; empty where the conversation does not exist. */
  conversationFor(conversationId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, ConversationFacts>>;
  /** As `conversation`, cached: asked at every keystroke. */
  membership(conversationId: string, userId: string): Promise<ConversationFacts | undefined>;
  /** The conversations of which the user is a member, the first `limit` by id. */
  conversationsOf(userId: string, limit: number): Promise<readonly OwnConversation[]>;
  /** The conversations whose owner the user is, or who had the id before was, the first `limit` by id. */
  conversationsOwnedBy(userId: string, limit: number): Promise<readonly string[]>;
  /** Those of the conversations of which the user is a member and that the user may use. */
  conversationsAmong(userId: string, conversationIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Those of the others who block the user or are blocked by them. Concurrent calls share one query. */
  blockedAmong(userId: string, others: readonly string[]): Promise<ReadonlySet<string>>;
}

/** A conversation of which a user is a member. */
export interface OwnConversation {
  readonly id: string;
  readonly ownerId: string | null;
  /** The owner is blocked either way with the user, who may not use it then, see `mayUse`. */
  readonly blocked: boolean;
}

/** One question of use: may `userId` use the conversation? */
export interface ConversationPair {
  readonly userId: string;
  readonly conversationId: string;
}

/** Reads who may use conversations, and other objects that the host calls by an id. Rejects with UNAVAILABLE. */
export interface ConversationReader {
  /** The facts of each pair, by `pairKey(userId, conversationId)`, in one query, without conversations that do not exist. */
  conversationFacts(pairs: readonly ConversationPair[]): Promise<ReadonlyMap<string, ConversationFacts>>;
}
