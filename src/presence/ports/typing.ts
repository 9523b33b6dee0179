/** A typist's entry: which session types until when. */
export interface TypingEntry {
  readonly conversationId: string;
  readonly userId: string;
  readonly expiresAt: number;
}

/** Who is typing where. Methods reject with a `PresenceError` UNAVAILABLE while the store cannot be asked. */
export interface TypingStore {
  /**
   * Stores that one session of a user types, for `forMs` from now. A user of whom nobody was told yet is not listed
   * and not published before {@link TypingStore.announceTyping}: `announced` says whether that was done before.
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
}
