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
  /** Creates the conversation, or replaces its members. `open`: any signed-in user may use its typing. */
  putConversation(id: string, memberIds: readonly string[], open: boolean): Promise<void>;
  /** False where there was no such conversation. */
  deleteConversation(id: string): Promise<boolean>;
}
