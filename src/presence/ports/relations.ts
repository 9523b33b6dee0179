import type { Audience, Privacy } from '../visibility.js';

/**
 * Follows, blocks and privacy. A change is published through the bus, as an {@link AccessChange}, when its method
 * resolves; a write that changes nothing publishes nothing.
 */
export interface RelationStore {
  updatePrivacy(userId: string, privacy: Partial<Record<keyof Privacy, Audience>>): Promise<Privacy>;
  /** BAD_USER_INPUT past `maxFollows`. */
  follow(followerId: string, followeeId: string): Promise<void>;
  unfollow(followerId: string, followeeId: string): Promise<void>;
  /** BAD_USER_INPUT past `maxBlocks`. */
  block(blockerId: string, blockedId: string): Promise<void>;
  unblock(blockerId: string, blockedId: string): Promise<void>;
  /** Returns how many were new. BAD_USER_INPUT past the bound on follows, and nothing is then written. */
  addFollows(follows: readonly { readonly followerId: string; readonly followeeId: string }[]): Promise<number>;
  /** Returns how many there were. */
  removeFollows(follows: readonly { readonly followerId: string; readonly followeeId: string }[]): Promise<number>;
}
