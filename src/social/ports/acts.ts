/** Acts: what the host tells, and takes back. */
import type { NewAct } from '../socialTypes.js';

/**
 * Methods reject with UNAVAILABLE while the database cannot be asked; the host repeats the call, which changes nothing that
 * took effect already. What changed is in the social log in the transaction of the change, and published by the time a method
 * resolves. Keeps docs/design.md#social; each adapter passes `test/contract/social.ts`.
 */
export interface ActStore {
  /**
   * Tells acts: at most 1,000 with 10,000 recipients in all. What was told before, and not taken back, changes nothing; what was
   * taken back is back in its place, and notifies nobody twice. Returns how many were new or came back.
   * What is about a conversation that was deleted, and not made again, is kept as taken back, and does not come back.
   */
  tell(acts: readonly NewAct[]): Promise<number>;
  /** Takes acts back, wherever they show. Returns how many were there. */
  retract(actIds: readonly string[]): Promise<number>;
}
