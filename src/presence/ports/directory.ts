import type { Privacy } from '../visibility.js';

export interface UserProfile {
  readonly id: string;
  readonly name: string | null;
  readonly avatarUrl: string | null;
}

export interface UserUpsert {
  readonly id: string;
  /** Left out: stays as it is. Null: cleared. */
  readonly name?: string | null;
  readonly avatarUrl?: string | null;
  readonly privacy?: Partial<Privacy>;
}

/**
 * The users that the host named. A change is published through the bus, as an {@link AccessChange}, when its method
 * resolves; a write that changes nothing publishes nothing.
 */
export interface Directory {
  /** Makes the user known if they are not; false for a deleted one (a tombstone), who stays deleted. Cached. */
  ensure(userId: string): Promise<boolean>;
  /** Those of the users who were deleted and not named again, in one query, as it is now. */
  deletedAmong(userIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Names and pictures, by id; unknown users are missing. Cached, and kept true by fact changes. */
  profiles(userIds: readonly string[]): Promise<ReadonlyMap<string, UserProfile>>;
  /**
   * Creates or updates; brings deleted users back as a new generation, once all that hung on them is removed: UNAVAILABLE
   * until then. Returns how many distinct users it named.
   */
  upsertUsers(users: readonly UserUpsert[]): Promise<number>;
  /**
   * Leaves a tombstone; removes names and what the journal kept at once, and relations and memberships by and by: what is
   * written of them afterwards stays. False when there was no such user.
   */
  deleteUser(userId: string): Promise<boolean>;
}
