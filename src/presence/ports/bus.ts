/** The messages between nodes: commits, access changes, ended sessions. */
import type { PresenceRecord } from '../types.js';
import type { ConversationUse } from '../visibility.js';

/** A committed record; null once the user was deleted. */
export type UserMessage = { readonly userId: string; readonly record: PresenceRecord | null };

/** A user started or stopped typing in a conversation; `expiresAt` is null for a stop. */
export interface TypingMessage {
  readonly conversationId: string;
  readonly userId: string;
  readonly isTyping: boolean;
  readonly expiresAt: number | null;
}

/** A user is seen at a place from now on. That somebody left is known by their record alone. */
export interface PlaceMessage {
  readonly conversationId: string;
  readonly userId: string;
}

/** Who might use a conversation beside its members, until it changed. */
export interface UseChange {
  /** Null: it did not exist. */
  readonly before: ConversationUse | null;
  /** It was deleted, and the acts about it with it. */
  readonly deleted: boolean;
  /** The instant of the deletion, by the clock that acts are taken back by. Left out: not known, or not deleted. */
  readonly deletedAt?: number;
  /** Acts about it that were told before have lower numbers than this. */
  readonly below: number;
  /** Members who were none before, where it existed; left out: there is none. */
  readonly joined?: readonly string[];
}

/**
 * The (viewer, user) pairs whose access facts changed; whoever holds some of them reads those again. `mayRevoke`: a viewer may no
 * longer see a user, so open subscriptions suspend the user at once, until the facts were read (docs/design.md#who-sees-what).
 */
export type AccessChange = {
  /** Its id in the change log. A logged change may be received twice; the second has no further effect. */
  readonly logId?: string;
} & (
  | {
      readonly kind: 'relation';
      /** Who follows or blocks, and whom. */
      readonly users: readonly [string, string];
      readonly mayRevoke: boolean;
      /** A block of two users neither of whom blocked the other before: until now each may have seen what it hides. */
      readonly firstBlock?: true;
    }
  /** Privacy, name, existence or deletion of one user. */
  | { readonly kind: 'user'; readonly userId: string; readonly mayRevoke: boolean; readonly deleted: boolean }
  /** The members of a circle or conversation changed, or it was opened, closed or deleted. */
  | {
      readonly kind: 'circle' | 'conversation';
      readonly id: string;
      /** Those who joined or left. Every pair of one of these and one of `members` is affected, both ways. */
      readonly changed: readonly string[];
      /** The members before and after. */
      readonly members: readonly string[];
      readonly mayRevoke: boolean;
      /** Of a conversation that was made, opened, closed, given to somebody, or deleted. */
      readonly use?: UseChange;
    }
);

/** Sessions of a user were ended or replaced before their time. */
export interface SessionsEnded {
  readonly userId: string;
  /** The connections that held them, which go on as watchers. */
  readonly connectionIds: readonly string[];
  /** Sessions whose lease or grace was ended by the commit of that revision: no node restores them. */
  readonly revoked?: {
    readonly sessionIds: readonly string[];
    readonly revision: number;
    /** Also sessions held by connections, unless a node knows of them as of a later revision: the store has none of them. */
    readonly heldToo?: true;
  };
}

export type Unsubscribe = () => void;

/**
 * Publish and subscribe among nodes. Subscribing resolves when it is acknowledged: each message published from then on is
 * delivered, in the order of its channel, until `Unsubscribe` is called, unless {@link Bus.onGap} reports a gap. Listeners are
 * called synchronously and must not throw. Each adapter passes `test/contract/bus.ts`.
 */
export interface Bus {
  subscribeUser(userId: string, listener: (message: UserMessage) => void): Promise<Unsubscribe>;
  subscribeTyping(conversationId: string, listener: (message: TypingMessage) => void): Promise<Unsubscribe>;
  subscribePlace(conversationId: string, listener: (message: PlaceMessage) => void): Promise<Unsubscribe>;
  /** All access changes, of every node. */
  subscribeAccessChanges(listener: (change: AccessChange) => void): Promise<Unsubscribe>;
  /** All sessions ended before their time, of every node. */
  subscribeEnded(listener: (ended: SessionsEnded) => void): Promise<Unsubscribe>;
  /** Messages may have been lost: state that is held from messages has to be read again. */
  onGap(listener: () => void): Unsubscribe;

  publishAccessChange(change: AccessChange): Promise<void>;
  publishEnded(ended: SessionsEnded): Promise<void>;
  /** Delivers a change to this node's listeners alone: one that was read from the change log. */
  deliverAccessChange(change: AccessChange): void;
  close(): Promise<void>;
}

/** The publishing side of a store that commits in this process; called in the order of the commits. */
export interface CommitBus {
  publishUser(message: UserMessage): void;
  publishTyping(message: TypingMessage): void;
  publishPlace(message: PlaceMessage): void;
}
