/** What nodes tell each other: commits, changes of access, ended sessions. */
import type { PresenceRecord } from '../types.js';

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
export type AccessChange = {
  /** Its place in the log of changes. What has one may be told twice, and means the same each time. */
  readonly logId?: string;
} & (
  | { readonly kind: 'relation'; readonly users: readonly [string, string]; readonly mayRevoke: boolean }
  /** Privacy, name, existence or deletion of one user. */
  | { readonly kind: 'user'; readonly userId: string; readonly mayRevoke: boolean; readonly deleted: boolean }
  /** Members came to or left a circle or conversation, or it was opened, closed or deleted. */
  | {
      readonly kind: 'circle' | 'conversation';
      readonly id: string;
      /** Who came or left. Every pair of one of these and one of `members` is touched. */
      readonly changed: readonly string[];
      /** Who is or was a member. */
      readonly members: readonly string[];
      readonly mayRevoke: boolean;
    }
);

/** Sessions were ended or replaced. */
export interface SessionsEnded {
  readonly userId: string;
  /** Connections that held them; they go on as watchers. */
  readonly connectionIds: readonly string[];
  /** Sessions whose lease or grace ended before its time, by the commit of that revision: nobody brings them back. */
  readonly revoked?: { readonly sessionIds: readonly string[]; readonly revision: number };
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
  subscribeAccessChanges(listener: (change: AccessChange) => void): Promise<Unsubscribe>;
  /** Every end of sessions whose connections stay open, on every node. */
  subscribeEnded(listener: (ended: SessionsEnded) => void): Promise<Unsubscribe>;
  /** Something may have been missed: whoever holds state from messages reads it again. */
  onGap(listener: () => void): Unsubscribe;

  publishAccessChange(change: AccessChange): Promise<void>;
  publishEnded(ended: SessionsEnded): Promise<void>;
  /** Tells this node's listeners of a change that was learnt otherwise than through the bus. */
  deliverAccessChange(change: AccessChange): void;
  close(): Promise<void>;
}

/** What a store that commits in this process tells of its commits, in their order. */
export interface CommitBus {
  publishUser(message: UserMessage): void;
  publishTyping(message: TypingMessage): void;
}
