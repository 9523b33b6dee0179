import type { StateConsumer } from './stateMarks.js';

/**
 * Users whom a consumer was told to be live: after a loss of the live store they are told anew, also those who left meanwhile.
 * Methods reject with UNAVAILABLE while the database cannot be asked. Passes `test/adapters/sql/toldLive.test.ts`.
 */
export interface ToldLive {
  /** Notes users before the consumer is told that they are live. */
  add(consumer: StateConsumer, userIds: readonly string[]): Promise<void>;
  /** Removes users after the consumer was told that they are not, or that they are deleted. */
  remove(consumer: StateConsumer, userIds: readonly string[]): Promise<void>;
  /** Up to `limit` of them by id, beyond `after`. */
  page(consumer: StateConsumer, after: string | null, limit: number): Promise<readonly string[]>;
}
