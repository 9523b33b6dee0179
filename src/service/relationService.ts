/**
 * The verbs around people: privacy, follows and blocks of a user, and what the host's back end says of users,
 * circles and conversations (docs/semantics.md, "Who sees what", "Limits, errors"). Each verb asks whether the caller
 * may, then checks what came in, then takes from the caller's allowance, then writes.
 */
import { badInput, forbidden } from '../presence/errors.js';
import type { UserUpsert } from '../presence/ports/directory.js';
import type { RateLimits } from '../presence/ports/rates.js';
import type { People } from '../presence/ports/stores.js';
import {
  checkAvatarUrl,
  checkCount,
  checkId,
  checkIds,
  checkUserName,
  MAX_ITEMS,
  MAX_MEMBERS,
} from '../presence/validate.js';
import { effectivePrivacy, type Privacy, type Viewer } from '../presence/visibility.js';

/** As it comes in: what is left out stays as it is, and null is refused, since an audience cannot be cleared. */
export type PrivacyInput = { readonly [facet in keyof Privacy]?: Privacy[facet] | null | undefined };

/** As it comes in: what is left out stays as it is; a null name or picture clears it; no other null is taken. */
export interface UserInput {
  readonly id: string;
  readonly name?: string | null | undefined;
  readonly avatarUrl?: string | null | undefined;
  readonly privacy?: PrivacyInput | null | undefined;
}

export interface FollowInput {
  readonly followerId: string;
  readonly followeeId: string;
}

/**
 * Rejects with FORBIDDEN where the verb is not the caller's, BAD_USER_INPUT, RATE_LIMITED (users only), or
 * UNAVAILABLE. No verb tells whether a user exists to anybody but the host.
 */
export interface Relations {
  /** Of the caller, as it then holds: the narrower facets are never wider than `status`. */
  updatePrivacy(viewer: Viewer, input: PrivacyInput): Promise<Privacy>;
  /** FORBIDDEN where the host keeps follows to itself. */
  follow(viewer: Viewer, userId: string): Promise<true>;
  unfollow(viewer: Viewer, userId: string): Promise<true>;
  block(viewer: Viewer, userId: string): Promise<true>;
  unblock(viewer: Viewer, userId: string): Promise<true>;

  /** A user named twice is updated twice, in the order given. Returns how many users were named. */
  upsertUsers(viewer: Viewer, users: readonly UserInput[]): Promise<number>;
  /** False when there was no such user. */
  deleteUser(viewer: Viewer, userId: string): Promise<boolean>;
  /** Returns how many were new. */
  addFollows(viewer: Viewer, follows: readonly FollowInput[]): Promise<number>;
  /** Returns how many there were. */
  removeFollows(viewer: Viewer, follows: readonly FollowInput[]): Promise<number>;
  putCircle(viewer: Viewer, id: string, memberIds: readonly string[]): Promise<true>;
  /** False when there was no such circle. */
  deleteCircle(viewer: Viewer, id: string): Promise<boolean>;
  putConversation(viewer: Viewer, id: string, memberIds: readonly string[], open: boolean): Promise<true>;
  /** False when there was no such conversation. */
  deleteConversation(viewer: Viewer, id: string): Promise<boolean>;
}

/** The id of a caller who is a user; the host's back end has no presence and no relations of its own. */
const userOf = (viewer: Viewer): string => {
  if (viewer.kind === 'user') return viewer.userId;
  throw forbidden('A service token is no user, so it has no relations or privacy of its own. Use a token of the user.');
};

const requireService = (viewer: Viewer): void => {
  if (viewer.kind !== 'service') {
    throw forbidden("Only the host's back end may do this. Use a token with the scope service.");
  }
};

const checkPrivacy = (input: PrivacyInput, what: string): Partial<Privacy> => {
  const facets = Object.entries(input).filter(([, audience]) => audience !== undefined);
  for (const [facet, audience] of facets) {
    if (audience === null) throw badInput(`${what}.${facet} is null. Name an audience, or leave it out to keep it.`);
  }
  return Object.fromEntries(facets);
};

const checkUser = ({ id, name, avatarUrl, privacy }: UserInput, what: string): UserUpsert => {
  checkId(id, `${what}.id`);
  if (typeof name === 'string') checkUserName(name, `${what}.name`);
  if (typeof avatarUrl === 'string') checkAvatarUrl(avatarUrl, `${what}.avatarUrl`);
  if (privacy === null) throw badInput(`${what}.privacy is null. Leave it out to keep it as it is.`);
  return {
    id,
    ...(name !== undefined && { name }),
    ...(avatarUrl !== undefined && { avatarUrl }),
    ...(privacy !== undefined && { privacy: checkPrivacy(privacy, `${what}.privacy`) }),
  };
};

