/** Follows, blocks and privacy. */
import type { Audience, Privacy } from '../visibility.js';

/** A page of user ids: at most `limit`, by id, beyond `after`; from the first where that is null. */
export interface UserPage {
  readonly after: string | null;
  readonly limit: number;
}

/**
 * Relations among users; ids of unknown users are accepted. A change is published as an `AccessChange` by the time its method
 * resolves; a write that changes nothing publishes nothing. Methods reject with UNAVAILABLE while the database cannot be asked.
 * Keeps docs/design.md#who-sees-what; each adapter passes `test/contract/people.ts`.
 */
export interface RelationStore {
  /** Changes the given facets, and returns the user's privacy afterwards. */
  updatePrivacy(userId: string, privacy: Partial<Record<keyof Privacy, Audience>>): Promise<Privacy>;
  /** Whom the user follows, known or not. */
  following(userId: string, page: UserPage): Promise<readonly string[]>;
  /** Whom the user blocks, known or not. */
  blocked(userId: string, page: UserPage): Promise<readonly string[]>;
  /** BAD_USER_INPUT past the bound on follows. */
  follow(followerId: string, followeeId: string): Promise<void>;
  unfollow(followerId: string, followeeId: string): Promise<void>;
  /** BAD_USER_INPUT past the bound on blocks. */
  block(blockerId: string, blockedId: string): Promise<void>;
  unblock(blockerId: string, blockedId: string): Promise<void>;
  /** Adds all or, past the bound on follows (BAD_USER_INPUT), none. Returns how many were new. */
  addFollows(follows: readonly { readonly followerId: string; readonly followeeId: string }[]): Promise<number>;
  /** Returns how many there were. */
  removeFollows(follows: readonly { readonly followerId: string; readonly followeeId: string }[]): Promise<number>;
}
