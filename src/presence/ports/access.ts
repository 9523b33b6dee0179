import type { AccessFacts, Privacy } from '../visibility.js';

/** A pair to be asked about: how `viewerId` stands to `userId`. */
export interface Pair {
  readonly viewerId: string;
  readonly userId: string;
}

/**
 * Access facts: what decides whether a viewer sees a user. No method caches them unless it says so. Methods reject with
 * UNAVAILABLE while the database cannot be asked and they know no answer. Each adapter passes `test/contract/people.ts`.
 */
export interface AccessReader {
  /**
   * Facts of many pairs in one query, by `pairKey`: each pair that was asked about is there. Of relations that the user's privacy and a block leave without
   * a meaning nothing need be known: they are false.
   */
  accessFacts(pairs: readonly Pair[]): Promise<ReadonlyMap<string, AccessFacts>>;
  /**
   * The same, also in one query, for open subscriptions, which hear of every change: existence and privacy are cached, and
   * kept true by fact changes.
   */
  accessFactsToWatch(pairs: readonly Pair[]): Promise<ReadonlyMap<string, AccessFacts>>;
  /**
   * The first `limit` by id of those whom the viewer follows and of the members of the viewer's circles, without the
   * viewer; also those who are not known yet, so that who watches a roster hears of them when they are.
   */
  roster(viewerId: string, limit: number): Promise<readonly string[]>;
  /** The same users in the same order, with the facts that decide whether the viewer sees them; one query. */
  rosterAccessFacts(viewerId: string, limit: number): Promise<ReadonlyMap<string, AccessFacts>>;
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
}
