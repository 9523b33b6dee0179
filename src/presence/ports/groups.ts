/**
 * Circles and conversations with their members. A change is published through the bus, as an {@link AccessChange}, when
 * its method resolves; a write that changes nothing publishes nothing.
 */
export interface GroupStore {
  putCircle(id: string, memberIds: readonly string[]): Promise<void>;
  /** False when there was no such circle. */
  deleteCircle(id: string): Promise<boolean>;
  putConversation(id: string, memberIds: readonly string[], open: boolean): Promise<void>;
  deleteConversation(id: string): Promise<boolean>;
}
