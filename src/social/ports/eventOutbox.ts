/** What happened once and the webhook has yet to be told: due notices, and deleted users. */

export type OutboxKind = 'notice.due' | 'user.deleted';

export interface NewOutboxEvent {
  readonly kind: OutboxKind;
  readonly userId: string;
  /** Of a due notice; empty and 0 otherwise. */
  readonly noticeId: string;
  readonly position: number;
}

export interface OutboxEvent extends NewOutboxEvent {
  readonly id: number;
  /** When it happened, and how long ago that is, in ms on the database's clock. */
  readonly at: number;
  readonly ageMs: number;
  /** How often it was refused. */
  readonly refusals: number;
}

/**
 * Events wait until they are told, at most a day. Deletions of users are written by {@link Directory.deleteUser} in its transaction.
 * Methods reject with UNAVAILABLE while the database cannot be asked. Passes `test/adapters/sql/eventOutbox.test.ts`.
 */
export interface EventOutbox {
  add(events: readonly NewOutboxEvent[]): Promise<void>;
  /** Takes up to `limit` events that are due, the longest due first; nobody else takes them for `leaseMs`. */
  take(limit: number, leaseMs: number): Promise<readonly OutboxEvent[]>;
  /** They were told, or there is nothing to be told of them any more. */
  remove(ids: readonly number[]): Promise<void>;
  /** They are due again in so many ms; `refused`: the receiver refused them. */
  postpone(ids: readonly number[], ms: number, refused: boolean): Promise<void>;
  /** Removes up to `limit` events that are older than `maxAgeMs`, or beyond the latest `max`. Returns how many. */
  sweep(bounds: { readonly maxAgeMs: number; readonly max: number; readonly limit: number }): Promise<number>;
}
