/** The users that the host named. */
import type { Privacy } from '../visibility.js';

export interface UserProfile {
  readonly id: string;
  readonly name: string | null;
  readonly avatarUrl: string | null;
}

export interface UserUpsert {
  readonly id: string;
  /** Undefined leaves the name as it is; null clears it. `avatarUrl` likewise. */
  readonly name?: string | null;
  readonly avatarUrl?: string | null;
  readonly privacy?: Partial<Privacy>;
}

/**
 * Users, their names and pictures. A change is published as an `AccessChange` by the time its method resolves; a write that
 * changes nothing publishes nothing. Methods reject with UNAVAILABLE while the database cannot be asked. Keeps
 * docs/design.md#signing-in; each adapter passes `test/contract/people.ts`.
 */
export interface Directory {
  /** Creates an unknown user. False for a deleted one, who stays deleted. Cached. */
  ensure(userId: string): Promise<boolean>;
  /** Those of the users who are deleted now, in one query. */
  deletedAmong(userIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Names and pictures by id, without unknown users. Cached, and kept true by access changes. */
  profiles(userIds: readonly string[]): Promise<ReadonlyMap<string, UserProfile>>;
  /** The same of one user as far as it is cached: null where there is no such user, undefined where it has to be read. */
  knownProfile(userId: string): UserProfile | null | undefined;
  /**
   * Creates or updates users, and returns how many distinct ones. A deleted user comes back as a new generation; UNAVAILABLE while
   * the old one's relations are still being removed.
   */
  upsertUsers(users: readonly UserUpsert[]): Promise<number>;
  /**
   * Leaves a tombstone and removes the profile and the journal row at once, relations and memberships in the background. What is
   * written of the user afterwards stays. False where there was no such user.
   */
  deleteUser(userId: string): Promise<boolean>;
}
