import type { Audience } from '../visibility.js';

/** Whose a conversation is: who is blocked either way with the owner may not use it. */
export interface ConversationOwner {
  readonly userId: string;
  /** Who is in that audience of the owner may use it; null: nobody by this. */
  readonly audience: Audience | null;
}

/**
 * Circles and conversations with their members. A change is published as an `AccessChange` by the time its method resolves; a
 * write that changes nothing publishes nothing. Methods reject with UNAVAILABLE while the database cannot be asked. Keeps
 * docs/design.md#who-sees-what; each adapter passes `test/contract/people.ts`.
 */
export interface GroupStore {
  /** Creates the circle, or replaces its members. */
  putCircle(id: string, memberIds: readonly string[]): Promise<void>;
  /** False where there was no such circle. */
  deleteCircle(id: string): Promise<boolean>;
  /** Creates the conversation, or replaces its members, its owner (left out: none) and who may use it, see `mayUse`. */
  putConversation(id: string, memberIds: readonly string[], open: boolean, owner?: ConversationOwner): Promise<void>;
  /** False where there was no such conversation. What is told about one later shows to nobody, until it is put again. */
  deleteConversation(id: string): Promise<boolean>;
}
