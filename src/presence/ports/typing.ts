/** Who types where. */

/** A user who types in a conversation, until `expiresAt` (milliseconds since 1970) unless refreshed. */
export interface TypingEntry {
  readonly conversationId: string;
  readonly userId: string;
  readonly expiresAt: number;
}

/**
 * Typing, by conversation, user and session. A user types while any session does; starts and stops are published, refreshes are
 * not. Methods reject with UNAVAILABLE while the store cannot be asked. Keeps docs/design.md#typing; each adapter passes
 * `test/contract/store.ts`.
 */
export interface TypingStore {
  /**
   * Stores that a session types, for `forMs` from now. A start is neither listed nor published until
   * {@link TypingStore.announceTyping}; `announced` tells whether the user's typing there was announced before.
   */
  startTyping(entry: {
    readonly conversationId: string;
    readonly userId: string;
    readonly sessionId: string;
    readonly forMs: number;
  }): Promise<{ readonly announced: boolean; readonly expiresAt: number }>;
  /** Publishes the start of a user, if they still type there. */
  announceTyping(conversationId: string, userId: string): Promise<void>;
  /** Ends the typing of one session. The stop is published when no other session of the user types there; `expiresAt` is theirs. */
  stopTyping(entry: {
    readonly conversationId: string;
    readonly userId: string;
    readonly sessionId: string;
  }): Promise<{ readonly expiresAt: number | null }>;
  /** The announced typists of those conversations. */
  typing(conversationIds: readonly string[]): Promise<readonly TypingEntry[]>;
  /** The announced typing of those users, in all conversations. */
  typingOf(userIds: readonly string[]): Promise<readonly TypingEntry[]>;
  /**
   * How long ago the user last started, refreshed or stopped typing, in any conversation, in ms. Null: not within two minutes, or not
   * since all of their typing was cleared.
   */
  typedMsAgo(userId: string): Promise<number | null>;
  /** Ends a user's typing in one conversation or, with null, in all; publishes the stops. */
  clearTyping(userId: string, conversationId: string | null): Promise<void>;
  /** Ends typing that has expired, publishes the stops, and returns how many. */
  expireTyping(): Promise<number>;
}