/** Each pair once. */
const checkFollows = (follows: readonly FollowInput[], { selves }: { readonly selves: boolean }): FollowInput[] => {
  checkCount(follows.length, 'follows', MAX_ITEMS);
  const pairs = new Map<string, FollowInput>();
  for (const [index, { followerId, followeeId }] of follows.entries()) {
    checkId(followerId, `follows[${index}].followerId`);
    checkId(followeeId, `follows[${index}].followeeId`);
    if (!selves && followerId === followeeId) throw badInput(`follows[${index}] has a user follow themselves.`);
    pairs.set(JSON.stringify([followerId, followeeId]), { followerId, followeeId });
  }
  return [...pairs.values()];
};

/**
 * `onUserDeleted` is awaited after every `deleteUser`, also of a user who was gone already, so that repeating the
 * call finishes what an interrupted one began.
 */
export const createRelations = ({
  people,
  rateLimits,
  relationsByUsers,
  onUserDeleted,
}: {
  readonly people: People;
  readonly rateLimits: RateLimits;
  /** Whether users may follow by themselves (RELATIONS_BY_USERS). */
  readonly relationsByUsers: boolean;
  readonly onUserDeleted?: (userId: string) => Promise<void> | void;
}): Relations => {
  /** One verb of a user about another, from the question whether they may to the write. */
  const relate =
    (
      verb: 'follow' | 'unfollow' | 'block' | 'unblock',
      { byHost = false, refuseSelf }: { readonly byHost?: boolean; readonly refuseSelf?: string } = {},
    ) =>
    async (viewer: Viewer, userId: string): Promise<true> => {
      const self = userOf(viewer);
      if (byHost) throw forbidden('Follows are kept by the host application here. Ask it to follow or unfollow.');
      checkId(userId, 'userId');
      if (userId === self && refuseSelf !== undefined) throw badInput(refuseSelf);
      await rateLimits.take('mutation', self);
      await people[verb](self, userId);
      return true;
    };

  return {
    async updatePrivacy(viewer, input) {
      const self = userOf(viewer);
      const privacy = checkPrivacy(input, 'input');
      await rateLimits.take('mutation', self);
      return effectivePrivacy(await people.updatePrivacy(self, privacy));
    },

    follow: relate('follow', {
      byHost: !relationsByUsers,
      refuseSelf: 'userId is your own: nobody follows themselves.',
    }),
    unfollow: relate('unfollow', { byHost: !relationsByUsers }),
    block: relate('block', { refuseSelf: 'userId is your own: nobody blocks themselves.' }),
    unblock: relate('unblock'),

    async upsertUsers(viewer, users) {
      requireService(viewer);
      checkCount(users.length, 'users', MAX_ITEMS);
      const checked = users.map((user, index) => checkUser(user, `users[${index}]`));
      return people.upsertUsers(checked);
    },

    async deleteUser(viewer, userId) {
      requireService(viewer);
      checkId(userId, 'userId');
      const existed = await people.deleteUser(userId);
      await onUserDeleted?.(userId);
      return existed;
    },

    async addFollows(viewer, follows) {
      requireService(viewer);
      return people.addFollows(checkFollows(follows, { selves: false }));
    },

    async removeFollows(viewer, follows) {
      requireService(viewer);
      return people.removeFollows(checkFollows(follows, { selves: true }));
    },

    async putCircle(viewer, id, memberIds) {
      requireService(viewer);
      checkId(id, 'id');
      await people.putCircle(id, checkIds(memberIds, 'memberIds', MAX_MEMBERS));
      return true;
    },

    async deleteCircle(viewer, id) {
      requireService(viewer);
      return people.deleteCircle(checkId(id, 'id'));
    },

    async putConversation(viewer, id, memberIds, open) {
      requireService(viewer);
      checkId(id, 'id');
      await people.putConversation(id, checkIds(memberIds, 'memberIds', MAX_MEMBERS), open);
      return true;
    },

    async deleteConversation(viewer, id) {
      requireService(viewer);
      return people.deleteConversation(checkId(id, 'id'));
    },
  } satisfies Relations;
};
